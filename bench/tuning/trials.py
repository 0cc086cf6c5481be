"""What a search has tried, written down at once, so that a killed one goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TUNING = "tune"  # the phase of a search, and its folder in the scratch of a cell
JOURNAL = "trials.jsonl"


@dataclass(frozen=True)
class Trial:
    """One setting, and what became of it."""

    number: int  # from 0; the first one is the defaults
    params: dict[str, Any]  # those that are searched
    status: str  # ok, pruned, failed, invalid_output, oom, timeout, crashed, or cut: the budget ended
    seconds: float  # of the budget
    value: float | None = None  # on the validation part
    reason: str = ""
    steps: tuple[tuple[int, float], ...] = field(default=())  # (epoch, value) as it was reported


def told(line: Mapping[str, Any]) -> Trial:
    """A trial from its JSON."""
    return Trial(**{**line, "steps": tuple((epoch, value) for epoch, value in line["steps"])})


class Journal:
    """The trials of one search in a folder: a line when one begins, a line when it ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL

    def begin(self, number: int, params: dict[str, Any]) -> None:
        """A trial begins."""
        self._write({"begins": number, "params": params})

    def end(self, trial: Trial) -> None:
        """A trial has ended."""
        self._write(asdict(trial))

    def blame(self, status: str, reason: str, seconds: float) -> bool:
        """End the trial that had begun and took its process with it; whether there is one."""
        lines = self._lines()
        if not lines or "begins" not in lines[-1]:
            return False
        self.end(Trial(lines[-1]["begins"], lines[-1]["params"], status, seconds, reason=reason))
        return True

    def trials(self) -> list[Trial]:
        """Those that have ended, in their order; one that was begun only is tried again."""
        ended = [line for line in self._lines() if "status" in line]
        return list(map(told, ended))

    def _write(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(line)}\n")  # the line before may be a half one
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> list[dict[str, Any]]:
        """All lines but a half one, which a kill has left."""
        found = []
        with suppress(OSError):
            for line in self.path.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    found.append(json.loads(line))
        return found
