"""The command line within the process of the test, for all that does not need another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


def one_line(done: Done) -> str:
    """The only line on standard error."""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("bench: ")
    return line
