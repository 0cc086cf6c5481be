"""The store: append-only, content-addressed results on disk.

    cells/<key>/<attempt>/   record.json, lists.parquet, ranks.parquet, questions.parquet, log.txt, model/
    context/<split hash>/    what is known of a split; the files are listed in bench/context_io.py
    cache/                   training data of each split, the current key of each slot, an index; may be deleted
    locks/, tmp/             cells in progress
    openings.jsonl           which attempts saw the test part of which split; see bench/openings.py
    blinding.key             of a store without user ids; see bench/blinding.py

An attempt is written under tmp/, synced, and renamed into cells/: done means that the rename happened.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from bench import answers_io, blinding, context_io, model_files, openings
from bench.answers import Answers
from bench.attempts import answered
from bench.errors import BadData, StoreError
from bench.files import check_seal, seal, sealed, sha256, storage
from bench.index import RECORD, Index, read_record
from bench.leftovers import fresh_name, leftovers
from bench.records import Context, Record, Slot, canonical

LOG = "log.txt"


class Store:
    """A folder of results. Opening a folder that is not there raises StoreError unless `create`."""

    def __init__(self, folder: str | Path, *, create: bool = False) -> None:
        self.folder = Path(folder)
        self._index = Index(self.folder)
        if create:
            with storage(self.folder):
                for name in ("cells", "context", "locks", "tmp"):
                    (self.folder / name).mkdir(parents=True, exist_ok=True)
                for path in leftovers(self.folder):
                    shutil.rmtree(path, ignore_errors=True)
        elif not (self.folder / "cells").is_dir():
            what = "not a folder" if self.folder.exists() and not self.folder.is_dir() else "no store here"
            raise StoreError(f"{self.folder}: {what}; `bench run --store FOLDER` makes one")

    def records(self) -> list[Record]:
        """Every finished attempt whose record can be read, oldest first. Raises StoreError for a newer format."""
        return self.contents()[0]

    def damaged(self) -> list[str]:
        """What is wrong with each record that cannot be read."""
        return self.contents()[1]

    def contents(self) -> tuple[list[Record], list[str]]:
        """`records()` and `damaged()`, for one look into the folders of all attempts."""
        records, damaged = self._index.read()
        return sorted(records, key=lambda record: (record.started, record.attempt)), damaged

    def best(self, records: list[Record] | None = None) -> dict[str, Record]:
        """For each key the record that counts: the newest ok attempt that was no second one, or else the newest."""
        best: dict[str, Record] = {}
        for record in self.records() if records is None else records:
            known = best.get(record.key)
            if known is None or (record.status == "ok" and not record.second_to) or known.status != "ok":
                best[record.key] = record
        return best

    def latest(self, records: list[Record] | None = None) -> dict[str, Record]:
        """For each slot id the record that counts: that of its current key, or else of its newest one.

        `records` are those of the store where they have been read already. A slot that could only be skipped is left
        out where there is a result for the same with all parameters known.
        """
        records = self.records() if records is None else records
        best, current = self.best(records), self.current()
        chosen = {record.slot.id: record for record in records}
        found = {slot: best.get(current.get(slot, ""), best[record.key]) for slot, record in chosen.items()}
        skipped = [record for record in found.values() if record.status == "skipped"]
        places: dict[str, list[Slot]] = {_place(record.slot): [] for record in skipped}
        for record in found.values() if skipped else ():
            if record.status != "skipped" and (place := _place(record.slot)) in places:
                places[place].append(record.slot)
        return {
            slot: record
            for slot, record in found.items()
            if record.status != "skipped" or not any(map(record.slot.stands_for, places[_place(record.slot)]))
        }

    def set_current(self, keys: dict[str, str]) -> None:
        """Remember which key each of these slots has with the code, data and libraries of today."""
        with storage(self.folder):
            temporary = self.begin() / "current.json"
            temporary.write_text(json.dumps({**self.current(), **keys}), encoding="utf-8")
            (self.folder / "cache").mkdir(exist_ok=True)
            temporary.replace(self.folder / "cache" / "current.json")
            temporary.parent.rmdir()

    def current(self) -> dict[str, str]:
        """The key of each slot id with the code, data and libraries of the last run; empty where nobody knows."""
        try:
            found = json.loads((self.folder / "cache" / "current.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # it may be deleted
            return {}
        return found if isinstance(found, dict) else {}

    def since(self, key: str, moment: str) -> Record | None:
        """The newest attempt at a cell that came to its own end after `moment`, a `stamp()`."""
        paths = sorted(path for path in self.folder.glob(f"cells/{key}/*/{RECORD}") if path.parent.name > moment)
        found = [record for path in paths if (record := _try(path))]
        return next((record for record in reversed(found) if record.status != "interrupted"), None)

    def find(self, name: str) -> Record:
        """The newest record whose key begins with `name` or whose label it is. StoreError for none or several keys."""
        found = [record for record in self.records() if record.key.startswith(name) or record.label == name]
        if not found:
            raise StoreError(f"{self.folder}: no cell {name!r}; `bench status {self.folder}` lists them")
        if len({record.key for record in found}) > 1:
            several = "; ".join(sorted({f"{r.key[:12]} ({r.place})" for r in found}))
            raise StoreError(f"{self.folder}: {name!r} means several cells: {several}")
        return found[-1]

    def folder_of(self, record: Record) -> Path:
        """Where the files of an attempt lie."""
        return self.folder / "cells" / record.key / record.attempt

    @property
    def scratch(self) -> Path:
        """The folder in which cells, by their keys, keep what survives a kill."""
        return self.folder / "cache" / "scratch"

    def answers(self, record: Record) -> Answers:
        """The stored answers of an ok record. Raises StoreError when a file is missing or not what was written."""
        for name in answers_io.FILES:
            self.check(record, name)
        return answers_io.read(self.folder_of(record))

    def check(self, record: Record, name: str) -> None:
        """Compare one file with the SHA-256 in its record; StoreError if it is missing or different."""
        path = self.folder_of(record) / name
        try:
            found = sha256(path)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}; `bench run --rerun failed` makes it again") from None
        if found != record.files.get(name, {}).get("sha256"):
            raise StoreError(f"{path}: corrupt (SHA-256 differs); `bench run --rerun failed` repairs it")

    def log(self, record: Record) -> str:
        """What the cell printed, control characters included."""
        path = self.folder_of(record) / LOG
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def context(self, split_hash: str) -> Context:
        """What is known of a split. Raises StoreError when it is not in the store, or damaged."""
        check_seal(self.folder / "context" / split_hash)
        return context_io.read(self.folder / "context" / split_hash)

    def knows(self, split_hash: str) -> bool:
        """Whether what is known of a split is kept here."""
        with storage(self.folder), self.writing(split_hash):
            return sealed(self.folder / "context" / split_hash)

    def put_context(self, split_hash: str, context: Context) -> None:
        """Keep what is known of a split, without user ids in a blinded store; a second call does nothing."""
        key = blinding.key_of(self.folder)
        final = self.folder / "context" / split_hash
        with storage(self.folder), self.writing(split_hash):
            if not sealed(final):
                temporary = self.begin()
                context_io.write(blinding.blinded(context, key) if key else context, temporary)
                seal(temporary)
                self.publish(temporary, final)

    def writing(self, split_hash: str) -> FileLock:
        """What to hold while a folder of a split is looked at and written, so that only one at a time mends it.

        Not to be taken twice by one thread: each call gives a lock of its own, and the second would wait for ever.
        """
        return FileLock(self.folder / "locks" / f"{split_hash}.lock")

    def begin(self) -> Path:
        """A fresh temporary folder on the store's own file system."""
        folder = self.folder / "tmp" / fresh_name()
        folder.mkdir(parents=True)
        return folder

    def commit(self, temporary: Path, record: Record, began: str | None = None) -> Record:
        """Make an attempt out of the files in `temporary`; afterwards it is done, or nothing happened.

        Where somebody else has answered the same cell since `began`, the first one counts: it is returned, and a
        second one that answered otherwise, or whose model was asked for, is kept beside it.
        """
        with storage(self.folder):
            for path in temporary.iterdir():
                if path.name not in (*answers_io.FILES, LOG, *_model(record)):
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            files = {n: {"sha256": sha256(p), "bytes": p.stat().st_size} for n, p in attempt_files(temporary).items()}
            first = self._first(record, began)
            second_to = first.attempt if first else ""
            text = replace(record, files=files, second_to=second_to).named().to_json()
            kept = Record.from_json(text, RECORD)
            openings.note(self.folder, filter(None, [openings.opening(kept)]))
            if first and answered(first) == answered(kept) and (first.model or not kept.model):
                return first
            (temporary / RECORD).write_text(text, encoding="utf-8")
            self.publish(temporary, self.folder_of(kept))
        return first or kept

    def _first(self, record: Record, began: str | None) -> Record | None:
        """The ok result that somebody else committed since `began`, if `record` is ok too."""
        first = self.since(record.key, began) if began and record.status == "ok" else None
        return first if first and first.status == "ok" else None

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Hold a cell while it runs; False when another run holds it."""
        lock = FileLock(self.folder / "locks" / f"{key}.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def publish(self, temporary: Path, final: Path) -> None:
        """Sync the files in `temporary` and give the folder its final name; a name already taken wins."""
        for path in temporary.rglob("*"):
            _sync(path)
        _sync(temporary)
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.rename(final)
        except OSError:
            if not final.exists():
                raise
            shutil.rmtree(temporary)  # another run published the same content first
        _sync(final.parent)


def attempt_files(folder: Path) -> dict[str, Path]:
    """What an attempt has written, by the names that a record gives: answers, log, model; nothing else."""
    answers = {name: path for name in sorted((*answers_io.FILES, LOG)) if (path := folder / name).is_file()}
    return answers | model_files.files(folder)


def is_attempt_file(name: str) -> bool:
    """Whether an attempt may have a file of that name; false for any that leads out of its folder."""
    return name in (*answers_io.FILES, LOG) or model_files.is_model_file(name)


def _model(record: Record) -> tuple[str, ...]:
    return (model_files.MODEL,) if record.model == model_files.KEPT else ()


def _place(slot: Slot) -> str:
    """All of a slot but its parameters, as text."""
    return canonical([slot.dataset, slot.split, slot.algorithm, slot.seed])


def _try(path: Path) -> Record | None:
    try:
        return read_record(path)
    except BadData:
        return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
