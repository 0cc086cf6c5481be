"""Lists and ranks of any scores are those of plain sorting, whatever the order of questions, of items, the threads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_ranking import plain_ranking
from questions import held_out, query

from bench.topk import Ranks, lists_and_ranks, locate, top_k
from bench.types import HeldOut, Hidden, Query

NAMES = ("better", "tied", "position", "candidates", "unscored")
LEVELS = (1, 2, 10, 10_000)  # different scores: all tie, many tie, some tie, hardly any tie


def _scores(random: np.random.Generator, shape: tuple[int, int], levels: int, kind: Any) -> Any:
    """Scores of all magnitudes and signs, with NaN in some rows, and both zeros."""
    values = random.normal(size=levels) * 10.0 ** random.integers(-30, 30, levels)
    values[random.random(levels) < 0.1] = 0.0
    scores = random.choice(values, shape) * random.choice([1, 1, 1, -1], shape) ** (values[0] > 0)
    scores[random.random(shape) < random.choice([0, 0.1, 0.95])] = np.nan
    return scores.astype(kind)


@st.composite
def asked_and_scored(draw: Any) -> tuple[HeldOut, Any, int]:
    """Questions with histories, held-out and hidden items and maybe candidates, their scores, and k."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    n_items, rows, k = draw(st.integers(1, 150)), draw(st.integers(1, 4)), draw(st.integers(1, 40))

    def some(most: int) -> list[int]:
        return random.choice(n_items, random.integers(0, min(most, n_items) + 1), replace=False).tolist()

    candidates, width = None, n_items
    if draw(st.booleans()):
        width = draw(st.integers(1, n_items + 1).filter(lambda c: c != n_items))  # never taken for a full row
        pads = random.integers(width > n_items, width + 1, rows)
        candidates = [[*random.permutation(n_items)[: width - pad].tolist(), *[-1] * pad] for pad in pads.tolist()]
    asked = held_out(query([some(n_items) for _ in range(rows)], n_items, candidates), [some(8) for _ in range(rows)])
    if draw(st.booleans()):
        hidden = [some(5) for _ in range(rows)]
        offsets = np.concatenate([[0], np.cumsum([len(h) for h in hidden])]).astype(np.int64)
        asked = replace(asked, hidden=Hidden(offsets, np.array([item for h in hidden for item in h], np.int32)))
    shape = (rows, width if candidates and draw(st.booleans()) else n_items)
    kind = draw(st.sampled_from([np.float32, np.float64]))
    return asked, _scores(random, shape, draw(st.sampled_from(LEVELS)), kind), k


def _plain(scores: Any, asked: HeldOut, row: int) -> list[tuple[int, float]]:
    """The plain ranking of a question, with the hidden items in place of the history where there are any."""
    hidden = Hidden(asked.query.offsets, asked.query.items) if asked.hidden is None else asked.hidden
    told = replace(asked.query, offsets=hidden.offsets, items=hidden.items)
    return plain_ranking(scores, told, row, True)


@settings(deadline=None, max_examples=300)  # the first example compiles
@given(asked_and_scored())
def test_lists_and_ranks_are_those_of_plain_sorting(world: tuple[HeldOut, Any, int]):
    asked, scores, k = world
    before = scores.copy()
    scores.flags.writeable = False
    best, ranks = lists_and_ranks(scores, asked, k)
    np.testing.assert_array_equal(scores, before)
    for row in range(len(asked)):
        expected = _plain(scores, asked, row)
        items = [item for item, _ in expected]
        assert best.items[row].tolist() == (items + [-1] * k)[:k]
        np.testing.assert_array_equal(best.scores[row], ([score for _, score in expected] + [np.nan] * k)[:k])
        assert ranks.candidates[row] == len(items)
        assert ranks.unscored[row] == sum(np.isnan(score) for _, score in expected)
        for place in range(asked.offsets[row], asked.offsets[row + 1]):
            _check_rank(ranks, place, asked.items[place], expected)


def _check_rank(ranks: Ranks, place: int, item: int, expected: list[tuple[int, float]]) -> None:
    found = dict(expected)
    if item not in found:
        assert (ranks.better[place], ranks.tied[place], ranks.position[place]) == (len(expected), 0, 0)
        return
    known = [-np.inf if np.isnan(score) else score for _, score in expected]
    own = -np.inf if np.isnan(found[item]) else found[item]
    assert ranks.better[place] == sum(score > own for score in known)
    assert ranks.tied[place] == sum(score == own for score in known) - 1
    assert ranks.better[place] + ranks.position[place] == list(found).index(item)


@settings(deadline=None)  # the first example compiles
@given(asked_and_scored(), st.integers(1, 6))
def test_the_number_of_threads_and_the_way_of_asking_change_nothing(world: tuple[HeldOut, Any, int], threads: int):
    asked, scores, k = world
    one, all_ranks = lists_and_ranks(scores, asked, k)
    several, other_ranks = lists_and_ranks(scores, asked, k, threads=threads)
    alone, only_ranks = top_k(scores, asked.query, k, hidden=asked.hidden), locate(scores, asked)
    for lists in (several, alone):
        np.testing.assert_array_equal(lists.items, one.items)
        np.testing.assert_array_equal(lists.scores, one.scores)
    for name, ranks in ((name, ranks) for name in NAMES for ranks in (other_ranks, only_ranks)):
        np.testing.assert_array_equal(getattr(ranks, name), getattr(all_ranks, name))


def _turned(asked: HeldOut, order: list[int], numbers: Any) -> HeldOut:
    """The same questions in another order, about items with other numbers; each keeps its key."""
    told, starts, held = asked.query, asked.query.offsets, asked.offsets
    histories = [numbers[told.items[starts[row] : starts[row + 1]]].tolist() for row in order]
    answers = [numbers[asked.items[held[row] : held[row + 1]]].tolist() for row in order]
    lists = None
    if told.candidates is not None:
        lists = np.where(told.candidates < 0, -1, numbers[told.candidates])[order].tolist()
    return held_out(replace(query(histories, told.n_items, lists), keys=told.keys[order]), answers)


def _different(asked: Query, random: np.random.Generator) -> Any:
    """(b, n_items) scores without ties, so that no hash decides."""
    return random.permuted(np.tile(np.arange(asked.n_items, dtype=np.float32), (len(asked), 1)), axis=1)


@settings(deadline=None)  # the first example compiles
@given(asked_and_scored(), st.integers(0, 10_000))
def test_the_order_of_questions_and_the_numbers_of_items_change_nothing(world: tuple[HeldOut, Any, int], seed: int):
    asked, _, k = world
    asked, random = replace(asked, hidden=None), np.random.default_rng(seed)
    scores = _different(asked.query, random)
    order, numbers = random.permutation(len(asked)).tolist(), random.permutation(asked.query.n_items).astype(np.int32)
    old = np.argsort(numbers)
    best, ranks = lists_and_ranks(scores, asked, k)
    moved, other = lists_and_ranks(scores[order][:, old], _turned(asked, order, numbers), k)
    np.testing.assert_array_equal(moved.items, np.where(best.items < 0, -1, numbers[best.items])[order])
    np.testing.assert_array_equal(moved.scores, best.scores[order])
    np.testing.assert_array_equal(other.candidates, ranks.candidates[order])
    parts = [np.arange(asked.offsets[row], asked.offsets[row + 1]) for row in order]
    places = np.concatenate(parts)
    for name in ("better", "tied", "position"):
        np.testing.assert_array_equal(getattr(other, name), getattr(ranks, name)[places])


@settings(deadline=None)  # the first example compiles
@given(asked_and_scored(), st.randoms(use_true_random=False))
def test_questions_in_another_order_keep_their_order_of_ties(world: tuple[HeldOut, Any, int], random: Any):
    asked, scores, k = world
    asked = replace(asked, hidden=None)
    order = list(range(len(asked)))
    random.shuffle(order)
    best = lists_and_ranks(scores, asked, k)[0]
    moved = lists_and_ranks(scores[order], _turned(asked, order, np.arange(asked.query.n_items, dtype=np.int32)), k)[0]
    np.testing.assert_array_equal(moved.items, best.items[order])
