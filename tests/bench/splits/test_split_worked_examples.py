"""Each protocol on histories that are divided by hand."""

from __future__ import annotations

import numpy as np
import pytest
from split_cases import asked_with, dataset, history, items_of, pairs

from bench.errors import BadConfig, Unsupported
from bench.splits.catalogue import make, names, options

ROWS = [
    *history("ten", 10),  # 2 to test, 1 to validation
    *history("three", 3),  # one each
    *history("two", 2),  # nothing is left for validation
    *history("one", 1),  # only trains
]


def test_user_time_takes_the_newest_share_of_each_user():
    split = make(dataset(ROWS), {"name": "user-time", "test": 0.2, "validation": 0.1})
    assert items_of(split, split.train, "ten") == [f"i{place:02}" for place in range(1, 8)]
    assert items_of(split, split.validation, "ten") == ["i08"]
    assert items_of(split, split.test, "ten") == ["i09", "i10"]
    parts = (split.train, split.validation, split.test)
    assert [items_of(split, part, "three") for part in parts] == [["i01"], ["i02"], ["i03"]]
    assert [items_of(split, part, "two") for part in parts] == [["i01"], [], ["i02"]]
    assert [items_of(split, part, "one") for part in parts] == [["i01"], [], []]


def test_user_time_without_validation():
    split = make(dataset(ROWS), {"name": "user-time", "test": 0.3, "validation": 0})
    assert split.validation is None
    assert items_of(split, split.train, "ten") == [f"i{place:02}" for place in range(1, 8)]


def test_a_share_is_not_lost_to_rounding():
    """100 · 0.29 is 28.999999999999996 in floating point."""
    split = make(dataset(history("u", 100)), {"name": "user-time", "test": 0.29, "validation": 0})
    assert len(split.test.items) == 29


def test_last_out_takes_one_item_for_each_part():
    split = make(dataset(ROWS), {"name": "last-out"})
    parts = (split.train, split.validation, split.test)
    assert [items_of(split, part, "ten") for part in parts] == [[f"i{p:02}" for p in range(1, 9)], ["i09"], ["i10"]]
    assert [items_of(split, part, "three") for part in parts] == [["i01"], ["i02"], ["i03"]]
    assert [items_of(split, part, "two") for part in parts] == [["i01", "i02"], [], []]
    assert [items_of(split, part, "one") for part in parts] == [["i01"], [], []]


@pytest.mark.parametrize("name", ["user-time", "last-out"])
def test_a_test_question_is_asked_with_training_and_validation_oldest_first(name: str):
    split = make(dataset(ROWS[::-1]), {"name": name})
    assert asked_with(split, split.test, "ten") == [f"i{p:02}" for p in range(1, 9 if name == "user-time" else 10)]
    assert split.validation is not None
    assert asked_with(split, split.validation, "three") == ["i01"]
    assert asked_with(split, split.test, "three") == ["i01", "i02"]


def test_a_history_carries_its_own_ratings_and_times():
    split = make(dataset(history("u", 10)), {"name": "user-time"})
    query = split.test.query
    assert query.times is not None
    assert query.times.tolist() == [100 + place for place in range(1, 9)]
    assert query.ratings is not None
    assert query.ratings.tolist() == [1.0 + ((100 + place) % 9) / 2 for place in range(1, 9)]
    assert split.test.ratings is not None
    assert split.test.ratings.tolist() == [1.0 + ((100 + place) % 9) / 2 for place in (9, 10)]


def test_random_takes_the_same_shares_but_not_the_newest():
    rows = [row for user in range(50) for row in history(f"u{user}", 10)]
    split = make(dataset(rows), {"name": "random", "test": 0.2, "validation": 0.1})
    held = pairs(split.test)
    assert len(held) == 100
    assert np.bincount([user for user, _ in held]).tolist() == [2] * 50
    places = np.bincount([item for _, item in held], minlength=10)
    assert places.min() > 0, "no place of the history is spared"
    # 100 draws, each item with probability 0.2 a user: mean 10, standard deviation 2.8
    assert places.max() < 10 + 5 * 2.8


def test_random_depends_on_its_own_seed():
    rows = [row for user in range(20) for row in history(f"u{user}", 10)]
    drawn = [pairs(make(dataset(rows), {"name": "random", "seed": seed}).test) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("name", ["user-time", "last-out"])
def test_order_is_needed_where_a_protocol_rests_on_it(name: str):
    unordered = dataset(ROWS, times=False)
    with pytest.raises(Unsupported, match=f"{name}.*needs times or an order.*'made-up' has neither"):
        make(unordered, {"name": name})
    assert len(make(unordered, {"name": "random"}).test.items)
    assert len(make(dataset(ROWS, times=False, ordered=True), {"name": name}).test.items)


def test_nothing_to_test_is_refused_with_the_counts():
    with pytest.raises(Unsupported, match="1 training and 0 test interactions"):
        make(dataset(history("u", 1)), {"name": "user-time"})
    with pytest.raises(Unsupported, match="4 training and 0 test interactions"):
        make(dataset([*history("u", 2), *history("v", 2)]), {"name": "last-out"})


def test_wrong_options_are_refused_by_name():
    with pytest.raises(BadConfig, match="'tset'; did you mean 'test'"):
        options({"name": "user-time", "tset": 0.2})
    with pytest.raises(BadConfig, match="unknown split 'user-tiem'; did you mean 'user-time'"):
        options({"name": "user-tiem"})
    for wrong in (0, 1.0, -0.1, "half", float("nan")):
        with pytest.raises(BadConfig, match="'test'"):
            options({"name": "random", "test": wrong})


def test_every_protocol_says_what_it_does():
    assert all(len(text) > 20 for text in names().values())
    assert "the last share of each user's history" in names()["user-time"]
