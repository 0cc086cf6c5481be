"""Data sets that were read before, kept as they are in memory; and the SHA-256 of files that have not changed since.

<cache folder>/datasets/<SHA-256 of name and options>       one data set, see `packed`
<cache folder>/hashes/<SHA-256 of the path>.json            what a file was when it was read last

The cache folder is that of the account, or the one that the variable RECMATRIX_CACHE names. All of it may be deleted at
any time. A copy that is old, damaged or cannot be written is no error: the data set is read from its files.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.files import sha256

if TYPE_CHECKING:
    from bench.types import Dataset

FOLDER_VARIABLE = "RECMATRIX_CACHE"
HEX_DIGITS = 64  # of a SHA-256
SETTLED = 2e9  # nanoseconds: a file written more recently may change again without a new time
log = logging.getLogger(__name__)


def folder() -> Path:
    """Where the cache is (not created)."""
    from platformdirs import user_cache_path

    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_cache_path("recmatrix")


def loaded(name: str, options: dict[str, Any], content: dict[str, Any], read: Callable[[], Dataset]) -> Dataset:
    """The copy of a data set that was read with these options from this content, or what `read` returns.

    `content` is everything else on which the data set depends, such as the SHA-256 of its files.
    """
    from bench.datasets import packed
    from bench.records import digest

    said = {option: repr(value) for option, value in options.items()}
    path = folder() / "datasets" / digest([name, said])
    key = digest([_code(), name, said, content])
    with suppress(packed.Unusable, OSError):
        return packed.read(path, key)
    dataset = read()
    with suppress(packed.Unusable, OSError):
        write_atomic(path, packed.pack(dataset, key))
    return dataset


class Hashes:
    """The SHA-256 of files, computed anew only where size, times or inode say that a file may have changed."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def sha256(self, path: Path) -> str:
        """The SHA-256 (hex) of a file. If it is another one than last time, a warning is logged and kept."""
        state, place = _state(path), _note(path)
        known = _known(place)
        if known.get("state") == state:
            return str(known["sha256"])
        found = sha256(path)
        if known and known["sha256"] != found:
            self._warn(path, known["sha256"], found)
        settled = state == _state(path) and time.time_ns() - max(state["mtime"], state["ctime"]) > SETTLED
        with suppress(OSError):
            write_atomic(place, [json.dumps({"state": state if settled else None, "sha256": found}).encode()])
        return found

    def _warn(self, path: Path, before: str, now: str) -> None:
        change = f"its SHA-256 was {before[:12]}… and is {now[:12]}…"
        self.warnings.append(
            f"{path} has changed since it was read last: {change}; what was kept of it is not used, "
            "and earlier results belong to other data"
        )
        log.warning(self.warnings[-1])


def write_atomic(path: Path, parts: Any) -> None:
    """Write bytes or arrays one after the other; the file is complete or not there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                file.write(part)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _state(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime": stat.st_mtime_ns, "ctime": stat.st_ctime_ns, "inode": stat.st_ino}


def _known(place: Path) -> dict[str, Any]:
    """What is noted of a file; empty where nothing is."""
    try:
        known = json.loads(place.read_text(encoding="utf-8"))
        return known if set(known) == {"state", "sha256"} and len(str(known["sha256"])) == HEX_DIGITS else {}
    except (OSError, ValueError, TypeError):
        return {}


def _note(path: Path) -> Path:
    """Where the SHA-256 of a file is noted."""
    return folder() / "hashes" / f"{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()}.json"


@cache
def _code() -> str:
    """SHA-256 over the modules that read data: another way of reading makes a copy old."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(f"{path.name}\0{sha256(path)}\0".encode())
    return total.hexdigest()
