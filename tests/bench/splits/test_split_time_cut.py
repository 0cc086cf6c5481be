"""One moment for everybody."""

from __future__ import annotations

import pytest
from split_cases import asked_with, dataset, letters

from bench.errors import BadConfig, Unsupported
from bench.splits.catalogue import expand, make, options

# ten interactions at the seconds 1 … 10: a 1 2 5 9, b 3 4 6 8, c 7 10
ROWS = [("a", f"i{t:02}", t) for t in (1, 2, 5, 9)] + [("b", f"i{t:02}", t) for t in (3, 4, 6, 8)]
ROWS += [("c", f"i{t:02}", t) for t in (7, 10)]
CUT = {"name": "time-cut", "test": 0.3, "validation": 0.2}
DAYS = [("a", f"d{day:02}", 86400 * (day - 1)) for day in range(1, 11)]  # the first ten days of 1970


def test_the_newest_share_is_the_test_and_what_is_just_before_is_the_validation():
    """The three newest are at 8, 9 and 10; the two before them at 6 and 7. Of c nothing is known before 6."""
    split = make(dataset(ROWS), CUT)
    assert letters(split, "a") == "tttT"
    assert letters(split, "b") == "ttvT"
    assert letters(split, "c") == "hT", "no question of the validation, and new to training"
    assert asked_with(split, split.test, "b") == ["i03", "i04", "i06"]
    assert split.test.query.users.tolist() == [0, 1, -1]
    assert split.validation is not None
    assert split.validation.askers.tolist() == [1]


def test_who_is_new_since_the_validation_began_asks_with_what_came_before_the_moment():
    rows = [*ROWS, ("c", "i11", 8)]  # 0.3 · 11 = 3.3, and four are at 8 or later: the test begins after 8
    split = make(dataset(rows), {**CUT, "validation": 0.3})
    assert letters(split, "a") == "tttT"
    assert letters(split, "b") == "tttv", "6 is before the validation part, 8 is in it"
    assert asked_with(split, split.test, "c") == ["i07", "i11"]
    assert split.test.query.users[split.test.askers == 2].tolist() == [-1]
    assert split.validation is not None
    assert split.validation.askers.tolist() == [1], "nothing is known of c before the validation part"
    both = make(dataset(rows), {**CUT, "validation": 0.3, "fit_on": "train+validation"})
    assert len(both.learnt) == 9, "everything before the moment is learnt from"
    assert both.test.query.users.tolist() == both.test.askers.tolist() == [0, 2]


def test_new_users_ask_with_an_empty_history_where_they_are_wanted():
    rows = [*ROWS, ("d", "i01", 10)]
    assert "d" not in [user for user in "abcd" if "T" in letters(make(dataset(rows), CUT), user)]
    split = make(dataset(rows), {**CUT, "new_users": True})
    assert letters(split, "d") == "T"
    assert asked_with(split, split.test, "d") == []
    assert split.test.query.users[split.test.askers == 3].tolist() == [-1]


@pytest.mark.parametrize(
    ("test", "expected"),
    [(0.3, "tttttttTTT"), (0.39, "tttttttTTT"), (0.1, "tttttttttT"), (0.9, "tTTTTTTTTT")],
)
def test_the_share_is_the_most_that_is_taken(test: float, expected: str):
    rows = [("a", f"i{t:02}", t) for t in range(10)]
    assert letters(make(dataset(rows), {"name": "time-cut", "test": test, "validation": 0}), "a") == expected


def test_interactions_of_one_moment_stay_together():
    """At most two of ten may be at the cut or later; three are at 8, so only those at 9 are the test."""
    rows = [("a", f"i{place}", time) for place, time in enumerate([1, 2, 3, 4, 5, 6, 8, 8, 8, 9])]
    split = make(dataset(rows), {"name": "time-cut", "test": 0.2, "validation": 0.3})
    assert letters(split, "a") == "ttttttvvvT"
    split = make(dataset(rows), {"name": "time-cut", "test": 0.2, "validation": 0.2})
    assert letters(split, "a") == "tttttttttT", "the three at 8 are more than a fifth"
    crowd = [(f"u{n}", "i", 5) for n in range(9)] + [("a", "i", 4)]
    with pytest.raises(Unsupported, match="10 training and 0 test interactions"):
        make(dataset(crowd), {"name": "time-cut", "test": 0.5})


def test_dates_are_midnight_in_utc_and_until_is_left_out():
    split = make(dataset(DAYS), {"name": "time-cut", "cut": "1970-01-06", "until": "1970-01-09", "validation": 0.2})
    assert letters(split, "a") == "tttvvTTT--"
    split = make(dataset(DAYS), {"name": "time-cut", "cut": "1970-01-06", "validation": "1970-01-02"})
    assert letters(split, "a") == "tvvvvTTTTT"
    split = make(dataset(DAYS), {"name": "time-cut", "cut": "1970-01-06T01:00:00+02:00", "validation": 0})
    assert letters(split, "a") == "tttttTTTTT", "23:00 of the 5th"


def test_windows_grow_and_test_what_comes_next():
    rows = [("a", f"i{t:02}", t) for t in range(10)]
    specs = expand({"name": "time-cut", "test": 0.2, "windows": 3, "validation": 0.1})
    assert [letters(make(dataset(rows), spec), "a") for spec in specs] == ["tttvTT----", "tttttvTT--", "tttttttvTT"]
    alone = make(dataset(rows), {"name": "time-cut", "test": 0.2, "validation": 0.1})
    assert letters(alone, "a") == letters(make(dataset(rows), specs[-1]), "a")
    with pytest.raises(BadConfig, match="stands for 3 splits here: choose one of them, as with window = 1"):
        make(dataset(rows), {"name": "time-cut", "windows": 3})


def test_an_item_that_comes_again_is_hidden_with_the_history():
    rows = [("a", item, time) for time, item in enumerate("pqrspq")]
    split = make(dataset(rows, duplicates="keep"), {"name": "time-cut", "test": 0.4, "validation": 0})
    assert asked_with(split, split.test, "a") == ["p", "q", "r", "s"]
    assert [split.dataset.items.ids[item] for item in split.test.items] == ["p", "q"]
    assert split.test.hidden is None, "what is hidden is the history"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cut": "soon"}, r"'cut': expected a date such as 2015-01-01, not 'soon'"),
        ({"cut": "soon", "until": "2014-01-01"}, r"'cut': expected a date such as 2015-01-01, not 'soon'"),
        ({"cut": "2015-01-01", "test": 0.2}, r"'cut': expected `cut` or `test`, and only one of them"),
        ({"until": "2015-01-01"}, r"'until': expected a date after `cut`"),
        ({"cut": "2015-01-01", "until": "2015-01-01"}, r"'until': expected a date after `cut`"),
        ({"cut": "2015-01-01", "validation": "2015-01-02"}, r"'validation': expected a share, or a date before `cut`"),
        ({"validation": "2015-01-02"}, r"'validation': expected a share, or a date before `cut`"),
        ({"validation": 0.95}, r"'validation': expected a share from 0 to 0.9"),
        ({"cut": "2015-01-01", "windows": 2}, r"'windows': expected 1 beside `cut`"),
        ({"windows": 5}, r"'windows': expected so few windows that `windows` · `test` is below 1"),
        ({"windows": 2, "window": 3}, r"'window': expected one of the 2 windows, not 3"),
        ({"test": 0}, r"'test'"),
    ],
)
def test_wrong_options_are_told_once(wrong: dict[str, object], said: str):
    with pytest.raises(BadConfig, match=said) as error:
        options({"name": "time-cut", **wrong})
    assert len(str(error.value).splitlines()) == 1


def test_an_order_without_times_is_not_enough():
    with pytest.raises(Unsupported, match="'time-cut' needs times, and data set 'made-up' has none"):
        make(dataset(ROWS, times=False, ordered=True), CUT)


@pytest.mark.parametrize("cut", ["2015-01-01", "1960-01-01", "1970-01-01"])
def test_a_moment_outside_of_the_data_is_told_with_its_times(cut: str):
    said = f"the moment {cut} is not within the times of the data, 1970-01-01 to 1970-01-10"
    with pytest.raises(Unsupported, match=said):
        make(dataset(DAYS), {"name": "time-cut", "cut": cut, "validation": 0})
