"""Hyper-parameters: what is accepted, what is refused, and in which words."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import ValidationError

from bench.errors import BadConfig
from bench.params import Params, build, choice, number


class Example(Params):
    """Three kinds of parameters."""

    neighbours: int = number(50, low=1, high=1000, search=(5, 200), log=True)
    """How many."""
    l2: float = number(0.1, low=0, high=10)
    """How strong."""
    similarity: Literal["cosine", "pearson"] = choice("cosine")
    """Which one."""
    binary: bool = choice(False, tune=False)
    """Whether ratings count."""


def test_defaults_and_given_values():
    assert build(Example, {}, "x").model_dump() == {
        "neighbours": 50,
        "l2": 0.1,
        "similarity": "cosine",
        "binary": False,
    }
    found = build(Example, {"neighbours": 1, "l2": 10, "similarity": "pearson", "binary": True}, "x")
    assert found.model_dump() == {"neighbours": 1, "l2": 10.0, "similarity": "pearson", "binary": True}
    assert isinstance(found.model_dump()["l2"], float), "2 and 2.0 are one value, so they get one key"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"neighbours": 0}, "algorithm 'e': parameter 'neighbours': input should be greater than or equal to 1, not 0"),
        ({"neighbours": 1001}, "parameter 'neighbours': input should be less than or equal to 1000, not 1001"),
        ({"neighbours": 2.5}, "parameter 'neighbours'"),
        ({"l2": float("nan")}, "parameter 'l2'"),
        ({"l2": float("inf")}, "parameter 'l2'"),
        ({"similarity": "euclidean"}, "parameter 'similarity': input should be 'cosine' or 'pearson', not 'euclidean'"),
        ({"neighbors": 5}, "unknown parameter 'neighbors'; did you mean 'neighbours'?"),
        ({"zzz": 5}, "unknown parameter 'zzz'$"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(values: dict[str, Any], message: str):
    with pytest.raises(BadConfig, match=message.replace("?", r"\?")):
        build(Example, values, "algorithm 'e'")


@pytest.mark.parametrize(
    "values", [{"neighbours": "50"}, {"neighbours": True}, {"l2": "0.1"}, {"binary": 1}, {"binary": "yes"}]
)
def test_a_value_of_another_type_is_not_repaired(values: dict[str, Any]):
    with pytest.raises(BadConfig, match=next(iter(values))):
        build(Example, values, "x")


def test_all_wrong_values_are_told_at_once():
    with pytest.raises(BadConfig) as caught:
        build(Example, {"neighbours": -1, "l2": -1, "colour": "red"}, "x")
    assert all(name in str(caught.value) for name in ("'neighbours'", "'l2'", "'colour'"))


def test_parameters_are_frozen():
    with pytest.raises(ValidationError):
        build(Example, {}, "x").l2 = 3.0  # type: ignore[attr-defined]


def test_the_search_range_and_the_description_are_part_of_the_field():
    fields = Example.model_fields
    assert fields["neighbours"].description == "How many."
    assert fields["neighbours"].json_schema_extra == {"log": True, "search": [5, 200]}
    assert fields["l2"].json_schema_extra == {"log": False}, "not tuned"
    assert fields["binary"].json_schema_extra == {"tune": False}
