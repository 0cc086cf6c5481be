"""Small things that are done with files in several places."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import StoreError


def sha256(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def storage(folder: Path) -> Iterator[None]:
    """Turn a full disk, a read-only folder and their like into a StoreError that names the place and what is free."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        free = shutil.disk_usage(next(p for p in (folder, *folder.resolve().parents) if p.exists())).free
        raise StoreError(f"{where}: cannot write ({error.strerror}); {free / 1e6:.0f} MB free there") from None
