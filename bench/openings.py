"""How often the test part of each split was opened, and for what: a line in the store for each attempt that saw it.

openings.jsonl is only ever added to. `bench store gc` may delete an attempt; that its answers were seen stays known.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.records import Record

LEDGER = "openings.jsonl"
NAMED = 12  # algorithms or settings, before "and 3 more"


@dataclass(frozen=True)
class Opening:
    """One attempt that got the held-out items, after it had learnt."""

    attempt: str
    key: str  # of the cell
    split: str  # hash
    label: str  # the algorithm, and what is not at its default
    seed: int
    at: str  # when the attempt began, UTC, ISO 8601


def opening(record: Record) -> Opening | None:
    """What has to be noted of an attempt; None where it did not come so far."""
    if "fit" not in record.phases:
        return None
    return Opening(record.attempt, record.key, record.split_hash, record.label, record.slot.seed, record.started)


def note(folder: Path, found: Iterable[Opening]) -> None:
    """Add to the ledger of a store. Raises OSError where it cannot be written."""
    text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in found)
    if text:
        with (folder / LEDGER).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")  # the line before may be a half one


def noted(folder: Path) -> list[Opening]:
    """What the ledger of a store says; lines that are damaged say nothing."""
    found = []
    with suppress(OSError):
        for line in (folder / LEDGER).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                found.append(Opening(**json.loads(line)))
    return found


def every(folder: Path, records: Iterable[Record]) -> list[Opening]:
    """Those of the ledger, and of attempts that were made before there was one; oldest first."""
    told = {one.attempt: one for record in records if (one := opening(record))}
    told |= {one.attempt: one for one in noted(folder)}
    return sorted(told.values(), key=lambda one: (one.at, one.attempt))


def said(found: Iterable[Opening]) -> str:
    """In words: how often, and for what."""
    openings = list(found)
    if not openings:
        return "never"
    cells, labels = len({one.key for one in openings}), Counter(one.label for one in openings)
    times = "once" if len(openings) == 1 else f"{len(openings):,} times"
    told = [label if count == 1 else f"{label} ({count} times)" for label, count in sorted(labels.items())[:NAMED]]
    more = f" and {len(labels) - NAMED:,} more" if len(labels) > NAMED else ""
    return f"{times}, for {cells:,} {'cell' if cells == 1 else 'cells'}: {', '.join(told)}{more}"
