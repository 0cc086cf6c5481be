"""The cells of JSON lines, read by Python's parser, which can say what is wrong with them."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from bench.datasets.formats.by_name import joined, unicode_text
from bench.datasets.formats.cells import Column, Kind, parse, shown

MISSING = object()


class Pairs(list[tuple[str, Any]]):
    """The keys and values of an object as they stand: a dict would hide a key that is there twice."""


def parsed(line: str) -> Pairs:
    """The object on a line. Raises ValueError with what is there instead."""
    try:
        found = json.loads(line, object_pairs_hook=Pairs, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ValueError(f"expected one JSON object, but {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise ValueError("expected one JSON object, found one that is nested too deeply") from None
    if not isinstance(found, Pairs):
        said = "a list (write its objects one a line)" if isinstance(found, list) else shown(line)
        raise ValueError(f"expected one JSON object, found {said}")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def value(pairs: Pairs, column: Column) -> str | float:
    """The value of a key: ids and texts as they stand, lists of names joined, numbers, dates in seconds since 1970.

    Raises ValueError with what was expected; its words continue `line 3, key 'r': `.
    """
    values = [value for key, value in pairs if key == column.name]
    if len(values) > 1:
        raise ValueError(f"expected one value, found {len(values)}")
    return _value(values[0] if values else MISSING, column)


def _value(value: Any, column: Column) -> str | float:
    if value is MISSING or value is None:
        if column.kind == "text":
            return ""
        said = "found null" if value is None else "the key is missing"
        raise ValueError(f"expected {_wanted(column.kind)}, {said}")
    if isinstance(value, str):
        return parse(unicode_text(value), column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column.kind in {"id", "text"} and isinstance(value, float):
            raise ValueError(f"expected {_wanted(column.kind)}, found the number {value!r}; write ids as text")
        return parse(repr(value), column)
    if column.kind == "text" and isinstance(value, list) and not isinstance(value, Pairs):
        return joined(value)
    raise ValueError(f"expected {_wanted(column.kind)}, found {shown(json.dumps(value))}")


def _wanted(kind: Kind) -> str:
    return {"id": "text or a whole number", "text": "text", "number": "a finite number", "date": "a date"}[kind]
