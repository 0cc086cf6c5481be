"""Units and dates."""

import numpy as np
import pytest

from bench.datasets.formats.cells import seconds
from bench.datasets.formats.times import compact, kind_of, to_seconds
from bench.errors import BadConfig


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01", 0),
        ("2014-03-01", 1393632000),
        ("2014-03-01T12:00:00", 1393675200),
        ("2014-03-01T12:00:00Z", 1393675200),
        ("2014-03-01 12:00:00+02:00", 1393668000),
        ("1969-12-31T23:59:59.5", -0.5),
    ],
)
def test_dates(text, expected):
    assert seconds(text) == expected


def test_no_date():
    with pytest.raises(ValueError, match="expected a date such as 2014-03-01"):
        seconds("1.3.2014")


@pytest.mark.parametrize(("factor", "unit"), [(1, "s"), (10**3, "ms"), (10**6, "us"), (10**9, "ns")])
def test_units_are_guessed_from_the_median_with_a_warning(factor, unit):
    when = np.array([881250949, 891717742, -5], np.float64) * factor
    found, warnings = to_seconds(when, "number", None)
    np.testing.assert_allclose(found, [881250949, 891717742, -5], rtol=1e-12)
    assert warnings == (
        [] if unit == "s" else [f"the times look like {unit} and were read so; declare the unit to be sure"]
    )
    declared, silent = to_seconds(when, "number", unit)
    np.testing.assert_array_equal(declared, found)
    assert silent == []


def test_a_declared_unit_is_not_doubted():
    found, warnings = to_seconds(np.array([1e12, 2e12]), "number", "s")
    assert found.tolist() == [1e12, 2e12]
    assert warnings == []


def test_equal_times_are_mentioned():
    assert to_seconds(np.zeros(3), "number", None)[1] == [
        "all times are equal, so the order within a user means nothing"
    ]


def test_kinds():
    assert kind_of("881250949", None) == "number"
    assert kind_of("-5.5", None) == "number"
    assert kind_of("2014-03-01", None) == "date"
    assert kind_of("", None) == "number"
    assert kind_of("20140301", "date") == "date"
    with pytest.raises(
        BadConfig, match=r"unknown time unit 'mss', there are s, ms, us, ns and date; did you mean 'ms'"
    ):
        kind_of("1", "mss")


def test_whole_seconds_become_integers():
    assert compact(np.array([1.0, -2.0])).dtype == np.int64
    assert compact(np.array([1.0, -2.5])).dtype == np.float64


def test_days_that_were_read_as_seconds_are_mentioned():
    (warning,) = to_seconds(np.array([20140301.0, 19991231]), "number", None)[1]
    assert "look like days written 20140301" in warning
    for when, unit in (([20140301, 20141301], None), ([20140301.5, 20140302], None), ([20140301, 20140302], "s")):
        assert to_seconds(np.array(when, np.float64), "number", unit)[1] == []
