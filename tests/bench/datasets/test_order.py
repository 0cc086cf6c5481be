"""The fast sorts against Python's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.order import by_item, by_number, by_time, pairs, repeated, tie_hash

TIMES = st.one_of(
    st.integers(-2, 2),
    st.sampled_from([-(2**62), 2**62, 881250949, 881250950]),  # a span that does not fit beside the user
)
ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from([0.5, 1.0, 5.0]), TIMES), min_size=1, max_size=40
)


def columns(rows):
    users, items, ratings, when = zip(*rows, strict=True)
    return np.array(users, np.int32), np.array(items, np.int32), np.array(ratings), np.array(when, np.int64)


def picked(rows, order):
    return [rows[position] for position in order]


@settings(max_examples=200, deadline=None)
@given(ROWS, st.booleans())
def test_by_time(rows, fractions):
    users, items, ratings, when = columns(rows)
    when = when / 4 if fractions else when
    hashes = tie_hash(users, items).tolist()
    expected = sorted(range(len(rows)), key=lambda r: (users[r], when[r], hashes[r], ratings[r]))
    assert picked(rows, by_time(users, items, ratings, when, 4)) == picked(rows, expected)
    positions = by_time(users, items, None, when, 4)
    assert [(users[r], when[r], hashes[r]) for r in positions] == [(users[r], when[r], hashes[r]) for r in expected]


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_by_item(rows):
    users, items, ratings, _ = columns(rows)
    found = [row[:3] for row in picked(rows, by_item(users, items, ratings, 4, 5))]
    assert found == sorted(row[:3] for row in rows)
    assert sorted(by_item(users, items, None, 4, 5)) == list(range(len(rows)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30))
def test_equal_numbers_stay_in_their_order(numbers):
    found = by_number(np.array(numbers, np.int32), 6)
    assert found.tolist() == sorted(range(len(numbers)), key=numbers.__getitem__)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_repeated(rows):
    users, items, _, _ = columns(rows)
    keys = list(zip(users.tolist(), items.tolist(), strict=True))
    assert repeated(users, items, 5).tolist() == [keys.count(key) > 1 for key in keys]


def test_many_ties_are_broken_by_the_whole_hash(monkeypatch):
    # with 12 bits in a key, the hashes of 3,000 rows of one time begin alike in groups
    monkeypatch.setattr("bench.datasets.order.WIDTH", 12)
    users, items = np.zeros(3000, np.int32), np.arange(3000, dtype=np.int32)[::-1].copy()
    order = by_time(users, items, None, np.zeros(3000, np.int64), 1)
    assert order.tolist() == np.argsort(tie_hash(users, items)).tolist()


def test_tie_hash_is_splitmix64():
    # by hand with Python integers of unlimited size
    mask = 2**64 - 1
    z = (3 * 0x9E3779B97F4A7C15 + 8) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    users = np.array([3], np.int32)
    assert int(tie_hash(users, np.array([7], np.int32))[0]) == z ^ (z >> 31)
    assert users.tolist() == [3]


def test_pairs_do_not_overflow():
    most = np.array([2_000_000_000], np.int32)
    assert pairs(most, np.array([5], np.int32), 1_000_000_000).tolist() == [2_000_000_000_000_000_005]


@pytest.mark.parametrize("when", [np.array([5, 5, 1]), np.array([5, 5, 1], np.uint8), np.array([0.5, 0.5, 0.25])])
def test_columns_are_left_alone(when):
    users, items = np.array([1, 0, 1], np.int32), np.array([0, 1, 0], np.int32)
    before = when.copy()
    assert by_time(users, items, None, when, 2).tolist() == [1, 2, 0]
    np.testing.assert_array_equal(when, before)
