"""Ranking against a slow and obvious implementation, and what the tie-break must be like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plain_ranking import plain_ranking, splitmix
from questions import held_out, query
from scipy.stats import chisquare

from bench.errors import InvalidOutput
from bench.topk import lists_and_ranks, locate, tie_order, top_k
from bench.types import Hidden

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
        expected = plain_ranking(scores, asked, row, hide)
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


def test_the_tie_break_is_the_documentedsplitmix():
    keys, items = np.array([0, 1, 2, 671], np.int64), np.array([0, 5, 9065, 17], np.int32)
    assert tie_order(keys, items).tolist() == [
        splitmix(k, i) for k, i in zip(keys.tolist(), items.tolist(), strict=True)
    ]


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


def test_both_zeros_tie():
    scores = np.array([[0.0, -0.0, 0.0, -0.0]])
    asked = held_out(query([[]], 4), [[0, 1, 2, 3]])
    ranks = locate(scores, asked)
    assert ranks.tied.tolist() == [3, 3, 3, 3]
    order = np.argsort(tie_order(np.full(4, asked.query.keys[0]), np.arange(4, dtype=np.int32)))
    assert top_k(scores, asked.query, 4).items[0].tolist() == order.tolist()
    assert np.argsort(ranks.position).tolist() == order.tolist()


def test_questions_without_any_candidate_get_empty_lists():
    asked = held_out(query([[1], []], 6, [[], []]), [[2], [1, 3]])
    best, ranks = lists_and_ranks(np.zeros((2, 0), np.float32), asked, 3)
    assert best.items.tolist() == [[-1] * 3] * 2
    assert (ranks.candidates.tolist(), ranks.better.tolist()) == ([0, 0], [0, 0, 0])


def test_an_item_that_is_listed_twice_stands_twice():
    asked = held_out(query([[]], 9, [[4, 7, 4, 2]]), [[4, 2]])
    best, ranks = lists_and_ranks(np.array([[1.0, 3.0, 1.0, 0.0]]), asked, 5)
    assert best.items[0].tolist() == [7, 4, 4, 2, -1]
    assert (ranks.better.tolist(), ranks.tied.tolist(), ranks.position.tolist()) == ([1, 3], [1, 0], [0, 0])


def test_an_item_listed_twice_with_two_scores_is_ranked_by_the_first():
    ranks = locate(np.array([[1.0, 3.0, 5.0, 0.0]]), held_out(query([[]], 9, [[4, 7, 4, 2]]), [[4]]))
    assert (ranks.better.tolist(), ranks.tied.tolist()) == ([2], [0])


def test_a_held_out_number_that_is_no_item_stands_behind_everything():
    ranks = locate(np.zeros((1, 4)), held_out(query([[1]], 4), [[-1, 4, 1000]]))
    assert ranks.better.tolist() == [3, 3, 3]
    assert ranks.tied.tolist() == [0, 0, 0]


def test_no_questions_have_no_lists():
    best, ranks = lists_and_ranks(np.empty((0, 4), np.float32), held_out(query([], 4), []), 3, threads=2)
    assert best.items.shape == (0, 3)
    assert len(ranks.better) == len(ranks.candidates) == 0


def test_infinite_scores_are_refused_by_every_thread():
    scores = np.zeros((5, 4), np.float32)
    scores[1, 2], scores[4, 0] = np.inf, -np.inf
    with pytest.raises(InvalidOutput, match=r"infinite scores for 2 of 5 questions, first \[8, 17\]"):
        lists_and_ranks(scores, held_out(query([[]] * 5, 4), [[0]] * 5), 2, threads=3)
