"""Data that a protocol cannot divide, or only just: one clear line with the counts, or what the protocol declares."""

from __future__ import annotations

from typing import Any

import pytest
from split_cases import asked_with, dataset, history, items_of, letters

from bench.errors import Unsupported
from bench.splits.catalogue import make
from bench.topk import top_k
from bench.types import Floats

EVERY: list[dict[str, Any]] = [
    {"name": "random"},
    {"name": "random", "per": "all"},
    {"name": "k-fold", "fold": 1},
    {"name": "user-time"},
    {"name": "last-out"},
    {"name": "time-cut"},
    {"name": "user-holdout"},
    {"name": "cold-items"},
    {"name": "cold-users"},
]


def _said(spec: dict[str, Any]) -> str:
    return " ".join(map(str, spec.values()))


@pytest.mark.parametrize("spec", EVERY, ids=_said)
def test_a_single_interaction_is_refused_in_one_line(spec: dict[str, Any]):
    with pytest.raises(Unsupported) as error:
        make(dataset(history("a", 1)), spec)
    said = str(error.value)
    assert len(said.splitlines()) == 1
    assert f"data set 'made-up', split '{spec['name']}': " in said
    assert (
        "0 training and 1 test" in said
        or "1 training and 0 test" in said
        or ": 1; one must train" in said
        or (": 0; one must train" in said)
    )


@pytest.mark.parametrize("spec", EVERY, ids=_said)
def test_one_user(spec: dict[str, Any]):
    data = dataset(history("a", 20))
    if spec["name"] in ("user-holdout", "cold-users"):
        with pytest.raises(Unsupported, match=r"to choose from: 1; one must train and one be held out"):
            make(data, spec)
        return
    split = make(data, spec)
    assert set(letters(split, "a")) == {"t", "v", "T"}
    assert split.test.query.users.tolist() == [0]


@pytest.mark.parametrize("spec", EVERY, ids=_said)
def test_one_item(spec: dict[str, Any]):
    data = dataset([(f"u{user:02}", "i", user) for user in range(20)])
    refused = {
        "random": "20 training and 0 test interactions" if "per" not in spec else "",
        "user-time": "20 training and 0 test interactions",
        "last-out": "20 training and 0 test interactions",
        "time-cut": "14 training and 0 test interactions",
        "user-holdout": "users with at least 5 interactions to choose from: 0",
        "cold-items": "items to choose from: 1",
    }.get(spec["name"], "")
    if refused:
        with pytest.raises(Unsupported, match=refused):
            make(data, spec)
        return
    split = make(data, spec)
    assert set(split.test.query.users.tolist()) == {-1}, "nobody who asks has anything else to train"
    assert len(split.test.query.items) == 0


@pytest.mark.parametrize("name", ["user-time", "last-out", "random"])
def test_users_with_one_interaction_only_train(name: str):
    split = make(dataset([*history("a", 5), *history("b", 1)]), {"name": name})
    assert letters(split, "b") == "t"
    assert split.test.askers.tolist() == [0]


@pytest.mark.parametrize("spec", EVERY, ids=_said)
def test_lists_longer_than_the_catalogue_end_early(spec: dict[str, Any]):
    """Twelve items in all; a list of 50 holds what is not hidden."""
    rows = [row for user in range(8) for row in history(f"u{user}", 12)]
    split = make(dataset(rows), spec)
    scores: Floats = split.test.query.matrix().toarray() * 0.0
    best = top_k(scores, split.test.query, 50)
    seen = split.test.query.matrix().getnnz(axis=1)
    assert ((best.items >= 0).sum(axis=1) == 12 - seen).all()


def test_an_order_without_times_is_that_of_the_rows():
    rows = [("a", item, 0) for item in "zyxw"] + [("b", item, 0) for item in "wzx"]
    split = make(dataset(rows, times=False, ordered=True), {"name": "last-out"})
    assert asked_with(split, split.test, "a") == ["z", "y", "x"]
    assert items_of(split, split.validation, "a") == ["x"]
    assert items_of(split, split.test, "a") == ["w"]
    assert asked_with(split, split.test, "b") == ["w", "z"]
    assert items_of(split, split.test, "b") == ["x"]


def test_last_out_with_ties_keeps_older_items_in_training():
    """Two items share the last moment: one of them is the test, the other the validation, in any order of rows."""
    rows = [("a", "p", 1), ("a", "q", 2), ("a", "r", 9), ("a", "s", 9)]
    splits = [make(dataset(order), {"name": "last-out"}) for order in (rows, rows[::-1], rows[2:] + rows[:2])]
    assert len({split.fingerprint for split in splits}) == 1
    assert letters(splits[0], "a") == "ttvT"
    assert items_of(splits[0], splits[0].train, "a") == ["p", "q"]


def test_an_item_that_only_the_test_has_stays_in_the_catalogue():
    rows = [*history("a", 5), ("a", "new", 900), *history("b", 5)]
    split = make(dataset(rows), {"name": "last-out"})
    new = split.dataset.items.ids.index("new")
    assert new in split.test.items
    assert new not in split.train.items
    assert split.test.query.n_items == split.train.n_items == 6
