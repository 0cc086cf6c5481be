"""Hyper-parameters outside their bounds are refused, and the message names the field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo

from bench.conformance.check import Check, require
from bench.conformance.lab import Lab
from bench.errors import BadConfig
from bench.params import build

_LOWER, _UPPER = ("ge", "gt"), ("le", "lt")


def is_number(field: FieldInfo) -> bool:
    """Whether the field holds an int or a float (perhaps or None)."""
    kinds = {field.annotation, *get_args(field.annotation)}
    return bool(kinds & {int, float})


def _words(field: FieldInfo) -> bool:
    """Whether the field holds one of a few words."""
    values = get_args(field.annotation)
    return bool(values) and all(isinstance(value, str) for value in values)


def bound(field: FieldInfo, names: tuple[str, ...]) -> Any:
    """The bound declared under one of the names, or None."""
    found = [getattr(part, name) for part in field.metadata for name in names if hasattr(part, name)]
    return found[0] if found else None


def _outside(field: FieldInfo) -> Iterator[Any]:
    """The nearest values below and above what is allowed, and NaN."""
    low, high = bound(field, _LOWER), bound(field, _UPPER)
    if field.annotation is int:
        yield from (math.ceil(low) - 1, math.floor(high) + 1)
    else:
        yield from (math.nextafter(low, -math.inf), math.nextafter(high, math.inf), math.nan)


def _refused(lab: Lab) -> None:
    fields = lab.cls.Params.model_fields
    _require_refusal(lab, "no_such_parameter", 1)
    for name, field in fields.items():
        if is_number(field):
            both = bound(field, _LOWER) is not None and bound(field, _UPPER) is not None
            require(both, f"{name} has no lower or no upper bound")
            for value in _outside(field):
                _require_refusal(lab, name, value)
        elif field.annotation is bool or _words(field):
            _require_refusal(lab, name, "no such choice")


def _require_refusal(lab: Lab, name: str, value: object) -> None:
    try:
        build(lab.cls.Params, {name: value}, lab.cls.__name__)
    except BadConfig as error:
        require(repr(name) in str(error), f"{name} = {value!r} is refused without naming the field: {error}")
    else:
        require(False, f"{name} = {value!r} is accepted")


CHECKS = (Check("bounds", "is a parameter outside its bounds refused with the field's name?", _refused),)
