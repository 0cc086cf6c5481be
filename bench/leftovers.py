"""What a stop, a crash or a full disk has left half-done in the folder tmp/ of a store."""

from __future__ import annotations

from pathlib import Path

import psutil


def leftovers(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to no process that lives: a name there begins with the number of its process."""
    return [path for path in _inside(store) if not _lives(path)]


def in_progress(store: Path) -> list[Path]:
    """What lies in tmp/ and belongs to a process that lives."""
    return [path for path in _inside(store) if _lives(path)]


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
