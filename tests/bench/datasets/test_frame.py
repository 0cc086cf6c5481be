"""DataFrames as data: ids stay text, floats and missing values are refused with their place."""

import datetime

import numpy as np
import pandas as pd
import pytest

from bench import notebook
from bench.datasets import catalogue
from bench.datasets.formats.roles import ItemColumns
from bench.datasets.imported import import_frame
from bench.errors import BadConfig, BadData


def frame(**columns):
    return pd.DataFrame({"user": ["a", "b"], "item": ["x", "y"], **columns})


def refused(data, **options):
    with pytest.raises(BadData) as caught:
        import_frame(data, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["007", "NA"], ("007", "NA")),
        ([9007199254740993, -1], ("-1", "9007199254740993")),
        (pd.array([3, 2**63 - 1], "Int64"), ("3", str(2**63 - 1))),
        (np.array([3, 2**64 - 1], np.uint64), (str(2**64 - 1), "3")),
        (pd.array(["a", "b"], "object"), ("a", "b")),
        (pd.array(["a", "b"], "string[python]"), ("a", "b")),
        (pd.array(["a", "b"], "string[pyarrow]"), ("a", "b")),
        (pd.Categorical(["b", "a"], categories=["z", "b", "a"]), ("a", "b")),
        (pd.Categorical([8, 7]), ("7", "8")),
        (pd.Series(["a", 7], dtype=object), ("7", "a")),
        (pd.Series([2**70, 1], dtype=object), ("1", str(2**70))),
    ],
)
def test_ids_are_text_or_whole_numbers(ids, expected):
    assert import_frame(frame(user=ids)).users.ids == expected


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1.0, 2.0], "column 'user': expected text or whole numbers, found the type double; where they are whole"),
        ([1, None], "column 'user': expected text or whole numbers, found the type double"),
        ([True, False], "column 'user': expected text or whole numbers, found the type bool"),
        (pd.to_datetime(["2014-03-01"] * 2), "column 'user': expected text or whole numbers, found the type timestamp"),
        (pd.Categorical([1.5, 2.5]), "column 'user': expected text or whole numbers, found the type double"),
        ([b"a", b"b"], "column 'user': expected text or whole numbers, found the type binary"),
        (["a", None], "row 2, column 'user': expected an id, found an empty cell"),
        (["a", np.nan], "row 2, column 'user': expected an id, found an empty cell"),
        (pd.array([1, pd.NA], "Int64"), "row 2, column 'user': expected an id, found an empty cell"),
        (pd.Categorical(["a", None]), "row 2, column 'user': expected an id, found an empty cell"),
        ([None, None], "row 1, column 'user': expected an id, found an empty cell"),
        (["a", ""], "row 2, column 'user': expected an id, found an empty cell"),
        (["a", "b\nc"], "row 2, column 'user': expected an id on one line"),
        (pd.Series(["a", 2.0], dtype=object), "row 2, column 'user': expected text or a whole number, found '2.0'"),
        (pd.Series(["a", True], dtype=object), "row 2, column 'user': expected text or a whole number, found 'True'"),
        (pd.Series(["a", 7, None], dtype=object)[1:], "row 2, column 'user': expected an id, found an empty cell"),
        (pd.Series(["a", "\ud800"], dtype=object), "row 2, column 'user': expected text, found half a pair"),
    ],
)
def test_other_ids_are_refused(ids, message):
    data = pd.DataFrame({"user": ids, "item": ["x", "y"]})
    assert message in refused(data)
    assert refused(data).startswith("the DataFrame, ")


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ([1, np.nan], "row 2, column 'r': expected a finite number from 1 to 5, found an empty cell"),
        ([np.inf, 1], "row 1, column 'r': expected a finite number from 1 to 5, found inf"),
        ([1, 5.5], "row 2, column 'r': expected a finite number from 1 to 5, found 5.5"),
        (pd.array([1, pd.NA], "Int64"), "row 2, column 'r': expected a finite number from 1 to 5, found an empty cell"),
        (["1", "2"], "column 'r': expected numbers, found the type string"),
        ([True, False], "column 'r': expected numbers, found the type bool"),
        (pd.Series(["1", 2], dtype=object), "column 'r': expected numbers, found cells of several types"),
    ],
)
def test_ratings_are_finite_and_within_the_scale(ratings, message):
    assert message in refused(frame(r=ratings), rating="r", scale=(1, 5)).replace("large_string", "string")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([5, 7], [5, 7]),
        ([5.25, -7.5], [5, -8]),
        (pd.to_datetime(["1970-01-02 00:00:00.0", "1970-01-01 00:00:01.5"]), [86_400, 1]),
        (pd.to_datetime(["1970-01-02T01:00:00+01:00", "1970-01-01T00:00:01+00:00"], utc=True), [86_400, 1]),
        (pd.to_datetime(["1970-01-02", "1970-01-03"]).tz_localize("Europe/Berlin"), [82_800, 169_200]),
        (["1970-01-02", "1970-01-01T00:00:01Z"], [86_400, 1]),
        ([datetime.date(1970, 1, 2), datetime.date(1970, 1, 1)], [86_400, 0]),
    ],
)
def test_times_are_numbers_or_dates(times, expected):
    assert import_frame(frame(t=times), time="t").interactions.times.tolist() == expected


def test_missing_and_wrong_times():
    late = pd.to_datetime(["1970-01-02", None])
    assert "row 2, column 't': expected a date, found an empty cell" in refused(frame(t=late), time="t")
    assert "row 2, column 't': expected a date such as" in refused(frame(t=["1970-01-02", "soon"]), time="t")
    assert "row 2, column 't': expected a finite number" in refused(frame(t=[1, np.nan]), time="t")
    assert "column 't': expected numbers, found the type timestamp" in refused(frame(t=late), time="t", time_unit="ms")
    assert "column 't': expected dates, found the type int64" in refused(frame(t=[1, 2]), time="t", time_unit="date")


def test_the_first_time_may_be_the_missing_one():
    late = pd.to_datetime([None, "1970-01-02"])
    assert "row 1, column 't': expected a date, found an empty cell" in refused(frame(t=late), time="t")


@pytest.mark.parametrize("scale", ["1,5", (1, 2, 5), ("1", "5"), 5])
def test_a_scale_is_two_numbers(scale):
    with pytest.raises(BadConfig, match="the rating scale is two numbers"):
        import_frame(frame(r=[1, 2]), rating="r", scale=scale)


def test_one_column_in_two_roles():
    with pytest.raises(BadConfig, match="'user' cannot be the column of users and that of items"):
        import_frame(frame(), item="user")
    named = pd.DataFrame({"item": ["x", "y"], "name": ["X", "Y"]})
    items = import_frame(frame(), items=named, item_columns=ItemColumns(title="name", text="name")).items
    assert items.titles == items.texts == ("X", "Y")


def test_names_of_columns():
    assert "no column 'usr'; the columns are 'user', 'item'; did you mean 'user'?" in refused(frame(), user="usr")
    assert "2 columns are called 'user'" in refused(pd.DataFrame([["a", "b", "c"]], columns=["user", "user", "item"]))
    assert "the DataFrame: no rows" in refused(frame().iloc[:0])
    assert import_frame(pd.DataFrame([["a", "x"]]), user="0", item="1").users.ids == ("a",)


def test_items_may_be_described_by_a_second_frame():
    items = pd.DataFrame({"item": ["x", "z"], "name": ["X", None], "kinds": [["war", "sci fi"], []]})
    dataset = import_frame(frame(), items=items, item_columns=ItemColumns(title="name", features="kinds"))
    assert dataset.items.titles == ("X", "y", "z")
    assert dataset.items.feature_names == ("sci fi", "war")
    assert dataset.items.features.toarray().tolist() == [[1, 1], [0, 0], [0, 0]]
    twice = pd.DataFrame({"item": ["x", "x"]})
    assert "the DataFrame of items: item 'x' is described twice" in refused(
        frame(), items=twice, item_columns=ItemColumns()
    )
    with pytest.raises(BadConfig, match="go together"):
        import_frame(frame(), items=items)


def test_a_frame_is_kept_only_under_a_name(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    data = frame(r=[1, 2], t=[7, 5])
    options = {"rating": "r", "time": "t", "scale": (1, 5)}
    made = notebook.dataset(data, **options)
    assert made.name == "frame"
    assert list(tmp_path.iterdir()) == []
    kept = notebook.dataset(data, name="mine", **options)
    assert catalogue.load("mine").fingerprint == kept.fingerprint == made.fingerprint
    assert data.equals(frame(r=[1, 2], t=[7, 5]))
