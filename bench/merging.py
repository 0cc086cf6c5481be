"""Copy the results of stores into another: nothing is overwritten, nothing that is damaged is copied."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench import blinding, openings
from bench.attempts import unequal
from bench.errors import BadConfig, BadData, StoreError
from bench.files import check_seal, sha256, storage
from bench.index import RECORD, read_record, scan
from bench.records import Record, digest
from bench.store import Store, is_attempt_file

_ATTEMPT = re.compile(r"[0-9a-f]{64}/[0-9A-Za-z-]{1,80}", re.ASCII)
_SPLIT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass
class Merged:
    """What a merge did; `problems` says what it did not copy, a sentence each."""

    copied: int = 0
    present: int = 0  # attempts that were there already
    contexts: int = 0  # splits copied
    problems: list[str] = field(default_factory=list)
    nondeterministic: list[str] = field(default_factory=list)  # keys whose ok attempts gave different answers


def merge(sources: Iterable[Store], target: Store) -> Merged:
    """Copy the attempts and contexts of the sources, which are only read, into `target`.

    Raises BadConfig where a source is the target or shows user ids that the target hides, StoreError for a newer format
    and where the target cannot be written.
    """
    sources, done = list(sources), Merged()
    for source in sources:
        if source.folder.samefile(target.folder):
            raise BadConfig(f"{source.folder}: a store is not merged into itself; leave it out of the sources")
        if blinding.key_of(target.folder) and not blinding.only_blinded(source.folder):
            raise BadConfig(f"{source.folder}: shows user ids, and {target.folder} was made with --blind-ids")
    for source in sources:
        for folder in sorted((source.folder / "context").glob("*")):
            _context(folder, target, done)
        for path in sorted((source.folder / "environment").glob("*.json")):
            _environment(path, target, done)
        for file in scan(source.folder):
            _attempt(file.path(source.folder), source, target, done)
    known = set(openings.noted(target.folder))
    with storage(target.folder):
        openings.note(target.folder, (o for source in sources for o in openings.noted(source.folder) if o not in known))
    done.nondeterministic = sorted(unequal(target.records()))
    return done


def _context(folder: Path, target: Store, done: Merged) -> None:
    try:
        if not _SPLIT.fullmatch(folder.name):
            raise StoreError(f"{folder}: not the name of a split")
        check_seal(folder)
    except StoreError as error:
        done.problems.append(str(error))
        return
    if target.knows(folder.name):
        return
    names = [path.name for path in folder.iterdir() if path.is_file()]
    with storage(target.folder):
        temporary = _copied(folder, names, target)
        check_seal(temporary)
        target.publish(temporary, target.folder / "context" / folder.name)
    done.contexts += 1


def _environment(path: Path, target: Store, done: Merged) -> None:
    """A list of installed distributions, whose name is its hash."""
    try:
        sound = digest(json.loads(path.read_text(encoding="utf-8"))) == path.stem
    except (OSError, ValueError):
        sound = False
    final = target.folder / "environment" / path.name
    if not sound:
        done.problems.append(f"{path}: corrupt (SHA-256 differs)")
    elif not final.exists():
        with storage(target.folder):
            temporary = _copied(path.parent, [path.name], target)
            final.parent.mkdir(exist_ok=True)
            (temporary / path.name).replace(final)
            temporary.rmdir()


def _attempt(path: Path, source: Store, target: Store, done: Merged) -> None:
    folder = path.parent
    final = target.folder / "cells" / folder.parent.name / folder.name
    try:
        record = read_record(path)
    except BadData as error:
        done.problems.append(str(error))
        return
    problem = _problem(record, folder, source)
    if not problem and final.exists():
        done.present += 1
        if sha256(path) != sha256(final / RECORD):
            problem = f"{folder}: differs from the attempt of that name in {target.folder}, which stays as it is"
    if problem:
        done.problems.append(problem)
    elif not final.exists():
        with storage(target.folder):
            temporary = _copied(folder, [RECORD, *record.files], target)
            target.publish(temporary, final)
        done.copied += 1


def _problem(record: Record, folder: Path, source: Store) -> str:
    """Why an attempt is not copied, or the empty string."""
    name = f"{folder.parent.name}/{folder.name}"
    if not _ATTEMPT.fullmatch(name) or name != f"{record.key}/{record.attempt}":
        return f"{folder}: corrupt, the record in it is that of another attempt"
    if unknown := sorted(name for name in record.files if not is_attempt_file(name)):
        return f"{folder}: corrupt, {unknown[0]!r} is no file of an attempt"
    try:
        for file in record.files:
            source.check(record, file)
    except StoreError as error:
        return str(error)
    return ""


def _copied(folder: Path, names: Iterable[str], target: Store) -> Path:
    """A temporary folder in the target with these files. StoreError where a copy is not equal to its original."""
    temporary = target.begin()
    try:
        for name in names:
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, temporary / name)
            if sha256(folder / name) != sha256(temporary / name):
                raise StoreError(f"{temporary / name}: not what was copied; check the disk")
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return temporary
