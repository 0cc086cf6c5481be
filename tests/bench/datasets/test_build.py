"""Numbering, order, duplicates and fingerprints of data sets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.build import build
from bench.errors import BadConfig, BadData

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["u1", "u2", "ü"]),
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from([1.0, 2.5, 0.1, 0.7]),
        st.integers(-2, 2),
    ),
    min_size=1,
    max_size=25,
)


def made(rows, *, times=True, **options):
    users, items, ratings, when = zip(*rows, strict=True)
    return build("x", users, items, ratings=ratings, times=when if times else None, **options)


def triples(dataset):
    found = dataset.interactions
    return [
        (dataset.users.ids[u], dataset.items.ids[i], round(float(r), 6))
        for u, i, r in zip(found.users, found.items, found.ratings, strict=True)
    ]


def assert_same(one, other):
    for name in ("users", "items", "ratings", "times"):
        np.testing.assert_array_equal(getattr(one.interactions, name), getattr(other.interactions, name))
    assert (one.users.ids, one.items.ids, one.fingerprint) == (other.users.ids, other.items.ids, other.fingerprint)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(["first", "last", "sum", "max", "keep"]), st.booleans(), st.randoms())
def test_permuted_rows_give_the_same_data_set(rows, duplicates, times, random):
    permuted = list(rows)
    random.shuffle(permuted)
    assert_same(made(rows, times=times, duplicates=duplicates), made(permuted, times=times, duplicates=duplicates))


def test_numbers_follow_the_sorted_ids_as_text():
    dataset = build("x", ["10", "9", "Z"], ["b", "a", "ä"])
    assert dataset.users.ids == ("10", "9", "Z")
    assert dataset.items.ids == ("a", "b", "ä")
    assert dataset.interactions.users.tolist() == [0, 1, 2]
    assert dataset.interactions.items.tolist() == [1, 0, 2]
    assert not dataset.interactions.ordered


def test_a_user_s_rows_are_sorted_by_time_and_unordered_ones_by_item():
    rows = [("v", "b", 1, 5), ("u", "c", 2, 9), ("u", "a", 3, 10), ("u", "b", 4, -7)]
    assert triples(made(rows)) == [("u", "b", 4), ("u", "c", 2), ("u", "a", 3), ("v", "b", 1)]
    assert made(rows).interactions.times.tolist() == [-7, 9, 10, 5]
    assert triples(made(rows, times=False)) == [("u", "a", 3), ("u", "b", 4), ("u", "c", 2), ("v", "b", 1)]


def test_fractions_of_seconds_decide_the_order_and_are_dropped():
    dataset = build("x", ["u"] * 3, ["a", "b", "c"], times=[3.9, 3.1, -0.5])
    assert [dataset.items.ids[i] for i in dataset.interactions.items] == ["c", "b", "a"]
    assert dataset.interactions.times.tolist() == [-1, 3, 3]


def test_order_without_times_is_the_order_of_the_rows():
    dataset = build("x", ["v", "u", "v", "u"], ["d", "c", "a", "b"], ordered=True)
    assert [dataset.items.ids[i] for i in dataset.interactions.items] == ["c", "b", "d", "a"]
    assert dataset.interactions.ordered
    assert dataset.interactions.times is None


def test_equal_times_favour_no_item():
    users = [f"u{n:04}" for n in range(400) for _ in range(10)]
    items = [f"i{n}" for _ in range(400) for n in range(10)]
    dataset = build("x", users, items, times=[0] * 4000)
    last = dataset.interactions.items[9::10]
    assert np.bincount(last, minlength=10).min() >= 20  # 40 expected, standard deviation 6


REPEATED = [("u", "a", 4.0, 1), ("u", "b", 2.0, 2), ("u", "a", 1.0, 3), ("u", "a", 3.0, 3)]


@pytest.mark.parametrize(
    ("policy", "expected", "times"),
    [
        ("first", [("u", "a", 4), ("u", "b", 2)], [1, 2]),
        ("last", [("u", "b", 2), ("u", "a", 3)], [2, 3]),
        ("sum", [("u", "b", 2), ("u", "a", 8)], [2, 3]),
        ("max", [("u", "b", 2), ("u", "a", 4)], [2, 3]),
        ("keep", [("u", "a", 4), ("u", "b", 2), ("u", "a", 1), ("u", "a", 3)], [1, 2, 3, 3]),
    ],
)
def test_duplicates(policy, expected, times):
    dataset = made(REPEATED, duplicates=policy)
    assert triples(dataset) == expected
    assert dataset.interactions.times.tolist() == times
    assert dataset.notes["duplicates"] == {"policy": policy, "dropped": 4 - len(expected)}


def test_first_and_last_follow_the_rows_where_only_they_have_an_order():
    rows = (["u"] * 4, ["a", "b", "a", "c"])
    assert build("x", *rows, ordered=True, duplicates="first").interactions.items.tolist() == [0, 1, 2]
    assert build("x", *rows, ordered=True, duplicates="last").interactions.items.tolist() == [1, 0, 2]


def test_sum_counts_rows_where_there_are_no_ratings():
    dataset = build("x", ["u", "u", "v"], ["a", "a", "a"], duplicates="sum")
    assert dataset.interactions.ratings.tolist() == [2, 1]


def test_every_policy_has_its_own_fingerprint_even_without_duplicates():
    rows = [("u", "a", 1.0, 1)]
    found = {made(rows, duplicates=policy).fingerprint for policy in ("first", "last", "sum", "max", "keep")}
    assert len(found) == 5


def test_fingerprint_covers_everything_but_the_name_and_the_notes():
    def variant(**changes):
        base = {
            "ratings": [1, 2],
            "times": [1, 2],
            "scale": (1, 5),
            "titles": {"a": "A", "b": "B"},
            "texts": {"a": "t"},
            "item_features": {"a": ["f"]},
            "user_features": {"u": ["g"]},
        }
        return build("x", ["u", "u"], ["a", "b"], **{**base, **changes}).fingerprint

    changed = [
        variant(ratings=[1, 3]),
        variant(ratings=None),
        variant(times=[1, 3]),
        variant(times=None),
        variant(times=None, ordered=True),
        variant(scale=(0, 5)),
        variant(scale=None),
        variant(titles={"a": "A", "b": "b"}),
        variant(titles={"a": "AB", "b": ""}),
        variant(texts={"a": "u"}),
        variant(item_features={"b": ["f"]}),
        variant(item_features={"a": ["e"]}),
        variant(user_features=None),
    ]
    assert len({variant(), *changed}) == len(changed) + 1
    assert variant() == variant(notes={"anything": 1})


def test_fingerprint_knows_where_one_id_ends():
    one = build("x", ["u", "u"], ["ab", "c"])
    other = build("x", ["u", "u"], ["a", "bc"])
    assert one.fingerprint != other.fingerprint


def test_described_items_belong_to_the_catalogue():
    dataset = build(
        "x",
        ["u", "v"],
        ["b", "b"],
        titles={"a": "Cold", "b": ""},
        texts={"c": "words"},
        item_features={"b": ["x", "y", "x"], "a": ["y"]},
        user_features={"v": ["old"], "nobody": ["new"]},
    )
    assert dataset.items.ids == ("a", "b", "c")
    assert dataset.items.titles == ("Cold", "b", "c")
    assert dataset.items.texts == ("Cold", "b", "words")
    assert dataset.items.feature_names == ("x", "y")
    assert dataset.items.features.toarray().tolist() == [[0, 1], [1, 1], [0, 0]]
    assert dataset.users.ids == ("u", "v")
    assert dataset.users.features.toarray().tolist() == [[0], [1]]
    assert dataset.interactions.n_items == 3


def test_arrays_cannot_be_changed():
    dataset = build("x", ["u"], ["a"], ratings=[1], times=[1])
    with pytest.raises(ValueError, match="read-only"):
        dataset.interactions.ratings[0] = 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ratings": [1, float("nan")]}, "row 2: the rating nan is not a finite number"),
        ({"ratings": [-float("inf"), 1]}, "row 1: the rating -inf is not a finite number"),
        ({"ratings": [1, 5.5], "scale": (1, 5)}, "rating 5.5 is outside the scale 1 to 5"),
        ({"ratings": [1, 5], "scale": (5, 1)}, "scale 5 to 1 is no range"),
        ({"ratings": [1]}, "2 users but 1 ratings"),
        ({"times": [1.0, float("nan")]}, "row 2: the time is not a finite number"),
    ],
)
def test_bad_numbers(options, message):
    with pytest.raises(BadData, match=message):
        build("x", ["u", "u"], ["a", "b"], **options)


def test_a_sum_beyond_the_scale_is_refused():
    with pytest.raises(BadData, match="the sum of duplicates 6 is outside the scale 1 to 5"):
        build("x", ["u", "u"], ["a", "a"], ratings=[3, 3], scale=(1, 5), duplicates="sum")


def test_bad_ids():
    with pytest.raises(BadData, match="no interactions"):
        build("x", [], [])
    with pytest.raises(BadData, match="an empty user id"):
        build("x", [""], ["a"])
    with pytest.raises(BadData, match="item ids are text, not 7"):
        build("x", ["u"], [7])


def test_unknown_policy():
    with pytest.raises(BadConfig, match="did you mean 'last'"):
        build("x", ["u"], ["a"], duplicates="lsat")
