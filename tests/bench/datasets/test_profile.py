"""The facts of a data set, counted by hand."""

import json

import numpy as np
import pytest

from bench.datasets.build import build
from bench.datasets.profile import activity, gini, head_share, histogram, moment, profile, resolution

DAY = 86_400


@pytest.fixture
def small():
    """Three users and four items, one of which nobody met; item y has no text of its own."""
    return build(
        "small",
        ["a", "a", "a", "b", "c", "c", "c"],
        ["x", "y", "z", "x", "x", "y", "y"],
        ratings=[1, 2, 2, 5, 5, 5, 4],
        times=[60, 60, 5 * DAY, 2 * DAY, 0, 120, 180],
        titles={"x": "X", "y": "Y", "z": "Z", "w": ""},
        texts={"x": "about x", "y": "Y", "z": "about z", "w": "about w"},
    )


def test_a_data_set_counted_by_hand(small):
    facts = profile(small).facts
    assert facts["density"] == pytest.approx(6 / 12)  # one of the seven rows is a duplicate
    assert facts["sparsity"] == pytest.approx(6 / 12)
    assert facts["duplicates"] == {"policy": "last", "dropped": 1}
    per_user = facts["interactions per user"]
    assert per_user == {
        "min": 1,
        "median": 2,
        "mean": 2,
        "max": 3,
        "gini": pytest.approx(4 / 18),  # (−2·1 + 0·2 + 2·3) / (3·6)
        "with one": 1,
        "with none": 0,
    }
    per_item = facts["interactions per item"]
    assert (per_item["min"], per_item["max"], per_item["with one"], per_item["with none"]) == (0, 3, 1, 1)
    assert per_item["gini"] == pytest.approx(10 / 24)  # (−3·0 − 1·1 + 1·2 + 3·3) / (4·6)
    assert facts["long tail"] == {"share of the top 1 % of items": 0.5, "share of the top 10 % of items": 0.5}
    assert facts["rating histogram"] == {"1": 1, "2": 2, "4": 1, "5": 2}
    assert facts["items without title"] == 1
    assert facts["items without text"] == 1
    assert facts["time"] == {
        "first": "1970-01-01T00:00:00Z",
        "last": "1970-01-06T00:00:00Z",
        "days": 5,
        "longest gap": {"days": 3, "after": "1970-01-03T00:00:00Z"},
        "resolution": "minutes",
        "share of equal times within a user": pytest.approx(2 / 6),
    }


def test_facts_are_json_whatever_is_missing():
    bare = build("bare", ["a", "b"], ["x", "x"])
    facts = profile(bare).facts
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["time"], facts["rating histogram"]) == (None, None)
    assert facts["items without title"] == facts["items without text"] == 1
    one = profile(build("one", ["a"], ["x"], ratings=[3], times=[7])).facts
    assert json.loads(json.dumps(one)) == one
    assert one["time"]["longest gap"] is None
    assert one["time"]["share of equal times within a user"] == 0


def test_gini_is_the_mean_difference_over_twice_the_mean():
    counts = np.random.default_rng(1).integers(0, 50, 200)
    slow = np.abs(counts[:, None] - counts[None, :]).mean() / (2 * counts.mean())
    assert gini(counts) == pytest.approx(slow)
    assert gini(np.array([3, 3, 3])) == 0
    assert gini(np.array([0, 0, 0, 7])) == pytest.approx(1 - 1 / 4)


def test_heads_are_rounded_up_to_whole_items():
    counts = np.array([1] * 149 + [51])
    assert head_share(counts, 0.01) == pytest.approx(52 / 200)  # 2 of 150 items
    assert head_share(counts, 1.0) == 1
    assert activity(counts)["with one"] == 149


def test_many_ratings_are_counted_in_ranges():
    values, counts = histogram(np.arange(20, dtype=np.float32))
    assert (len(values), counts.tolist()) == (20, [1] * 20)
    edges, counts = histogram(np.arange(40, dtype=np.float32))
    assert (len(edges), counts.tolist()) == (21, [2] * 20)
    ranges = profile(build("many", ["a"] * 40, list(map(str, range(40))), ratings=range(40))).facts["rating histogram"]
    assert next(iter(ranges)) == "0 to 1.95"
    assert sum(ranges.values()) == 40


def test_moments_and_resolutions():
    assert moment(-1) == "1969-12-31T23:59:59Z"
    assert moment(10**17) == str(10**17)
    for times, unit in (([0, DAY], "days"), ([3600, -7200], "hours"), ([60, 3600], "minutes"), ([1, 60], "seconds")):
        assert resolution(np.array(times)) == unit
