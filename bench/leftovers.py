"""What a stop, a crash or a full disk has left half-done in the folder tmp/ of a store, and who works there now."""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psutil
from filelock import FileLock

from bench.files import storage

DAY = 86400.0  # seconds after which what a process elsewhere has left unchanged is taken for dead


def fresh_name() -> str:
    """A new name for something in tmp/: the number of this process, where that number counts, and a random rest."""
    return f"{os.getpid()}-{_realm()}-{secrets.token_hex(6)}"


def leftovers(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to no process that lives, as far as its name tells; see `fresh_name`.

    Of a process on another machine or in another container nobody knows here whether it lives: what it made counts as
    alive until it has not changed for a day.
    """
    return [path for path in _inside(store) if not _lives(path)]


def in_progress(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to a process that lives."""
    return [path for path in _inside(store) if _lives(path)]


@contextmanager
def at_work(store: Path) -> Iterator[None]:
    """Say that this process uses a store, also between two cells: by an empty folder in tmp/ until it is done.

    Waits until nothing is being removed. Raises StoreError when the store cannot be written.
    """
    mark = store / "tmp" / fresh_name()
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
    owner, *rest = path.name.split("-")
    if len(rest) == 2 and rest[0] != _realm():
        try:
            return time.time() - path.lstat().st_mtime < DAY
        except OSError:  # it went in the meantime
            return False
    return owner.isascii() and owner.isdigit() and psutil.pid_exists(int(owner))


@cache
def _realm() -> str:
    """Eight hexadecimal digits that tell where a process number counts: this boot of this machine, this container."""
    try:
        place = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        place = platform.node()
    with suppress(OSError):
        place += os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no path: `pid:[4026531836]`
    return hashlib.sha256(place.encode()).hexdigest()[:8]
