"""What a stop, a crash or a full disk has left half-done in the folder tmp/ of a store, and who works there now."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock

from bench.files import storage


def leftovers(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to no process that lives: a name there begins with the number of its process."""
    return [path for path in _inside(store) if not _lives(path)]


def in_progress(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to a process that lives."""
    return [path for path in _inside(store) if _lives(path)]


@contextmanager
def at_work(store: Path) -> Iterator[None]:
    """Say that this process uses a store, also between two cells: by an empty folder in tmp/ until it is done.

    Waits until nothing is being removed. Raises StoreError when the store cannot be written.
    """
    mark = store / "tmp" / f"{os.getpid()}-{secrets.token_hex(6)}"
    with storage(store), removing(store):
        mark.mkdir(parents=True)
    try:
        yield
    finally:
        with suppress(OSError):
            mark.rmdir()


@contextmanager
def removing(store: Path) -> Iterator[None]:
    """Hold a store while something is removed from it: nobody begins to use it meanwhile."""
    (store / "locks").mkdir(parents=True, exist_ok=True)
    with FileLock(store / "locks" / "removing.lock"):
        yield


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [inner for inner in path.rglob("*") if inner.is_file()]
    return sum(file.lstat().st_size for file in files)


def _inside(store: Path) -> list[Path]:
    folder = store / "tmp"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _lives(path: Path) -> bool:
    owner = path.name.partition("-")[0]
    return owner.isascii() and owner.isdigit() and psutil.pid_exists(int(owner))
