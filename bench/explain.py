"""Why a cell would run, in detail: what its key is made of now, against what it was made of when it last ran.

A key is a hash, so its ingredients are kept beside it, in cache/ingredients/<key>.json of the store. That folder may be
deleted: a reason is then less detailed until the cells have been planned by `bench run` once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bench.files import storage
from bench.limits import Limits
from bench.plan import Cell, Decision, limits_of, raised_limit
from bench.records import Record, Slot, canonical
from bench.store import Store

_WORDS = {"data": "data", "source": "code", "split": "split", "device": "device", "format": "format of records"}


def remember(cells: Iterable[Cell], store: Store) -> None:
    """Keep the ingredients of cells. Raises StoreError when they cannot be written."""
    folder = store.folder / "cache" / "ingredients"
    with storage(store.folder):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = store.begin()
        for cell in cells:
            name = f"{cell.key}.json"
            if not (folder / name).exists():
                kept = {"ingredients": cell.ingredients, "interactions": cell.interactions}
                (temporary / name).write_text(canonical(kept), encoding="utf-8")
                (temporary / name).replace(folder / name)
        temporary.rmdir()


def remembered(key: str, store: Store) -> tuple[dict[str, Any], int]:
    """The ingredients of a key, and the interactions of its data set; empty and 0 where they are not known."""
    try:
        kept = json.loads((store.folder / "cache" / "ingredients" / f"{key}.json").read_text(encoding="utf-8"))
        return dict(kept["ingredients"]), int(kept["interactions"])
    except (OSError, ValueError, KeyError, TypeError):  # it may be deleted
        return {}, 0


def explain(decisions: list[Decision], store: Store, records: list[Record], usual: Limits) -> list[Decision]:
    """The same decisions with reasons in detail. `records` are those of the store, oldest first."""
    newest = {record.slot.id: record for record in records}
    planned = {decision.cell.slot.id for decision in decisions}
    left = {slot: record for slot, record in newest.items() if slot not in planned}  # what is no longer asked for
    relatives: dict[str, list[Record]] = {}
    for record in left.values():
        relatives.setdefault(record.slot.algorithm, []).append(record)
    return [
        replace(decision, reason=_reason(decision, newest, relatives, store, usual))
        if decision.runs and not decision.cell.problem
        else decision
        for decision in decisions
    ]


def _reason(
    decision: Decision, newest: dict[str, Record], relatives: dict[str, list[Record]], store: Store, usual: Limits
) -> str:
    slot, record = decision.cell.slot, decision.record
    if record is not None:
        return _again(decision, record, usual)
    before = newest.get(slot.id)
    if before is None:
        changes = [change for other in relatives.get(slot.algorithm, []) if (change := _edited(other.slot, slot))]
        return changes[-1] if changes else decision.reason
    if before.status == "skipped":
        return f"skipped before: {before.reason}"
    known = remembered(before.key, store)[0] or _of_record(before)
    return changed(known, decision.cell.ingredients) or decision.reason


def _of_record(record: Record) -> dict[str, Any]:
    """The ingredients that a record tells by itself."""
    return {"data": record.data_hash, "split": record.split_hash, "versions": record.provenance.get("versions", {})}


def _again(decision: Decision, record: Record, usual: Limits) -> str:
    """Why a cell runs that has a record with the code, data and libraries of today."""
    if record.status == "skipped":
        return f"skipped before: {record.reason}"
    limit = raised_limit(record, decision.cell, usual)
    if not limit:
        return decision.reason
    unit, size = ("MB", 1e6) if limit == "memory" else ("s", 1.0)
    limits = {**limits_of(decision.cell, usual).model_dump(exclude_none=True), **decision.cell.limits.phases()}
    new = f"{limits[limit] / size:.0f} {unit}" if limit in limits else "none"
    return f"{decision.reason}: {limit} {record.limits.get(limit, 0.0) / size:.0f} {unit} → {new}"


def changed(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What differs between two lists of ingredients, in words; what the first does not have is not compared."""
    differ = [name for name in before if before[name] != now.get(name)]
    if "data" in differ and "split" in differ:
        differ.remove("split")  # another split of other data is no change of its own
    said = [f"{word} changed" for name, word in _WORDS.items() if name in differ]
    if "versions" in differ:
        said.append(f"library changed: {_moves(before['versions'], now['versions'])}")
    return "; ".join(said)


def _edited(before: Slot, now: Slot) -> str:
    """The one thing in which two slots of an algorithm differ, where it is the options of the same thing."""
    if before.seed != now.seed:
        return ""
    axes = {
        "data set": (before.dataset, now.dataset),
        "split": (before.split, now.split),
        "parameters": (before.params, now.params),
    }
    differ = [(word, old, new) for word, (old, new) in axes.items() if old != new]
    if len(differ) != 1 or differ[0][1].get("name") != differ[0][2].get("name"):
        return ""
    ((word, old, new),) = differ
    return f"{word} changed: {_moves(old, new)}"


def _moves(old: dict[str, Any], new: dict[str, Any]) -> str:
    """`numpy 1.26.4 → 2.0.0, scipy none → 1.14.0`."""
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} {_plain(old.get(name))} → {_plain(new.get(name))}" for name in names)


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else canonical(value)
