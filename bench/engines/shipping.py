"""How the data of a split travel: training files in pieces, held-out items masked so that no copy on a disk shows them.

A piece is a reference to an object of Ray's store, put there once and fetched once per node. Ray may write objects to
disk when its memory is full, where the process of a cell could read them; a masked one says nothing without its key,
and the key travels with the order, in memory only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import StoreError
from bench.files import check_seal, sealed, stamps, storage
from bench.material import Material
from bench.store import Store

PIECE = 8 << 20  # bytes


@dataclass(frozen=True)
class Shipment:
    """References to the data of one split; `key` unmasks the held-out items, `digest` is their SHA-256."""

    fingerprint: str
    training: dict[str, list[Any]]  # file name -> its pieces
    held_out: list[Any]
    key: bytes
    digest: str


def pack(fingerprint: str, material: Material, put: Callable[[bytes], Any]) -> Shipment:
    """Put the data of a split where nodes can get them."""
    held_out, key = material.held_out(), secrets.token_bytes(32)
    files = {path.name: [put(piece) for piece in pieces(path)] for path in sorted(material.training.iterdir())}
    hidden = masked(held_out, key)
    parts = [put(hidden[start : start + PIECE]) for start in range(0, len(hidden), PIECE)]
    return Shipment(fingerprint, files, parts, key, hashlib.sha256(held_out).hexdigest())


def unpack(shipment: Shipment, store: Store, get: Callable[[Any], bytes]) -> tuple[Material, bool]:
    """The data of a split on this node, and whether they had to be fetched. Raises StoreError for damaged ones."""
    final = store.folder / "cache" / "training" / shipment.fingerprint
    with storage(store.folder), store.writing(shipment.fingerprint):
        before = stamps(final)
        there = sealed(final)
        if not there:
            temporary = store.begin()
            for name, parts in shipment.training.items():
                with (temporary / name).open("wb") as file:
                    file.writelines(get(part) for part in parts)
            check_seal(temporary)
            before = stamps(temporary)
            store.publish(temporary, final)
    held_out = masked(b"".join(get(part) for part in shipment.held_out), shipment.key)
    if hashlib.sha256(held_out).hexdigest() != shipment.digest:
        raise StoreError(f"split {shipment.fingerprint[:12]}: its held-out items were damaged on the way")
    return Material(final, lambda: held_out, before), not there


def masked(data: bytes, key: bytes) -> bytes:
    """`data` exclusive-or a stream of pseudo-random bytes, SHAKE-256 of the key; a second time gives `data` again."""
    stream = hashlib.shake_256(key).digest(len(data))
    return np.bitwise_xor(np.frombuffer(data, np.uint8), np.frombuffer(stream, np.uint8)).tobytes()


def pieces(path: Path) -> Iterable[bytes]:
    """The content of a file, a piece at a time; an empty file is one empty piece."""
    with path.open("rb") as file:
        yield file.read(PIECE)
        while piece := file.read(PIECE):
            yield piece
