"""Ask a fitted algorithm all questions and write down its answers. The harness ranks; the algorithm only scores."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from bench.algorithm import Algorithm, Can
from bench.answers import Answers
from bench.errors import InvalidOutput
from bench.splits.questions import held_out as questions
from bench.topk import lists_and_ranks
from bench.types import Floats, HeldOut, Query, Side, TopK, Training, frozen
from bench.validation import slices

LIST_LENGTH = 100
REHEARSED = 200  # interactions


def rank(algorithm: Algorithm[Any], held_out: HeldOut) -> Answers:
    """Lists of up to LIST_LENGTH items and the rank of every held-out item, slice by slice.

    No more than bench.validation.SLICE_BYTES of scores exist at a time; `algorithm.threads` threads rank them, which
    changes nothing in the answers. Raises InvalidOutput as `top_k` does.
    """
    n_items = held_out.query.n_items
    length = min(LIST_LENGTH, n_items)
    lists, ranks = [], []
    for start, stop in slices(len(held_out), n_items):
        scores = algorithm.score(held_out.slice(start, stop).query)
        part = held_out.slice(start, stop)  # whatever the algorithm did to its own views
        best, found = lists_and_ranks(scores, part, length, threads=algorithm.threads)
        lists.append(best)
        ranks.append(found)
    names = ("better", "tied", "position", "candidates", "unscored")
    joined: dict[str, Any] = {name: np.concatenate([getattr(r, name) for r in ranks]) for name in names}
    best = TopK(np.concatenate([part.items for part in lists]), np.concatenate([part.scores for part in lists]))
    return Answers(best, held_out.offsets, held_out.items, ratings=held_out.ratings, **joined)


def predict(algorithm: Algorithm[Any], held_out: HeldOut, mean: float) -> tuple[Floats, int]:
    """Predicted ratings (m,) of all held-out items, and how many were NaN and became the training mean."""
    parts = []
    for start, stop in slices(len(held_out), held_out.query.n_items):
        part = held_out.slice(start, stop)
        found = np.asarray(algorithm.predict(part.query, part.rows, part.items))
        if found.dtype.kind != "f" or found.shape != part.items.shape:
            expected = f"floating point of shape {part.items.shape}"
            raise InvalidOutput(f"predict returned {found.dtype} of shape {found.shape}, not {expected}")
        if np.isinf(found).any():
            raise InvalidOutput(f"predict returned {int(np.isinf(found).sum())} infinite ratings of {len(found)}")
        parts.append(found.astype(np.float64))
    predictions = np.concatenate(parts)
    refused = np.isnan(predictions)
    predictions[refused] = mean
    return predictions, int(refused.sum())


def told(training: Training, scratch: Path, report: Callable[..., None]) -> Training:
    """The same, with a folder for checkpoints and somebody who hears of the epochs."""
    alone = training.selection and replace(training.selection, scratch=scratch / "selection", report=report)
    return replace(training, scratch=scratch, report=report, selection=alone)


def rehearse(algorithm: Algorithm[Any], training: Training) -> None:
    """Let a second algorithm of the same kind learn and answer on a few interactions, so that its loops are compiled.

    Of the items a few are described: what it costs to read all texts belongs to training. Whatever goes wrong here goes
    wrong again, and is told, when the algorithm itself is fitted.
    """
    few = training.interactions.take(np.arange(min(REHEARSED, len(training.interactions))))
    for array in (few.users, few.items, few.ratings, few.times, few.reviews):
        if array is not None:
            frozen(array)
    with suppress(Exception):
        other = type(algorithm)(algorithm.params)
        items = _described(training.items, REHEARSED)
        other.fit(replace(training, interactions=few, items=items, validation=None, selection=None, scratch=None))
        asked = questions(few, few).slice(0, 2)
        rank(other, asked)
        if predicts(type(other), asked):
            predict(other, asked, 0)


def _described(items: Side, few: int) -> Side:
    """The same items, of which only the first few have a title, a text and features."""
    titles, texts = (column and (*column[:few], *[""] * len(column[few:])) for column in (items.titles, items.texts))
    features = items.features
    if features is not None:
        features = vstack([features[:few], csr_matrix((features[few:].shape), dtype=features.dtype)], format="csr")
    return replace(items, titles=titles, texts=texts, features=features)


def predicts(algorithm: type[Algorithm[Any]], held_out: HeldOut) -> bool:
    """Whether rating predictions can be asked for."""
    return Can.PREDICT_RATINGS in algorithm.can and held_out.ratings is not None


def check_lists(best: TopK, query: Query, k: int) -> None:
    """Hold an algorithm's own `recommend` to the rules.

    Raises InvalidOutput with the number of wrong lists and five examples for duplicates, unknown ids, seen items, a
    wrong number of places, NaN or unsorted scores. Fewer than k items (−1 at the end) are allowed.
    """
    if not isinstance(best, TopK):
        raise InvalidOutput(f"recommend returned {type(best).__name__}, not a TopK")
    items, scores = np.asarray(best.items), np.asarray(best.scores)
    if (
        items.shape != (len(query), k)
        or scores.shape != items.shape
        or items.dtype.kind not in "iu"
        or scores.dtype.kind != "f"
    ):
        raise InvalidOutput(f"recommend returned {items.dtype} items of shape {items.shape}, not ({len(query)}, {k})")
    wrong: list[str] = []
    for row in range(len(query)):
        problem = _problem(
            items[row], scores[row], query.items[query.offsets[row] : query.offsets[row + 1]], query.n_items
        )
        if problem:
            wrong.append(f"question {query.keys[row]}: {problem}")
    if wrong:
        raise InvalidOutput(f"recommend: {len(wrong)} of {len(query)} lists are wrong: {'; '.join(wrong[:5])}")


def _problem(items: NDArray[Any], scores: NDArray[Any], history: NDArray[Any], n_items: int) -> str:
    given = items[items != -1]
    kept = scores[items != -1]
    if np.any(items[len(given) :] != -1) or np.any((given < 0) | (given >= n_items)):
        return "unknown item numbers"
    if len(np.unique(given)) < len(given):
        return "an item twice"
    if np.isin(given, history).any():
        return "seen items"
    if np.isnan(kept).any():
        return "NaN scores"
    if np.isinf(kept).any():
        return "infinite scores"
    return "scores not in falling order" if np.any(np.diff(kept) > 0) else ""
