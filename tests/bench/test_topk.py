"""Ranking against a slow and obvious implementation, and what the tie-break must be like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from questions import held_out, query
from scipy.stats import chisquare

from bench.errors import InvalidOutput
from bench.topk import locate, tie_order, top_k
from bench.types import Hidden, Query

WORD = (1 << 64) - 1


def _hash(key: int, item: int) -> int:
    """SplitMix64's finaliser in plain integers."""
    z = (key * 0x9E3779B97F4A7C15 + item + 1) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def _ranking(scores: Any, asked: Query, row: int, hide_seen: bool) -> list[tuple[int, float]]:
    """(item, score) of all candidates of a question, best first."""
    seen = set(asked.items[asked.offsets[row] : asked.offsets[row + 1]].tolist()) if hide_seen else set()
    if asked.candidates is None:
        entries = list(enumerate(scores[row].tolist()))
    else:
        full = scores.shape[1] == asked.n_items
        entries = [
            (item, float(scores[row, item if full else column]))
            for column, item in enumerate(asked.candidates[row].tolist())
            if item >= 0
        ]
    entries = [entry for entry in entries if entry[0] not in seen]
    key = int(asked.keys[row])
    return sorted(entries, key=lambda e: (np.inf if np.isnan(e[1]) else -e[1], _hash(key, e[0])))


CASES = [
    (n_items, levels, k, hide, listed)
    for n_items in (1, 7, 40)
    for levels in (1, 3, 1000)
    for k in (1, 5, 60)
    for hide in (True, False)
    for listed in ("all", "listed", "listed, full scores")
]


@pytest.mark.parametrize(("n_items", "levels", "k", "hide", "listed"), CASES)
def test_it_agrees_with_sorting(n_items: int, levels: int, k: int, hide: bool, listed: str):
    random = np.random.default_rng([n_items, levels, k, hide])
    rows = 6
    histories = [random.choice(n_items, random.integers(0, n_items), replace=False).tolist() for _ in range(rows)]
    candidates = None
    width = n_items
    if listed != "all":
        width = n_items + 2  # padded, so that it cannot be taken for a full row
        candidates = [[*random.permutation(n_items).tolist(), -1, -1] for _ in range(rows)]
        for entry in candidates:
            entry[0] = -1 if n_items > 1 else entry[0]
    asked = query(histories, n_items, candidates)
    scores = random.integers(0, levels, (rows, n_items if listed != "listed" else width)).astype(np.float32)
    scores[random.random(scores.shape) < 0.2] = np.nan
    best = top_k(scores, asked, k, hide_seen=hide)
    answers = [random.choice(n_items, min(n_items, 3), replace=False).tolist() for _ in range(rows)]
    nothing = None if hide else Hidden(np.zeros(rows + 1, np.int64), np.empty(0, np.int32))
    ranks = locate(scores, replace(held_out(asked, answers), hidden=nothing))
    place = 0
    for row in range(rows):
        expected = _ranking(scores, asked, row, hide)
        items = [item for item, _ in expected]
        assert best.items[row].tolist() == (items + [-1] * k)[:k]
        listed_scores = [score for _, score in expected][:k]
        np.testing.assert_array_equal(best.scores[row], np.array((listed_scores + [np.nan] * k)[:k], np.float32))
        assert ranks.candidates[row] == len(items)
        assert ranks.unscored[row] == sum(np.isnan(score) for _, score in expected)
        for item in answers[row]:
            rank = ranks.better[place] + ranks.position[place]
            assert rank == (items.index(item) if item in items else len(items))
            same = [s for _, s in expected if item in items and _same(s, dict(expected)[item])]
            assert ranks.tied[place] == max(len(same) - 1, 0)
            place += 1


def _same(a: float, b: float) -> bool:
    return a == b or (np.isnan(a) and np.isnan(b))


def test_nan_ranks_last_and_is_kept_as_nan():
    best = top_k(np.array([[np.nan, -5.0, np.nan, 2.0]]), query([[]], 4), 4)
    assert best.items[0, :2].tolist() == [3, 1]
    assert set(best.items[0, 2:].tolist()) == {0, 2}
    assert np.isnan(best.scores[0, 2:]).all()
    assert best.without_unscored().items[0].tolist() == [3, 1, -1, -1]


def test_the_tie_break_is_the_documented_hash():
    keys, items = np.array([0, 1, 2, 671], np.int64), np.array([0, 5, 9065, 17], np.int32)
    assert tie_order(keys, items).tolist() == [_hash(k, i) for k, i in zip(keys.tolist(), items.tolist(), strict=True)]


def test_each_item_is_first_of_a_tie_equally_often():
    n_items, questions = 20, 4000
    asked = query([[]] * questions, n_items)
    best = top_k(np.zeros((questions, n_items), np.float32), asked, n_items)
    for place in (0, 9, 19):
        counts = np.bincount(best.items[:, place], minlength=n_items)
        assert chisquare(counts).pvalue > 0.001  # the hash is fixed, so this does not vary from run to run
    neighbours = np.bincount((best.items[1:, 0] - best.items[:-1, 0]) % n_items, minlength=n_items)
    assert chisquare(neighbours).pvalue > 0.001, "questions in a row are independent"


def test_ties_do_not_depend_on_which_others_are_candidates():
    """The order of two tied items is the same in a sample as in the whole catalogue."""
    whole = top_k(np.zeros((1, 30), np.float32), query([[]], 30), 30).items[0].tolist()
    sample = [4, 17, 2, 29, 11, -1]
    part = top_k(np.zeros((1, 6), np.float32), query([[]], 30, [sample]), 5).items[0].tolist()
    assert part == [item for item in whole if item in sample]


def test_a_slice_of_questions_gets_the_same_lists():
    random = np.random.default_rng(0)
    asked = query([[1], [], [2, 3], [0]], 9)
    scores = random.integers(0, 2, (4, 9)).astype(np.float32)
    whole = top_k(scores, asked, 5)
    part = top_k(scores[2:4], asked.slice(2, 4), 5)
    assert part.items.tolist() == whole.items[2:4].tolist()


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros((2, 5)), r"shape \(2, 5\), not \(2, 6\)"),
        (np.zeros((3, 6)), r"shape \(3, 6\), not \(2, 6\)"),
        (np.zeros(6), r"shape \(6,\)"),
        (np.zeros((2, 6), np.int64), "int64 values"),
        (np.zeros((2, 6), np.complex64), "complex64 values"),
        (np.zeros((2, 6), object), "object values"),
        (None, "object values"),
        (np.array([[0, 0, 0, 0, 0, 0], [0, np.inf, 0, 0, 0, 0]]), r"infinite scores for 1 of 2 questions, first \[8\]"),
        (np.full((2, 6), -np.inf), "infinite scores for 2 of 2 questions"),
    ],
)
def test_what_is_no_score_is_refused_with_the_counts(scores: Any, message: str):
    with pytest.raises(InvalidOutput, match=message):
        top_k(scores, query([[], []], 6), 3)
    with pytest.raises(InvalidOutput, match=message):
        locate(scores, held_out(query([[], []], 6), [[1], [2]]))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_every_floating_type_is_taken(kind: Any):
    scores = np.array([[1, 3, 2]], kind)[:, ::-1]  # not contiguous
    assert top_k(scores, query([[]], 3), 3).items.tolist() == [[1, 0, 2]]
