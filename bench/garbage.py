"""What a store can do without."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import attempts
from bench.errors import StoreError
from bench.files import storage
from bench.leftovers import in_progress, leftovers, removing, size
from bench.records import Record
from bench.store import Store


@dataclass(frozen=True)
class Garbage:
    """A file or folder that may go."""

    path: Path
    why: str
    bytes: int
    key: str = ""  # of the cell that it belongs to


def find(store: Store, *, replaced: bool = False, stale: bool = False) -> list[Garbage]:
    """Leftovers, scratch of finished cells, contexts and training data that no record uses.

    With `replaced` also attempts before the newest ok attempt of their key, unless they are ok with other answers; with
    `stale` also stale attempts of cells that have an ok result with the code, data and libraries of today.
    Splits that only such attempts use are found after these are gone.
    """
    records, damaged = store.contents()
    best = store.best(records)
    found = [*_leftovers(store), *_scratch(store, best)]
    if not damaged:  # a record that cannot be read may need any of them
        found += _unused(store, {record.split_hash for record in records})
    old = attempts.superseded(records, best) if replaced else []
    told = [(record, "replaced by a newer attempt") for record in old if _sound(store, best[record.key])]
    if stale:
        current = store.current()
        out = [r for r in attempts.replaced(records, best, current) if r not in old]
        told += [(record, "stale") for record in out if _sound(store, best[current[record.slot.id]])]
    return found + [_garbage(store.folder_of(record), why, record.key) for record, why in told]


def remove(store: Store, found: Iterable[Garbage]) -> list[Garbage]:
    """Remove what `find` found; what went, without the cells that are being run.

    Raises StoreError while a run is using the store, and where it cannot be written.
    """
    gone = []
    with storage(store.folder), removing(store.folder):
        if busy := in_progress(store.folder):
            raise StoreError(f"{store.folder}: a run is using this store ({busy[0].name}); try again when it has ended")
        used = {record.split_hash for record in store.records()}  # a run may have come and gone since `find`
        for garbage in found:
            if not garbage.key and garbage.path.name in used:
                continue
            with ExitStack() as stack:
                if not garbage.key or stack.enter_context(store.claim(garbage.key)):
                    _remove(store, garbage.path)
                    gone.append(garbage)
    return gone


def _remove(store: Store, path: Path) -> None:
    """In one step out of its place, then away: a stop in between leaves no half of it in its place."""
    aside = store.begin()
    path.rename(aside / "gone")
    if (aside / "gone").is_dir():
        shutil.rmtree(aside / "gone")
    shutil.rmtree(aside)


def _garbage(path: Path, why: str, key: str = "") -> Garbage:
    return Garbage(path, why, size(path), key)


def _leftovers(store: Store) -> Iterator[Garbage]:
    return (_garbage(path, "left half-done") for path in leftovers(store.folder))


def _scratch(store: Store, best: dict[str, Record]) -> Iterator[Garbage]:
    """Checkpoints of cells that came to their own end."""
    for path in sorted((store.folder / "cache" / "scratch").glob("*")):
        if path.name in best and best[path.name].status != "interrupted":
            yield _garbage(path, "scratch of a finished cell", path.name)


def _unused(store: Store, used: set[str]) -> Iterator[Garbage]:
    for folder, why in (("context", "a split without results"), ("cache/training", "training data without results")):
        for path in sorted((store.folder / folder).glob("*")):
            if path.name not in used:
                yield _garbage(path, why)


def _sound(store: Store, record: Record) -> bool:
    """Whether the files of a record are what was written: an older attempt may be needed in its place."""
    try:
        for name in record.files:
            store.check(record, name)
    except StoreError:
        return False
    return True
