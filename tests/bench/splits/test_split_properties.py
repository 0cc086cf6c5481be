"""What holds for every protocol on any data: nothing leaks, nothing is lost, the order of rows does not matter."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from split_cases import Row, dataset, history, pairs

from bench.errors import Unsupported
from bench.splits.catalogue import make
from bench.types import HeldOut, Interactions, Longs, Split

SPLITS: list[dict[str, Any]] = [
    {"name": "random", "seed": 3},
    {"name": "random", "per": "all", "test": 0.3},
    {"name": "k-fold", "folds": 3, "fold": 2},
    {"name": "k-fold", "folds": 3, "fold": 2, "per": "all"},
    {"name": "user-time"},
    {"name": "last-out"},
    {"name": "time-cut", "test": 0.4},
    {"name": "time-cut", "test": 0.4, "new_users": True},
    {"name": "time-cut", "test": 0.25, "windows": 3, "window": 2},
    {"name": "user-holdout", "test": 0.4, "min_interactions": 3},
    {"name": "user-holdout", "test": 0.4, "min_interactions": 3, "by": "time", "shown": 0.5},
    {"name": "cold-users", "test": 0.4},
    {"name": "cold-users", "test": 0.4, "shown": 2},
    {"name": "cold-items", "test": 0.4},
    {"name": "cold-items", "test": 0.4, "by": "time"},
]
BY_TIME = [spec for spec in SPLITS if spec["name"] in ("user-time", "last-out", "time-cut")]


def _said(spec: dict[str, Any]) -> str:
    return " ".join(map(str, spec.values()))


# Few users, items and times, so that the same pair, the same time and small histories come often.
ROW = st.tuples(st.sampled_from("abcd"), st.sampled_from("pqrstuvw"), st.integers(-3, 3))
ROWS = st.lists(ROW, min_size=4, max_size=40)


def _make(rows: list[Row], spec: dict[str, Any], **options: Any) -> Split | None:
    try:
        return make(dataset(rows, **options), spec)
    except Unsupported:
        return None


@pytest.mark.parametrize("spec", SPLITS, ids=_said)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_matter(spec: dict[str, Any], rows: list[Row], order: Any):
    shuffled = list(rows)
    order.shuffle(shuffled)
    first, second = _make(rows, spec), _make(shuffled, spec)
    assert (first is None) == (second is None)
    if first and second:
        assert first.fingerprint == second.fingerprint
        assert pairs(first.test) == pairs(second.test)
        assert first.test.query.items.tolist() == second.test.query.items.tolist()


@pytest.mark.parametrize("fit_on", ["train", "train+validation"])
@pytest.mark.parametrize("spec", SPLITS, ids=_said)
@given(rows=ROWS)
@settings(max_examples=30, deadline=None)
def test_nothing_leaks_and_nothing_is_lost(spec: dict[str, Any], fit_on: str, rows: list[Row]):
    split = _make(rows, {**spec, "fit_on": fit_on})
    if split is None:
        return
    train, validation, test = (set(pairs(part)) for part in (split.train, split.validation, split.test))
    whole = set(pairs(split.dataset.interactions))
    assert len(train) + len(validation) + len(test) == len(train | validation | test), "no pair is in two parts"
    assert not set(pairs(split.learnt)) & test
    for part, asks in ((split.validation, validation), (split.test, test)):
        assert not _shown(part) & asks, "no question shows its answer"
        known = {user for user, _ in (train if part is split.validation else pairs(split.learnt))}
        if part is not None:
            assert all((np.diff(times) >= 0).all() for times in _histories(part)), "histories are oldest first"
            assert [user >= 0 for user in part.query.users] == [user in known for user in part.askers]
    assert not _shown(split.validation) & test
    assert _shown(split.test) >= {pair for pair in train | validation if pair[0] in split.test.askers}
    left_out = whole - train - validation - test - _shown(split.validation) - _shown(split.test)
    if spec["name"] not in ("time-cut", "cold-users"):
        assert not left_out
    if spec["name"] == "cold-users":
        count = Counter(user for user, _ in whole)
        assert all(count[user] <= spec["shown"] for user, _ in left_out)


def _histories(part: HeldOut) -> list[Longs]:
    """The times of each history."""
    assert part.query.times is not None
    return np.split(part.query.times, part.query.offsets[1:-1])


def _shown(part: HeldOut | None) -> set[tuple[int, int]]:
    """(user, item) of all that the questions of a part come with."""
    if part is None:
        return set()
    users = np.repeat(part.askers, np.diff(part.query.offsets))
    return set(zip(users.tolist(), part.query.items.tolist(), strict=True))


@pytest.mark.parametrize("spec", [s for s in SPLITS if s["name"] == "time-cut"], ids=_said)
@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_a_cut_is_one_moment_for_everybody(spec: dict[str, Any], rows: list[Row]):
    split = _make(rows, spec)
    if split is None:
        return
    when = _times(split)
    cut, end = _moments(list(when.values()), spec)
    assert split.train.times is not None and split.test.times is not None
    assert max(split.train.times) < cut <= min(split.test.times)
    assert all(max(split.train.times) < when[pair] < cut for pair in pairs(split.validation))
    assert all(when[pair] < cut for pair in _shown(split.test))
    known = {user for (user, _), time in when.items() if time < cut or spec.get("new_users")}
    assert set(pairs(split.test)) == {pair for pair, time in when.items() if cut <= time < end and pair[0] in known}


def _moments(times: list[int], spec: dict[str, Any]) -> tuple[int, int]:
    """The first second of the test part and the first after it, by trying all of them."""
    later = spec.get("windows", 1) - spec.get("window", 1)  # windows that follow
    shares = [spec["test"] * (later + 1) * len(times), spec["test"] * later * len(times)]
    found = [next(t for t in range(-5, 6) if sum(time >= t for time in times) <= share) for share in shares]
    return found[0], found[1]


@pytest.mark.parametrize("spec", [s for s in SPLITS if s["name"] in ("user-holdout", "cold-users")], ids=_said)
@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_who_is_asked_has_not_trained(spec: dict[str, Any], rows: list[Row]):
    split = _make(rows, spec)
    if split is None:
        return
    train, validation, test = ({u for u, _ in pairs(part)} for part in (split.train, split.validation, split.test))
    assert not train & validation and not train & test and not validation & test
    assert set(split.test.query.users.tolist()) == {-1}
    lengths = np.diff(split.test.query.offsets)
    if spec["name"] == "cold-users":
        assert set(lengths.tolist()) == {spec.get("shown", 0)}
    else:
        count = Counter(user for user, _ in pairs(split.dataset.interactions))
        assert all(count[user] >= 3 for user in test | validation)
        assert (lengths > 0).all()


@pytest.mark.parametrize("spec", [s for s in SPLITS if s["name"] == "cold-items"], ids=_said)
@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_what_is_asked_for_has_not_been_trained(spec: dict[str, Any], rows: list[Row]):
    split = _make(rows, spec)
    if split is None:
        return
    train, validation, test = ({i for _, i in pairs(part)} for part in (split.train, split.validation, split.test))
    assert not train & validation and not train & test and not validation & test
    assert set(pairs(split.test)) == {pair for pair in pairs(split.dataset.interactions) if pair[1] in test}
    if spec.get("by") == "time":
        first = {item: min(t for (_, i), t in _times(split).items() if i == item) for item in train | test}
        assert max(first[item] for item in train) <= min(first[item] for item in test)


@pytest.mark.parametrize("spec", BY_TIME, ids=_said)
@given(pattern=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7)), min_size=6, max_size=30), data=st.data())
@settings(max_examples=40, deadline=None)
def test_names_do_not_matter_where_times_decide(spec: dict[str, Any], pattern: list[tuple[int, int]], data: Any):
    """Other names are other numbers of users and items: without equal times the split must be the same."""
    names = data.draw(st.permutations("abcd")), data.draw(st.permutations("pqrstuvw"))
    found = []
    for users, items in (("abcd", "pqrstuvw"), names):
        rows = [(users[user], items[item], time) for time, (user, item) in enumerate(pattern)]
        split = _make(rows, spec)
        back = {name: number for side in (users, items) for number, name in enumerate(side)}
        found.append(split and [_by_name(split, part, back) for part in (split.train, split.validation, split.test)])
    assert found[0] == found[1]


def _by_name(split: Split, part: Interactions | HeldOut | None, back: dict[str, int]) -> set[tuple[int, int]]:
    users, items = split.dataset.users.ids, split.dataset.items.ids
    return {(back[users[user]], back[items[item]]) for user, item in pairs(part)}


def _times(split: Split) -> dict[tuple[int, int], int]:
    data = split.dataset.interactions
    assert data.times is not None
    return dict(zip(pairs(data), data.times.tolist(), strict=True))


@pytest.mark.parametrize("name", ["user-time", "last-out"])
@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
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
