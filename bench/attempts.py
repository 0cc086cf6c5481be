"""Several attempts at one cell: which of them disagree, and which are replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bench import answers_io
from bench.model_files import KEPT
from bench.records import Record


def unequal(records: Iterable[Record]) -> set[str]:
    """Keys whose ok attempts did not give the same answers."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for record in records:
        if record.status == "ok":
            found[record.key].add(answered(record))
    return {key for key, answers in found.items() if len(answers) > 1}


def answered(record: Record) -> tuple[str, ...]:
    """SHA-256 of each file of answers; equal for equal answers."""
    return tuple(str(record.files.get(name, {}).get("sha256", "")) for name in answers_io.FILES)


def superseded(records: Sequence[Record], best: Mapping[str, Record]) -> list[Record]:
    """Attempts older than the newest ok attempt of their key, unless they are ok and answered otherwise.

    The newest of a key whose model is kept stays as well. `records` are oldest first, `best` is the record that counts
    for each key.
    """
    found: list[Record] = []
    passed: set[str] = set()
    models = {record.key: record for record in records if record.status == "ok" and record.model == KEPT}
    for record in records:
        newest = best[record.key]
        passed |= {record.key} if record == newest else set()
        disagrees = record.status == "ok" and answered(record) != answered(newest)
        needed = disagrees or models.get(record.key) == record
        if newest.status == "ok" and record.key not in passed and not needed:
            found.append(record)
    return found


def replaced(records: Iterable[Record], best: Mapping[str, Record], current: Mapping[str, str]) -> list[Record]:
    """Stale attempts of slots that have an ok result at the key of today; `current` is that key for each slot id."""
    found = []
    for record in records:
        key = current.get(record.slot.id, record.key)
        if key != record.key and key in best and best[key].status == "ok":
            found.append(record)
    return found
