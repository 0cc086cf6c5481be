"""What the command line writes: plain text that is right on any terminal, without one, and for programs as JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """The text without control characters, which could change the terminal."""
    return _CONTROL.sub("\ufffd", str(text).replace("\r\n", "\n"))


def say(text: object = "") -> None:
    """One line (or several) on standard output; what the terminal's encoding lacks is shown as an escape."""
    line = clean(text)
    encoding = sys.stdout.encoding or "ascii"
    typer.echo(line.encode(encoding, "backslashreplace").decode(encoding))


def as_json(value: Any) -> None:
    """Pretty-printed JSON on standard output, always ASCII."""
    typer.echo(json.dumps(value, indent=1, default=str))


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns padded with spaces; numbers to the right, text to the left."""
    body = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
    right = [all(_numeric(row[i]) for row in body) and bool(body) for i in range(len(header))]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in [list(header), *body]
    ]
    rule = "  ".join(("-" if encodable("─") is False else "─") * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def encodable(text: str) -> bool:
    """Whether standard output can show `text`."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def duration(seconds: float) -> str:
    """`0.31 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 100:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def megabytes(count: float) -> str:
    """`412 MB`."""
    return f"{count / 1e6:.0f} MB"


def _numeric(text: str) -> bool:
    return bool(re.fullmatch(r"(< )?[-+]?[0-9][0-9.,]*( ?(s|MB|%|min.*))?|—|-", text))
