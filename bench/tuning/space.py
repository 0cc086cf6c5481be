"""Where a search looks: the ranges that an algorithm declares, less what is fixed, narrowed or widened by the user.

A range is {"low", "high", "log", "integer"}, or {"choices": […]}.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.errors import BadConfig, did_you_mean
from bench.params import Params

Range = dict[str, Any]
Space = dict[str, Range]


def tunable(params: type[Params]) -> dict[str, dict[str, Any]]:
    """What each parameter that can be searched says of itself: bounds, and where tuning looks unless it is told.

    {"low", "high", "log", "integer", "search": [low, high] or None}, or {"choices", "tune"}.
    """
    return {name: found for name, said in _properties(params).items() if (found := _declared(said))}


def _properties(params: type[Params]) -> dict[str, Any]:
    properties: dict[str, Any] = params.model_json_schema()["properties"] if params.model_fields else {}
    return properties


def _declared(said: dict[str, Any]) -> dict[str, Any]:
    if "log" in said:
        bounds = {"low": said["minimum"], "high": said["maximum"], "log": said["log"]}
        return {**bounds, "integer": said["type"] == "integer", "search": said.get("search")}
    if "tune" in said:
        choices = [False, True] if said["type"] == "boolean" else said.get("enum", [said.get("const")])
        return {"choices": choices, "tune": said["tune"]}
    return {}


def space(declared: dict[str, dict[str, Any]], fixed: Iterable[str], wanted: dict[str, list[Any]]) -> Space:
    """The space of a search: every parameter with a declared range that is not fixed, and what is `wanted`.

    Raises BadConfig with all that is wrong with `wanted`, a line each: parameters that there are not or that are fixed,
    ends that are swapped or beyond the bounds, choices that there are not.
    """
    fixed = set(fixed)
    problems = [said for name, values in wanted.items() if (said := _problem(declared, fixed, name, values))]
    if problems:
        raise BadConfig("\n".join(problems))
    found = {name: _usual(said) for name, said in declared.items() if name not in fixed}
    found |= {name: _narrowed(declared[name], values) for name, values in wanted.items()}
    return {name: one for name, one in sorted(found.items()) if one}


def _problem(declared: dict[str, dict[str, Any]], fixed: set[str], name: str, values: list[Any]) -> str:
    where = f"search: parameter {name!r}"
    if name not in declared:
        return f"{where}: no number or choice of that name{did_you_mean(name, declared)}"
    if name in fixed:
        return f"{where} is fixed by params or grid as well"
    told = _choices if "choices" in declared[name] else _numbers
    problem = told(declared[name], values)
    return f"{where}: {problem}" if problem else ""


def _choices(said: dict[str, Any], values: list[Any]) -> str:
    wrong = [value for value in values if value not in said["choices"]]
    if wrong:
        return f"{wrong[0]!r} is not one of {', '.join(map(repr, said['choices']))}"
    return "" if len(values) > 1 else "one choice alone is no search; it belongs to params"


def _numbers(said: dict[str, Any], values: list[Any]) -> str:
    kinds = (int,) if said["integer"] else (int, float)
    if len(values) != 2 or any(isinstance(value, bool) or not isinstance(value, kinds) for value in values):
        return f"expected [lowest, highest], two {'whole ' if said['integer'] else ''}numbers, not {values}"
    low, high = values
    if low >= high:
        return f"its ends are swapped or equal: {low:g} is not below {high:g}"
    if low < said["low"] or high > said["high"]:
        return f"{low:g} … {high:g} reaches beyond its bounds {said['low']:g} … {said['high']:g}"
    return "a search on a logarithmic scale needs a low end above 0" if said["log"] and low <= 0 else ""


def _usual(said: dict[str, Any]) -> Range:
    """Where tuning looks unless it is told; empty where it does not look."""
    if "choices" in said:
        return {"choices": said["choices"]} if said["tune"] and len(said["choices"]) > 1 else {}
    return _narrowed(said, said["search"]) if said["search"] else {}


def _narrowed(said: dict[str, Any], values: list[Any]) -> Range:
    if "choices" in said:
        return {"choices": list(values)}
    kind = int if said["integer"] else float
    return {"low": kind(values[0]), "high": kind(values[1]), "log": said["log"], "integer": said["integer"]}


def holds(one: Range, value: Any) -> bool:
    """Whether a value lies in a range."""
    return value in one["choices"] if "choices" in one else bool(one["low"] <= value <= one["high"])


def said(one: Range) -> str:
    """A range in words: `10 … 1000`, or its choices."""
    return ", ".join(map(str, one["choices"])) if "choices" in one else f"{one['low']:g} … {one['high']:g}"
