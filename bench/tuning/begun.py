"""A search that was stopped goes on only where it looked before: other ranges would be another search."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bench.errors import BadConfig
from bench.plan import Cell
from bench.records import Slot
from bench.tuning.space import Range, said
from bench.tuning.trials import TUNING

_SLOT = "slot.json"


def remember(cell: Cell, scratch: Path) -> None:
    """Write down beside the trials what is searched for. Raises OSError where it cannot be written."""
    if cell.slot.tuning:
        (scratch / TUNING).mkdir(parents=True, exist_ok=True)
        (scratch / TUNING / _SLOT).write_text(json.dumps(cell.slot.facts), encoding="utf-8")


def check(cells: Iterable[Cell], scratch: Path, *, anew: bool) -> None:
    """Look for stopped searches of the same cells in other ranges; `anew` forgets them.

    `scratch` is the folder of those of all cells. Raises BadConfig with the ranges that differ, a line each.
    """
    wanted = {_but_for_ranges(cell.slot): cell for cell in cells if cell.slot.tuning}
    if not wanted:
        return
    problems = []
    for path in sorted(scratch.glob(f"*/{TUNING}/{_SLOT}")):
        with suppress(OSError, ValueError, TypeError):
            before = Slot(**json.loads(path.read_text(encoding="utf-8")))
            cell = wanted.get(_but_for_ranges(before))
            if cell is None or (differs := _differences(_space(before), _space(cell.slot))) == []:
                continue
            if anew:
                shutil.rmtree(path.parents[1], ignore_errors=True)
            else:
                problems.append(f"{cell.label}, {cell.slot.dataset['name']}: {'; '.join(differs)}")
    if problems:
        how = "take the ranges that it had to go on with it, or begin anew with --rerun all"
        raise BadConfig("\n".join(f"a search that was stopped had other ranges: {one}; {how}" for one in problems))


def _but_for_ranges(slot: Slot) -> str:
    return replace(slot, tuning={**(slot.tuning or {}), "space": {}}).id


def _space(slot: Slot) -> dict[str, Range]:
    return dict((slot.tuning or {}).get("space", {}))


def _differences(before: dict[str, Range], now: dict[str, Range]) -> list[str]:
    names = sorted(before.keys() | now.keys())
    return [f"{n} {_or_not(before.get(n))} → {_or_not(now.get(n))}" for n in names if before.get(n) != now.get(n)]


def _or_not(one: Range | None) -> str:
    return "not searched" if one is None else said(one)
