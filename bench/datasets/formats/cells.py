"""What one cell of a table may hold: an id, a number, a date, or free text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["id", "number", "date", "text"]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Column:
    """A column to read: its name in the file and what its cells hold. The bounds belong to numbers."""

    name: str
    kind: Kind
    low: float = -9e18
    high: float = 9e18


def parse(text: str, column: Column) -> str | float:
    """The value of a cell: ids and texts as they stand, numbers, dates as seconds since 1970.

    Raises ValueError with what was expected; its words continue `line 3, column 'r': `.
    """
    if column.kind == "text":
        return text
    if column.kind == "id":
        if not text:
            raise ValueError("expected an id, found an empty cell")
        if "\n" in text or "\r" in text:
            raise ValueError(f"expected an id on one line, found {shown(text)} (is a quote not closed?)")
        return text
    return _number(text, column) if column.kind == "number" else seconds(text)


def _number(text: str, column: Column) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise ValueError(f"expected a finite number, found {shown(text)}")
    value = float(text)
    if not column.low <= value <= column.high:
        raise ValueError(f"expected a number from {column.low:g} to {column.high:g}, found {shown(text)}")
    return value


def seconds(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 date or date and time; one without a time zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected a date such as 2014-03-01 or 2014-03-01T12:00:00Z, found {shown(text)}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def shown(text: str) -> str:
    """The text in quotes, cut to 40 characters, control characters escaped; or the words `an empty cell`."""
    if not text:
        return "an empty cell"
    return ascii(text) if len(text) <= 40 else f"{text[:40]!a}…"
