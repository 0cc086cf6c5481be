"""Vectors of texts that were computed before, by the content of text and model.

<cache folder>/vectors/<SHA-256 of the model and how it is asked>/<SHA-256 of the file>.npy   some texts, see `_form`
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from filelock import FileLock

from bench.datasets import cache
from bench.types import Bools, Floats, Longs

Computed = Iterator[tuple[Longs, Floats]]  # which of the texts, and their vectors
_PORTION = 1024  # texts after which what was computed is written down


def vectors(model: str, texts: list[str], compute: Callable[[list[str]], Computed]) -> Floats:
    """(n, d) float32 vectors of n different texts; those that are not kept are computed once, whoever else asks.

    What a stopped process has computed is kept too. A damaged file counts as absent, and a cache that cannot be
    written is no error.
    """
    folder = cache.folder() / "vectors" / model
    keys = [hashlib.sha256(text.encode()).digest() for text in texts]
    found = _Found(keys)
    _read(folder, found)
    if found.complete:
        return found.vectors
    with suppress(OSError), _locked(folder):
        _read(folder, found)  # somebody else may have been first
        _fill(found, texts, compute, folder)
    if not found.complete:
        _fill(found, texts, compute, None)
    return found.vectors


class _Found:
    """The vectors found so far of the texts with these keys."""

    def __init__(self, keys: list[bytes]) -> None:
        self.keys = keys
        self.row = {key: row for row, key in enumerate(keys)}
        self.there: Bools = np.zeros(len(keys), np.bool_)
        self.vectors: Floats = np.zeros((len(keys), 0), np.float32)

    @property
    def complete(self) -> bool:
        return bool(self.there.all())

    def put(self, rows: Longs, vectors: Floats) -> None:
        """Take in the vectors of some texts."""
        if self.vectors.shape[1] == 0:
            self.vectors = np.zeros((len(self.keys), vectors.shape[1]), np.float32)
        self.vectors[rows] = vectors
        self.there[rows] = True


def _fill(found: _Found, texts: list[str], compute: Callable[[list[str]], Computed], folder: Path | None) -> None:
    missing = np.flatnonzero(~found.there)
    if not len(missing):
        return
    waiting: list[Longs] = []
    for some, computed in compute([texts[row] for row in missing]):
        found.put(missing[some], computed)
        waiting.append(missing[some])
        if sum(map(len, waiting)) >= _PORTION:
            _write(folder, found, np.concatenate(waiting))
            waiting = []
    if waiting:
        _write(folder, found, np.concatenate(waiting))


def _form(size: int) -> np.dtype[np.void]:
    """One text: the SHA-256 of it, and its vector."""
    return np.dtype([("key", np.uint8, 32), ("vector", np.float32, size)])


def _write(folder: Path | None, found: _Found, rows: Longs) -> None:
    if folder is None:
        return
    table = np.zeros(len(rows), _form(found.vectors.shape[1]))
    table["key"] = [list(found.keys[row]) for row in rows]
    table["vector"] = found.vectors[rows]
    buffer = io.BytesIO()
    np.save(buffer, table, allow_pickle=False)
    content = buffer.getvalue()
    with suppress(OSError):
        cache.write_atomic(folder / f"{hashlib.sha256(content).hexdigest()}.npy", [content])


def _read(folder: Path, found: _Found) -> None:
    for path in sorted(folder.glob("*.npy")):
        with suppress(OSError, ValueError):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != path.stem:
                continue
            table = np.load(io.BytesIO(content), allow_pickle=False)
            rows = np.array([found.row.get(key.tobytes(), -1) for key in table["key"]], np.int64)
            if (rows >= 0).any():
                found.put(rows[rows >= 0], table["vector"][rows >= 0])


def _locked(folder: Path) -> FileLock:
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / "lock")
