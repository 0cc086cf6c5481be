"""Where a search looks: what is declared, less what is fixed, with what is wanted."""

from typing import Literal

import pytest

from bench.errors import BadConfig
from bench.params import Params, choice, number
from bench.tuning.space import holds, space, tunable


class Example(Params):
    """All kinds of parameters."""

    factors: int = number(64, low=1, high=2048, search=(16, 256), log=True)
    """A whole number on a logarithmic scale."""
    l2: float = number(1, low=0, high=100, search=(0.5, 10))
    """A number."""
    epochs: int = number(10, low=1, high=100)
    """Not tuned unless it is asked for."""
    kind: Literal["a", "b", "c"] = choice("a")
    """A choice."""
    centred: bool = choice(True)
    """Yes or no."""
    library: Literal["x", "y"] = choice("x", tune=False)
    """Not tuned."""
    name: str = ""
    """Neither number nor choice."""


DECLARED = tunable(Example)


def test_what_is_declared_is_searched():
    assert space(DECLARED, [], {}) == {
        "centred": {"choices": [False, True]},
        "factors": {"low": 16, "high": 256, "log": True, "integer": True},
        "kind": {"choices": ["a", "b", "c"]},
        "l2": {"low": 0.5, "high": 10.0, "log": False, "integer": False},
    }


def test_what_is_fixed_is_not_searched_and_what_is_wanted_is():
    found = space(DECLARED, ["factors", "kind", "centred"], {"epochs": [1, 20], "l2": [0, 1], "library": ["x", "y"]})
    assert found == {
        "epochs": {"low": 1, "high": 20, "log": False, "integer": True},
        "l2": {"low": 0.0, "high": 1.0, "log": False, "integer": False},
        "library": {"choices": ["x", "y"]},
    }


def test_values_lie_in_a_range_or_outside():
    assert holds({"low": 1, "high": 3, "log": False, "integer": True}, 3)
    assert not holds({"low": 1, "high": 3, "log": False, "integer": True}, 4)
    assert holds({"choices": ["a", True]}, "a")
    assert not holds({"choices": ["a"]}, "b")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"l2": [10, 0.5]}, "'l2': its ends are swapped or equal: 10 is not below 0.5"),
        ({"l2": [5, 5]}, "'l2': its ends are swapped or equal: 5 is not below 5"),
        ({"l2": [0, 1000]}, "'l2': 0 … 1000 reaches beyond its bounds 0 … 100"),
        ({"l2": [1]}, "'l2': expected [lowest, highest], two numbers, not [1]"),
        ({"l2": [False, True]}, "'l2': expected [lowest, highest], two numbers, not [False, True]"),
        ({"factors": [16, 32.5]}, "'factors': expected [lowest, highest], two whole numbers, not [16, 32.5]"),
        ({"factor": [16, 32]}, "'factor': no number or choice of that name; did you mean 'factors'?"),
        ({"name": ["a", "b"]}, "'name': no number or choice of that name"),
        ({"kind": ["a", "d"]}, "'kind': 'd' is not one of 'a', 'b', 'c'"),
        ({"kind": ["a"]}, "'kind': one choice alone is no search; it belongs to params"),
        ({"epochs": [1, 5]}, "'epochs' is fixed by params or grid as well"),
    ],
)
def test_what_cannot_be_searched_is_told(wanted, said):
    with pytest.raises(BadConfig) as told:
        space(DECLARED, ["epochs"], wanted)
    assert said in str(told.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(BadConfig) as told:
        space(DECLARED, [], {"l2": [2, 1], "kind": ["z", "a"], "factors": [16, 32]})
    assert len(str(told.value).splitlines()) == 2


def test_a_logarithm_needs_a_low_end_above_zero():
    class Zero(Params):
        """Its bounds reach zero."""

        strength: float = number(1, low=0, high=10, log=True)
        """On a logarithmic scale."""

    with pytest.raises(BadConfig, match="a search on a logarithmic scale needs a low end above 0"):
        space(tunable(Zero), [], {"strength": [0, 1]})
