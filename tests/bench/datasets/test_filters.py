"""Minimum ratings and k-cores."""

import pytest

from bench.datasets.build import build
from bench.datasets.filters import filtered
from bench.errors import BadConfig, BadData, Unsupported


def example():
    users = ["a", "a", "a", "b", "b", "b", "c", "c", "d"]
    items = ["1", "2", "3", "1", "2", "4", "1", "3", "3"]
    ratings = [5, 4, 3, 5, 4, 2, 1, 5, 5]
    titles = {item: f"T{item}" for item in "12345"}
    features = {item: [f"f{item}"] for item in "12345"}
    return build("x", users, items, ratings=ratings, times=range(9), titles=titles, item_features=features)


def test_core_is_taken_until_nothing_changes():
    # item 4 has one row and goes, then d and c (rated 1 and 3) stay or go by what is left:
    # d has one row and goes; 3 keeps a and c; all others have two or more
    dataset = filtered(example(), k_core=2)
    assert dataset.users.ids == ("a", "b", "c")
    assert dataset.items.ids == ("1", "2", "3")
    assert len(dataset.interactions) == 7
    assert dataset.notes["left out"] == {"interactions": 2, "users": 1, "items": 2}


def test_core_needs_several_rounds():
    # a chain u1-1-u2-2-u3: ends have one row, and taking them away makes new ends
    dataset = build("x", ["u1", "u2", "u2", "u3", *"ppqq"], ["1", "1", "2", "2", *"8989"])
    assert filtered(dataset, k_core=2).users.ids == ("p", "q")


def test_minimum_rating_keeps_descriptions_beside_their_items():
    dataset = filtered(example(), min_rating=5)
    assert dataset.users.ids == ("a", "b", "c", "d")
    assert dataset.items.ids == ("1", "3")
    assert dataset.items.titles == ("T1", "T3")
    names = [dataset.items.feature_names[c] for c in dataset.items.features.indices]
    assert names == ["f1", "f3"]
    assert dataset.interactions.ratings.tolist() == [5, 5, 5, 5]
    assert dataset.interactions.times.tolist() == [0, 3, 7, 8]
    assert dataset.fingerprint != example().fingerprint


def test_refusals():
    with pytest.raises(BadData, match="nothing is left"):
        filtered(example(), k_core=9)
    with pytest.raises(Unsupported):
        filtered(build("x", ["u"], ["a"]), min_rating=1)
    with pytest.raises(BadConfig, match="'k_core' is a whole number, not '10'"):
        filtered(example(), k_core="10")
    with pytest.raises(BadConfig, match="'k_core' is 1 or more, not -1"):
        filtered(example(), k_core=-1)
    with pytest.raises(BadConfig, match="'min_rating' is a number, not True"):
        filtered(example(), min_rating=True)


def test_what_was_filtered_is_noted_and_only_then():
    assert "filters" not in example().notes
    dataset = filtered(example(), min_rating=2, k_core=2)
    assert dataset.notes["filters"] == {"min_rating": 2, "k_core": 2, "applied": "before the split"}
    assert dataset.notes["duplicates"] == {"policy": "last", "dropped": 0}


def test_numbers_follow_the_items_that_are_left():
    dataset = filtered(example(), min_rating=5)
    found = dataset.interactions
    named = [
        (dataset.users.ids[user], dataset.items.ids[item]) for user, item in zip(found.users, found.items, strict=True)
    ]
    assert named == [("a", "1"), ("b", "1"), ("c", "3"), ("d", "3")]
    assert (found.users.dtype, found.items.dtype) == ("int32", "int32")
