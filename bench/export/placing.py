"""Files that are complete before they get their place."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.files import storage


@contextmanager
def placed(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`; its files move into `folder` at the end, and none of them after an error.

    Files of the same names are replaced, others stay. Raises StoreError where the place cannot be written.
    """
    temporary = folder.resolve().parent / f".export-{os.getpid()}-{secrets.token_hex(4)}"
    with storage(folder):
        temporary.mkdir(parents=True)
        try:
            yield temporary
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(temporary.iterdir()):
                path.replace(folder / path.name)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
