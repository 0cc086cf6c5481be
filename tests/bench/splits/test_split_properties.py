"""What holds for every protocol on any data: nothing leaks, nothing is lost, the order of rows does not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from split_cases import Row, dataset, history, pairs

from bench.errors import Unsupported
from bench.splits.catalogue import make
from bench.types import Split

SPLITS = [{"name": "user-time"}, {"name": "last-out"}, {"name": "random", "seed": 3}]

# Few users, items and times, so that the same pair, the same time and small histories come often.
ROW = st.tuples(st.sampled_from("abcd"), st.sampled_from("pqrstuvw"), st.integers(-3, 3))
ROWS = st.lists(ROW, min_size=4, max_size=40)


def _make(rows: list[Row], spec: dict[str, Any], **options: Any) -> Split | None:
    try:
        return make(dataset(rows, **options), spec)
    except Unsupported:
        return None


@pytest.mark.parametrize("spec", SPLITS, ids=lambda spec: spec["name"])
@given(rows=ROWS, order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(spec: dict[str, Any], rows: list[Row], order: Any):
    shuffled = list(rows)
    order.shuffle(shuffled)
    first, second = _make(rows, spec), _make(shuffled, spec)
    assert (first is None) == (second is None)
    if first and second:
        assert first.fingerprint == second.fingerprint
        assert pairs(first.test) == pairs(second.test)
        assert first.test.query.items.tolist() == second.test.query.items.tolist()


@pytest.mark.parametrize("spec", SPLITS, ids=lambda spec: spec["name"])
@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_nothing_leaks_and_nothing_is_lost(spec: dict[str, Any], rows: list[Row]):
    split = _make(rows, spec)
    if split is None:
        return
    train, validation, test = (set(pairs(part)) for part in (split.train, split.validation, split.test))
    whole = set(pairs(split.dataset.interactions))
    assert train | validation | test == whole
    assert len(train) + len(validation) + len(test) == len(whole), "no pair is in two parts"
    query = split.test.query
    asked = np.repeat(query.users, np.diff(query.offsets))
    histories = set(zip(asked.tolist(), query.items.tolist(), strict=True))
    assert histories == {pair for pair in train | validation if pair[0] in query.users}
    assert set(query.users.tolist()) <= {user for user, _ in train}, "whoever is tested has trained"


@pytest.mark.parametrize("name", ["user-time", "last-out"])
@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_training_is_never_later_than_the_test(name: str, rows: list[Row]):
    split = _make(rows, {"name": name})
    if split is None:
        return
    data = split.dataset.interactions
    assert data.times is not None
    when = dict(zip(pairs(data), data.times.tolist(), strict=True))
    for part, later in ((split.train, split.validation), (split.train, split.test), (split.validation, split.test)):
        for user, item in pairs(part):
            assert all(when[user, item] <= when[pair] for pair in pairs(later) if pair[0] == user)


def test_ties_in_time_do_not_favour_low_item_numbers():
    """If all times are equal, the order within a user is a hash: no item is held out for everybody."""
    rows = [(f"u{user:03}", f"i{item}", 7) for user in range(300) for item in range(10)]
    split = make(dataset(rows), {"name": "last-out"})
    counts = np.bincount(split.test.items, minlength=10)
    # 300 draws of one item in ten: mean 30, standard deviation 5.2; the bound is five of them
    assert counts.max() < 30 + 5 * 5.2
    assert counts.min() > 30 - 5 * 5.2


def test_an_item_held_out_twice_counts_once():
    rows = [*history("u", 8), ("u", "i08", 300), ("u", "i09", 301)]
    split = make(dataset(rows, duplicates="keep"), {"name": "user-time", "test": 0.3, "validation": 0})
    assert [split.dataset.items.ids[i] for i in split.test.items] == ["i08", "i09"]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "user-time", "test": 0.21},
        {"name": "user-time", "validation": 0.11},
        {"name": "user-time", "validation": 0},
        {"name": "random"},
        {"name": "random", "seed": 1},
        {"name": "last-out"},
    ],
)
def test_other_options_give_another_fingerprint(other: dict[str, Any]):
    """Even where the parts happen to be the same."""
    data = dataset([row for user in "abc" for row in history(user, 10)])
    assert make(data, other).fingerprint != make(data, {"name": "user-time"}).fingerprint
    assert make(data, other).fingerprint == make(data, dict(other)).fingerprint


def test_other_data_gives_another_fingerprint():
    rows = [row for user in "abc" for row in history(user, 10)]
    changed = [*rows[:-1], ("c", "i10", 999)]
    prints = {make(dataset(r), {"name": "user-time"}).fingerprint for r in (rows, changed, rows[1:])}
    assert len(prints) == 3
