"""Hyper-parameters: type, default, bounds and search range, each written once.

The sentence below a field is its description; `algorithms/baselines/bias.py` is a small example.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.errors import BadConfig, did_you_mean


class Params(BaseModel):
    """Base of every algorithm's hyper-parameters: frozen, typed, and unknown names are refused."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        validate_default=True,
    )


def number(
    default: float, *, low: float, high: float, search: tuple[float, float] | None = None, log: bool = False
) -> Any:
    """A number in [low, high]; tuning looks in `search` (default: not tuned), on a log scale if `log`."""
    extra: dict[str, Any] = {"log": log, **({"search": list(search)} if search else {})}
    return Field(default=default, ge=low, le=high, json_schema_extra=extra)


def choice(default: str | bool, *, tune: bool = True) -> Any:
    """One of the values of the field's Literal (or bool) type; tuning tries all of them if `tune`."""
    return Field(default=default, json_schema_extra={"tune": tune})


def build(params: type[Params], values: dict[str, Any], where: str, others: Iterable[str] = ()) -> Params:
    """Validated parameters, or BadConfig that names every wrong field in a line that begins with `where`.

    An unknown name may be a misspelt one of `others`, which are known elsewhere.
    """
    try:
        return params.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        known = [*params.model_fields, *others]
        raise BadConfig("\n".join(f"{where}: {_explain(problem, known)}" for problem in error.errors())) from None


def _explain(problem: Any, known: list[str]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}{did_you_mean(name, known)}"
    said = problem["msg"][0].lower() + problem["msg"][1:]
    return f"parameter {name!r}: {said}, not {problem['input']!r}"
