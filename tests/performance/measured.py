"""What measurements have in common: a part of a script in a process of its own, and how much memory that took."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def peak() -> int:
    """The most bytes that this process has had in memory, by the kernel's count (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


def in_child(script: str, *arguments: str) -> dict[str, Any]:
    """Run `script` anew with these arguments; what it prints as JSON in its last line, and its "peak" bytes."""
    done = subprocess.run([sys.executable, script, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def answer(**found: Any) -> None:
    """Say what was found, as a child."""
    print(json.dumps({**found, "peak": peak()}))


def seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    """How long a call took, and what it returned."""
    begin = time.perf_counter()
    found = function()
    return time.perf_counter() - begin, found


def show(what: str, value: float, goal: float, unit: str, floor: float | None = None) -> bool:
    """One line: value, goal and the ratio to a floor of the same run; whether the goal is met."""
    ratio = "" if floor is None else f"{value / floor:>9.2f}"
    print(f"{what:<52}{value:>9.2f} {unit:<3}{goal:>9.2f} {unit:<3}{ratio}{'' if value <= goal else '   MISSED'}")
    return value <= goal
