"""Users and items that training does not know."""

from __future__ import annotations

from collections import Counter

import pytest
from split_cases import asked_with, dataset, history, items_of, letters, pairs

from bench.errors import BadConfig, Unsupported
from bench.splits.catalogue import make, options
from bench.types import Split

TEN = [row for user in "abcdefghij" for row in history(user, 10)]


def askers(split: Split) -> set[str]:
    """Who asks for the test."""
    return {split.dataset.users.ids[user] for user in split.test.askers}


def test_held_out_users_ask_with_the_share_that_is_shown():
    split = make(dataset(TEN), {"name": "user-holdout", "test": 0.2, "validation": 0.1})
    kinds = Counter("".join(sorted(letters(split, user))) for user in "abcdefghij")
    assert kinds == {"t" * 10: 7, "TT" + "h" * 8: 2, "h" * 8 + "vv": 1}
    assert split.test.query.users.tolist() == [-1, -1]
    for user in askers(split):
        assert sorted(asked_with(split, split.test, user) + items_of(split, split.test, user)) == sorted(
            f"i{place:02}" for place in range(1, 11)
        )


def test_the_held_out_ones_are_drawn_or_are_the_last():
    drawn = make(dataset(TEN), {"name": "user-holdout", "test": 0.9, "validation": 0})
    assert len({letters(drawn, user) for user in askers(drawn)}) > 1
    last = make(dataset(TEN), {"name": "user-holdout", "test": 0.9, "validation": 0, "by": "time", "shown": 0.7})
    assert {letters(last, user) for user in askers(last)} == {"hhhhhhhTTT"}
    unordered = dataset(TEN, times=False)
    assert make(unordered, {"name": "user-holdout"})
    with pytest.raises(Unsupported, match=r"'made-up', split 'user-holdout': by = 'time' needs times or an order"):
        make(unordered, {"name": "user-holdout", "by": "time"})
    assert make(dataset(TEN, times=False, ordered=True), {"name": "user-holdout", "by": "time"})


def test_users_with_few_interactions_always_train():
    rows = [*history("a", 9), *history("b", 5), *(row for user in "cdef" for row in history(user, 4))]
    split = make(dataset(rows), {"name": "user-holdout", "test": 0.9, "validation": 0})
    assert askers(split) in ({"a"}, {"b"}), "one of the two has to train"
    assert {letters(split, user) for user in "cdef"} == {"tttt"}
    with pytest.raises(Unsupported, match="users with at least 6 interactions to choose from: 1; one must train and"):
        make(dataset(rows), {"name": "user-holdout", "min_interactions": 6})


def test_validation_users_train_where_the_split_is_fitted_on_both():
    spec = {"name": "user-holdout", "test": 0.2, "validation": 0.3}
    alone, both = make(dataset(TEN), spec), make(dataset(TEN), {**spec, "fit_on": "train+validation"})
    assert (len(alone.learnt), len(both.learnt)) == (50, 80)
    assert {user for user, _ in pairs(both.learnt)}.isdisjoint(both.test.askers.tolist())
    assert pairs(alone.test) == pairs(both.test)


def test_cold_users_ask_after_their_first_few_interactions():
    spec = {"name": "cold-users", "test": 0.2, "validation": 0.1, "shown": 3}
    split = make(dataset(TEN), spec)
    assert Counter(letters(split, user) for user in "abcdefghij") == {"t" * 10: 7, "hhhTTTTTTT": 2, "hhhvvvvvvv": 1}
    none = make(dataset(TEN), {**spec, "shown": 0})
    assert len(none.test.query.items) == 0
    assert none.test.query.users.tolist() == [-1, -1]
    unordered = make(dataset(TEN, times=False), spec)
    assert Counter("".join(sorted(letters(unordered, user))) for user in "abcdefghij")["T" * 7 + "hhh"] == 2
    assert len({letters(unordered, user) for user in "abcdefghij"}) == 4, "drawn ones where there is no order"


def test_for_any_number_shown_the_same_users_train():
    rows = [row for number in range(30) for row in history(f"u{number:02}", 1 + number % 10)]
    found = [make(dataset(rows), {"name": "cold-users", "shown": shown, "test": 0.5}) for shown in (0, 2, 5)]
    assert len({tuple(pairs(split.train)) for split in found}) == 1
    asking = [askers(split) for split in found]
    assert asking[0] > asking[1] > asking[2], "those with no more than what is shown are not asked"
    assert all(int(user[1:]) % 10 >= 5 for user in asking[2])


def test_after_asks_about_the_same_items_however_many_are_shown():
    spec = {"name": "cold-users", "test": 0.2, "validation": 0.1, "after": 5}
    found = [make(dataset(TEN), {**spec, "shown": shown}) for shown in (0, 2, 5, 7)]
    assert len({tuple(pairs(split.test)) for split in found[:3]}) == 1
    assert [len(split.test.query.items) for split in found] == [0, 4, 10, 14]
    assert [split.left_out for split in found] == [15, 9, 0, 0]
    assert len({tuple(pairs(split.train)) for split in found}) == 1


def test_cold_items_are_in_no_training_interaction():
    split = make(dataset(TEN), {"name": "cold-items", "test": 0.3, "validation": 0.2})
    assert split.validation is not None
    parts = [{item for _, item in pairs(part)} for part in (split.train, split.validation, split.test)]
    assert [len(part) for part in parts] == [5, 2, 3]
    assert len(set.union(*parts)) == 10
    assert len(split.test.items) == 30, "every interaction with them is held out"
    assert len({letters(split, user) for user in "abcdefghij"}) == 1, "the same items for everybody"
    assert sorted(asked_with(split, split.test, "a") + items_of(split, split.test, "a")) == [
        f"i{place:02}" for place in range(1, 11)
    ]


def test_who_met_only_cold_items_is_new():
    rows = [*history("a", 4), ("b", "i04", 200)]
    split = make(dataset(rows), {"name": "cold-items", "by": "time", "test": 0.25, "validation": 0})
    assert letters(split, "a") == "tttT"
    assert letters(split, "b") == "T"
    assert split.test.query.users.tolist() == [0, -1]
    assert asked_with(split, split.test, "b") == []


def test_the_newest_items_are_those_met_last_for_the_first_time():
    rows = [
        ("a", "old", 1),
        ("b", "old", 90),
        ("a", "young", 50),
        ("b", "young", 60),
        ("a", "mid", 40),
        ("b", "m2", 30),
    ]
    split = make(dataset(rows), {"name": "cold-items", "by": "time", "test": 0.25, "validation": 0.25})
    assert items_of(split, split.test, "a") == items_of(split, split.test, "b") == ["young"]
    assert items_of(split, split.validation, "a") == ["mid"]
    assert items_of(split, split.train, "b") == ["m2", "old"]
    assert asked_with(split, split.test, "b") == ["m2", "old"], "what came later is history, too"
    with pytest.raises(Unsupported, match=r"split 'cold-items': by = 'time' needs times, and there are none"):
        make(dataset(rows, times=False, ordered=True), {"name": "cold-items", "by": "time"})


def test_items_that_nobody_met_are_not_drawn():
    rows = [("a", "i1", 1), ("a", "i2", 2), ("b", "i1", 1), ("b", "i2", 2)]
    split = make(dataset(rows, titles={"i1": "1", "i3": "3", "i4": "4"}), {"name": "cold-items", "validation": 0})
    assert Counter(letters(split, user) for user in "ab") in ({"tT": 2}, {"Tt": 2})


@pytest.mark.parametrize("name", ["user-holdout", "cold-users", "cold-items"])
def test_the_draw_has_a_seed(name: str):
    found = [pairs(make(dataset(TEN), {"name": name, "seed": seed}).test) for seed in (0, 0, 1, 2, 3)]
    assert found[0] == found[1]
    assert len(set(map(tuple, found))) > 2


def test_shares_of_a_history_have_bounds():
    for wrong in ({"name": "user-holdout", "shown": 0}, {"name": "cold-users", "shown": -1}):
        with pytest.raises(BadConfig, match="'shown'"):
            options(wrong)


def test_items_first_met_at_one_moment_are_ordered_by_a_hash():
    """Otherwise those with high numbers would be the cold ones."""
    rows = [("a", f"i{item:02}", 7) for item in range(20)]
    found = set()
    for size in (8, 12, 16, 20):
        split = make(dataset(rows[:size]), {"name": "cold-items", "by": "time", "test": 0.25, "validation": 0})
        items = sorted(split.test.items.tolist())
        found.add(items == list(range(size - size // 4, size)))
        assert (
            split.fingerprint == make(dataset(rows[size - 1 :: -1]), {"name": "cold-items"} | split.params).fingerprint
        )
    assert found == {False}


@pytest.mark.parametrize(("name", "shown"), [("user-holdout", 8), ("cold-users", 2)])
def test_what_is_shown_is_no_validation_part(name: str, shown: int):
    """With `history = "train"` a test question still comes with what the protocol shows of its user."""
    spec = {"name": name, "test": 0.2, "history": "train"} | ({"shown": 2} if name == "cold-users" else {})
    split = make(dataset(TEN), spec)
    assert {len(asked_with(split, split.test, user)) for user in askers(split)} == {shown}
