"""The lists that `recommend` serves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.conformance.check import Check, require
from bench.conformance.compare import close
from bench.conformance.lab import Lab
from bench.topk import top_k
from bench.types import Ints, Query, TopK

_K = 10


def _served(lab: Lab) -> tuple[Query, TopK]:
    query = lab.held_out.query
    best = lab.townsman.recommend(query, _K)
    shape = np.shape(best.items)
    require(shape == (len(query), _K), f"recommend returned items of shape {shape}, not {(len(query), _K)}")
    return query, best


def _seen_hidden(lab: Lab) -> None:
    query, best = _served(lab)
    seen = query.matrix().toarray() > 0  # (b, n_items)
    shown = np.take_along_axis(seen, np.maximum(best.items, 0), axis=1) & (best.items >= 0)
    wrong = int(shown.any(axis=1).sum())
    require(wrong == 0, f"{wrong} of {len(query)} lists hold items of the user's own history")


def _no_duplicates(lab: Lab) -> None:
    query, best = _served(lab)
    wrong = sum(len(np.unique(row[row >= 0])) < np.count_nonzero(row >= 0) for row in best.items)
    require(wrong == 0, f"{wrong} of {len(query)} lists hold an item twice")


def _as_scored(lab: Lab) -> None:
    query, best = _served(lab)
    _require_equal(best, top_k(lab.townsman.score(query), query, _K).without_unscored(), "recommend")
    best = lab.townsman.recommend(query, _K, hide_seen=False)
    expected = top_k(lab.townsman.score(query), query, _K, hide_seen=False).without_unscored()
    _require_equal(best, expected, "recommend with hide_seen=False")


def _candidates(lab: Lab) -> None:
    query = lab.held_out.query
    asked = replace(query, candidates=_some(query))
    expected = top_k(lab.townsman.score(query), asked, _K)
    found = top_k(lab.townsman.score(asked), asked, _K)
    _require_equal(found, expected, "score with candidates, ranked, and the full scores of the same items")


def _some(query: Query) -> Ints:
    """(b, 20) candidates of each question, drawn without repetition, and one −1 that pads."""
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.permutation(query.n_items)[:20] for _ in range(len(query))]).astype(np.int32)
    drawn[:, -1] = -1
    return drawn


def _require_equal(found: TopK, expected: TopK, what: str) -> None:
    same = np.array_equal(found.items, expected.items)
    if not same:
        wrong = int((found.items != expected.items).any(axis=1).sum())
        require(False, f"{what}: {wrong} of {len(expected.items)} lists are not those of `score` and `top_k`")
    require(close(expected.scores, found.scores), f"{what}: the scores are not those of `score`")


CHECKS = (
    Check("seen-hidden", "are items of the history hidden?", _seen_hidden),
    Check("no-duplicates", "is no item twice in a list?", _no_duplicates),
    Check("recommend", "are the lists of `recommend` those of `score` and `top_k`?", _as_scored),
    Check("candidates", "does a choice of candidates leave their scores as they are?", _candidates),
)
