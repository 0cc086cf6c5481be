"""The data of a cell, ready for its process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import handover
from bench.files import seal, sealed, stamps, storage
from bench.planned import Planned
from bench.store import Store


@dataclass(frozen=True)
class Material:
    """The data of a cell: a folder to learn from, and the held-out items, handed over when it has learnt."""

    training: Path
    held_out: Callable[[], bytes]
    stamps: dict[str, tuple[int, int]] = field(default_factory=dict)  # before the seal was checked; empty: not known


def made_here(store: Store, planned: Planned) -> Material:
    """The data of a split, its training part written once per store. Raises BadData where it changed meanwhile."""
    split = planned.make()
    final = store.folder / "cache" / "training" / split.fingerprint
    with storage(store.folder), store.writing(split.fingerprint):
        before = stamps(final)
        if not sealed(final):
            temporary = store.begin()
            handover.write_training(split, temporary)
            seal(temporary)
            before = stamps(temporary)
            store.publish(temporary, final)
    return Material(final, lambda: handover.pack(split.test), before)
