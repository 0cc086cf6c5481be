"""Small things that are done with files in several places."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import StoreError

SEALS = "files.json"  # name -> SHA-256 of the other files in a folder


def sha256(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path) -> None:
    """Write down what the files in `folder` are now."""
    seals = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    (folder / SEALS).write_text(json.dumps(seals, indent=1), encoding="utf-8")


def check_seal(folder: Path) -> None:
    """Raise StoreError unless the files in `folder` are what they were when it was sealed."""
    try:
        seals = json.loads((folder / SEALS).read_text(encoding="utf-8"))
        wrong = [name for name, expected in seals.items() if sha256(folder / name) != expected]
    except (OSError, ValueError, AttributeError) as error:
        raise StoreError(f"{folder}: missing or damaged ({error})") from None
    if wrong:
        raise StoreError(f"{folder / wrong[0]}: corrupt (SHA-256 differs)")


def sealed(folder: Path) -> bool:
    """Whether `folder` is there and intact; a damaged one is removed, so that it can be written again.

    Raises OSError when it cannot be moved aside.
    """
    if not folder.exists():
        return False
    try:
        check_seal(folder)
    except StoreError:
        aside = folder.with_name(f".damaged-{secrets.token_hex(6)}")
        with suppress(FileNotFoundError):  # somebody else was first
            folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        return False
    return True


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Name -> bytes and time of the last change (nanoseconds) of each file in `folder`; empty where there is none."""
    try:
        facts = {path.name: path.stat() for path in folder.iterdir()}
    except OSError:
        return {}
    return {name: (found.st_size, found.st_mtime_ns) for name, found in facts.items()}


@contextmanager
def storage(folder: Path) -> Iterator[None]:
    """Turn a full disk, a read-only folder and their like into a StoreError that names the place and what is free."""
    try:
        yield
    except OSError as error:
        raise StoreError(cannot_write(error, folder)) from None


def cannot_write(error: OSError, folder: Path) -> str:
    """The place, the reason, and how much is free there."""
    free = shutil.disk_usage(next(p for p in (folder, *folder.resolve().parents) if p.exists())).free
    reason = error.strerror or str(error)
    return f"{error.filename or folder}: cannot write ({reason}); {free / 1e6:.0f} MB free there"
