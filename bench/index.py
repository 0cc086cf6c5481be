"""The records of a store, and the index that spares opening ten thousand small files.

    cache/index    what it is and the SHA-256 of the rest; then for each record a line: key/attempt, bytes, ns, JSON

A line counts only while the file of its record has the size and the time of change that it had when it was read. The
index may be deleted; one that is missing, old or damaged is made again.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.errors import BadData, StoreError
from bench.leftovers import fresh_name
from bench.records import Record

RECORD = "record.json"
MANY = 100  # records: fewer are read as quickly from their own files
SETTLED = 2e9  # nanoseconds: a file written more recently may change again without a new time
_KIND = "recmatrix-index-1"


class File(NamedTuple):
    """A record as a file."""

    name: str  # key/attempt
    size: int  # bytes
    changed: int  # nanoseconds since 1970

    def path(self, store: Path) -> Path:
        """Where it lies."""
        return store / "cells" / self.name / RECORD


class Index:
    """The records in the folder of a store; what was read once is not read again while its file stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[File, Record] = {}

    def read(self) -> tuple[list[Record], list[str]]:
        """Every record that can be read, and a sentence for each that cannot. StoreError for a newer format."""
        with uncollected():
            found = self._read()
        problems = [problem for problem in found if isinstance(problem, str)]
        return [record for record in found if isinstance(record, Record)], problems

    def _read(self) -> list[Record | str]:
        files = scan(self._folder)
        new = [file for file in files if file not in self._known]
        texts = _load(self._folder) if len(new) >= MANY else {}
        found: dict[File, Record | str] = {file: self._known[file] for file in files if file in self._known}
        fresh: dict[File, str] = {}
        now = time.time_ns()
        for file in new:
            try:
                text = texts.get(file) or _text(file.path(self._folder))
                found[file] = Record.from_json(text, f"{self._folder}/cells/{file.name}/{RECORD}")
            except FileNotFoundError:  # it went in the meantime
                continue
            except BadData as error:
                found[file] = str(error)
                continue
            if file not in texts and now - file.changed > SETTLED:
                fresh[file] = text
        if len(fresh) >= MANY:
            _save(self._folder, {file: texts[file] for file in new if file in texts} | fresh)
        self._known = {
            file: record
            for file, record in found.items()
            if isinstance(record, Record) and now - file.changed > SETTLED
        }
        return list(found.values())


@contextmanager
def uncollected() -> Iterator[None]:
    """Let no garbage collector look through all records again and again while ever more of them are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def scan(folder: Path) -> list[File]:
    """The files of all records in the store at `folder`, in the order of their names."""
    found = []
    for key in _folders(folder / "cells"):
        for attempt in _folders(key):
            with suppress(OSError):  # no record, or it went in the meantime
                facts = os.stat(f"{attempt}/{RECORD}")  # noqa: PTH116 - ten thousand Path objects take a second
                name = "/".join(attempt.rsplit(os.sep, 2)[1:])
                found.append(File(name, facts.st_size, facts.st_mtime_ns))
    return sorted(found)


def read_record(path: Path) -> Record:
    """The record in a file. Raises BadData for a damaged one, StoreError for one of a newer format or none at all."""
    try:
        return Record.from_json(_text(path), str(path))
    except FileNotFoundError as error:
        raise StoreError(f"{path}: {error.strerror}") from None


def _folders(folder: str | Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadData(f"{path}: corrupt ({error})") from None


def _load(folder: Path) -> dict[File, str]:
    """What the index holds; nothing where it cannot be used."""
    try:
        head, _, body = (folder / "cache" / "index").read_bytes().partition(b"\n")
        if head.decode("ascii") != _head(body):
            return {}
        lines = [line.split("\t", 3) for line in body.decode("utf-8").split("\n")]
        return {File(name, int(size), int(changed)): text for name, size, changed, text in lines}
    except (OSError, ValueError):
        return {}


def _save(folder: Path, known: dict[File, str]) -> None:
    """Put a new index in the place of the old one, in one step; a store that cannot be written has none."""
    body = "\n".join(_lines(known)).encode()
    temporary = folder / "tmp" / fresh_name()
    with suppress(OSError):
        temporary.mkdir(parents=True)
        (folder / "cache").mkdir(exist_ok=True)
        (temporary / "index").write_bytes(f"{_head(body)}\n".encode() + body)
        (temporary / "index").replace(folder / "cache" / "index")
    shutil.rmtree(temporary, ignore_errors=True)


def _head(body: bytes) -> str:
    return f"{_KIND} {hashlib.sha256(body).hexdigest()}"


def _lines(known: dict[File, str]) -> Iterable[str]:
    """JSON has line ends only between its tokens, so that it may be put on one line."""
    for file, text in known.items():
        if not (file.name.isascii() and file.name.isprintable()):  # no name that a store gives
            continue
        flat = "".join(part.strip() for part in text.split("\n"))
        yield f"{file.name}\t{file.size}\t{file.changed}\t{flat}"
