"""A search that was stopped goes on only where it looked before: other ranges would be another search."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bench.errors import BadConfig
from bench.plan import Cell
from bench.records import Slot
from bench.store import Store
from bench.tuning.space import Range, said
from bench.tuning.trials import TUNING

_SLOT = "slot.json"


def remember(cell: Cell, scratch: Path) -> None:
    """Write down beside the trials what is searched for. Raises OSError where it cannot be written."""
    if cell.slot.tuning:
        (scratch / TUNING).mkdir(parents=True, exist_ok=True)
        (scratch / TUNING / _SLOT).write_text(json.dumps(cell.slot.facts), encoding="utf-8")


def check(cells: Iterable[Cell], store: Store, *, anew: bool) -> None:
    """Look for stopped searches of the same cells in other ranges; `anew` forgets them.

    What another run is working on is left to it. Raises BadConfig with the ranges that differ, a line each.
    """
    wanted: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.slot.tuning:
            wanted.setdefault(_but_for_ranges(cell.slot), []).append(cell)
    problems = []
    for path in sorted(store.scratch.glob(f"*/{TUNING}/{_SLOT}")) if wanted else ():
        with store.claim(path.parents[1].name) as stopped:
            if stopped and (problem := _problem(path, wanted)):
                problems.append(problem)
                if anew:
                    shutil.rmtree(path.parents[1], ignore_errors=True)
    if problems and not anew:
        how = "take the ranges that it had to go on with it, or begin anew with --rerun all"
        raise BadConfig("\n".join(f"a search that was stopped had other ranges: {one}; {how}" for one in problems))


def _problem(path: Path, wanted: dict[str, list[Cell]]) -> str:
    """What differs between a stopped search and all cells that could go on with it; empty where nothing does."""
    try:
        before = Slot(**json.loads(path.read_text(encoding="utf-8")))
        like = wanted.get(_but_for_ranges(before), [])
    except (OSError, ValueError, TypeError):
        return ""
    if not like or any(_space(cell.slot) == _space(before) for cell in like):
        return ""
    differs = "; ".join(_differences(_space(before), _space(like[0].slot)))
    return f"{like[0].label}, {like[0].slot.dataset['name']}: {differs}"


def _but_for_ranges(slot: Slot) -> str:
    return replace(slot, tuning={**(slot.tuning or {}), "space": {}}).id


def _space(slot: Slot) -> dict[str, Range]:
    return dict((slot.tuning or {}).get("space", {}))


def _differences(before: dict[str, Range], now: dict[str, Range]) -> list[str]:
    names = sorted(before.keys() | now.keys())
    return [f"{n} {_or_not(before.get(n))} → {_or_not(now.get(n))}" for n in names if before.get(n) != now.get(n)]


def _or_not(one: Range | None) -> str:
    return "not searched" if one is None else said(one)
