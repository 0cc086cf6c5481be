"""Whether explanations tell what the algorithm went by: named history items are taken away, and the item has to fall.

For a question whose best item is x, the items that `explain` names for x (five at most) are taken out of the history,
and x is ranked again. Beside it stands the same for as many items of the history drawn at random. What was hidden from
the answers stays hidden, so that nothing but the history changes.

    drop(D) = rank of x with the history less D − rank of x with the whole history      (the latter is 0)

Reasons that tell what counted let x fall further than random ones: DeYoung et al. (2020), "ERASER: a benchmark to
evaluate rationalized NLP models", call the like of it comprehensiveness.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from bench.algorithm import Algorithm
from bench.ragged import offsets
from bench.topk import locate
from bench.types import HeldOut, Hidden, Ints, Longs, Query, frozen

NAMED = 5  # reasons, at most
QUESTIONS = 50  # at most
FEWEST = 10  # questions: a mean over fewer says nothing when time has run out
PATIENCE = 10.0  # seconds


def measure(algorithm: Algorithm[Any], held_out: HeldOut, best: Ints, patience: float = PATIENCE) -> dict[str, Any]:
    """The drops of the best items (q,), −1 where there is none, over up to QUESTIONS questions, always the same ones.

    `{"questions", "named", "random", "further", "unexplained"}`: how many questions were measured, the mean drop (in
    ranks) after named and after random items were taken away, the share of questions in which the named ones took it
    further down, and in how many more questions no reason was given. Only questions are asked whose history has more
    than NAMED different items. `{"skipped": why}` where nothing is measured, because there are none or because fewer
    than FEWEST took longer than `patience` seconds. Raises whatever the algorithm raises.
    """
    end = time.perf_counter() + patience
    asked = sample(held_out.query, best)
    if not asked:
        return {"skipped": f"no question with a list has more than {NAMED} items in its history"}
    drops: list[tuple[int, int]] = []
    for done, row in enumerate(asked):
        if time.perf_counter() >= end:
            if done < FEWEST:
                return {"skipped": f"{done} of {len(asked)} questions took longer than {patience:.0f} s"}
            asked = asked[:done]
            break
        if found := drop(algorithm, held_out.slice(row, row + 1), int(best[row]), row):
            drops.append(found)
    return _summary(drops, len(asked))


def sample(query: Query, best: Ints) -> list[int]:
    """Up to QUESTIONS question numbers in an order that favours nobody, the same each time."""
    order = np.random.default_rng(0).permutation(len(query))
    able = (row for row in order.tolist() if best[row] >= 0 and len(_history(query.slice(row, row + 1))) > NAMED)
    return [row for row, _ in zip(able, range(QUESTIONS), strict=False)]


def drop(algorithm: Algorithm[Any], question: HeldOut, item: int, seed: int) -> tuple[int, int] | None:
    """How many ranks an item falls without the items named for it, and without as many random ones of the history.

    None where the algorithm gives no reason.
    """
    history = _history(question.query)
    reasons = algorithm.explain(question.query, item, NAMED)
    named = np.intersect1d(np.array([reason.item for reason in reasons], np.int64), history)
    if not len(named):
        return None
    drawn = np.random.default_rng(seed).choice(history, len(named), replace=False)
    whole, *less = _ranks(algorithm, question, item, [np.empty(0, np.int64), named, drawn])
    return less[0] - whole, less[1] - whole


def _ranks(algorithm: Algorithm[Any], question: HeldOut, item: int, removed: list[Longs]) -> list[int]:
    """The rank of an item, from 0, with the history less each of the arrays in `removed`."""
    n, hidden = len(removed), question.hidden or Hidden(question.query.offsets, question.query.items)
    asked = HeldOut(
        _without(question.query, removed),
        np.arange(n + 1, dtype=np.int64),
        np.full(n, item, np.int32),
        None,
        hidden=Hidden(len(hidden.items) * np.arange(n + 1, dtype=np.int64), np.tile(hidden.items, n)),
    )
    ranks = locate(algorithm.score(asked.query), asked)
    return [int(rank) for rank in (ranks.better + ranks.position).tolist()]


def _without(query: Query, removed: list[Longs]) -> Query:
    """One question as often as there are arrays in `removed`, each time less the items in one of them."""
    kept = [np.flatnonzero(~np.isin(query.items, items)) for items in removed]
    places, zeros = np.concatenate(kept), np.zeros(len(removed), np.int64)
    return replace(
        query,
        keys=frozen(query.keys[zeros]),
        users=frozen(query.users[zeros]),
        offsets=frozen(offsets(np.array([len(rows) for rows in kept]))),
        items=frozen(query.items[places]),
        ratings=None if query.ratings is None else frozen(query.ratings[places]),
        times=None if query.times is None else frozen(query.times[places]),
        reviews=None if query.reviews is None else frozen(query.reviews[places]),
        candidates=None if query.candidates is None else frozen(query.candidates[zeros]),
        user_features=None if query.user_features is None else query.user_features[zeros],
    )


def _history(query: Query) -> Longs:
    """The different items of one question."""
    return np.unique(query.items).astype(np.int64)


def _summary(drops: list[tuple[int, int]], asked: int) -> dict[str, Any]:
    if not drops:
        return {"skipped": f"no reason was given in any of {asked} questions"}
    named, drawn = np.array(drops, float).T
    return {
        "questions": len(drops),
        "named": float(named.mean()),
        "random": float(drawn.mean()),
        "further": float((named > drawn).mean()),
        "unexplained": asked - len(drops),
    }
