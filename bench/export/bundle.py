"""One ZIP file from which a third party makes every table again without training.

    cells/, context/, cache/current.json   the store: `bench report` and `bench verify` work on the unpacked bundle
    environment/                           the lists of installed distributions that records name by their hash
    matrix.toml                            the cells of the report, to run them again
    environment.json                       with which versions, on what machines: each fact with all its values
    SHA256SUMS                             of every other file, for `sha256sum --check`

Equal stores give equal bundles, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.errors import StoreError
from bench.export.placing import placed
from bench.index import RECORD
from bench.openings import LEDGER
from bench.records import Record
from bench.store import Store

SUMS = "SHA256SUMS"
_BLOCK = 1 << 20  # bytes read at a time


@dataclass(frozen=True)
class Content:
    """What goes into a bundle, and what is left out of it, in words."""

    records: list[Record]
    contexts: list[str]  # split hashes
    left_out: list[str]


def choose(store: Store) -> Content:
    """Every sound attempt with what is known of its split.

    Raises StoreError for a store without results, and where something is damaged that counts in the report.
    """
    records, damaged = store.contents()
    if not records:
        raise StoreError(f"{store.folder}: no results to bundle; `bench run --store {store.folder}` makes some")
    counting = {record.attempt for record in store.latest(records).values()}
    sound, left_out = [], damaged
    for record in records:
        try:
            _check(store, record)
        except StoreError as error:
            if record.attempt in counting:
                raise
            left_out.append(str(error))
        else:
            sound.append(record)
    contexts = sorted({record.split_hash for record in sound if _known(store, record.split_hash)})
    return Content(sound, contexts, left_out)


def write(store: Store, content: Content, matrix: str, path: Path, *, replace: bool = False) -> None:
    """Write the bundle. `matrix` is the text of matrix.toml. Raises StoreError where `path` is taken or unwritable."""
    if path.exists() and not replace:
        raise StoreError(f"{path}: exists already; --replace overwrites it")
    texts = {
        "matrix.toml": matrix,
        "environment.json": json.dumps(environment(content.records), indent=1, ensure_ascii=False, sort_keys=True),
    }
    sums = {}
    with placed(path.parent) as temporary, zipfile.ZipFile(temporary / path.name, "w") as archive:
        for name, source in _files(store, content):
            with source.open("rb") as file:
                sums[name] = _add(archive, name, file)
        for name, text in texts.items():
            sums[name] = _add_text(archive, name, text)
        _add_text(archive, SUMS, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))


def environment(records: Iterable[Record]) -> dict[str, Any]:
    """Every fact of the provenance with all its different values; versions by the name of the library."""
    found: dict[str, Any] = {"versions": {}}
    for record in records:
        facts = dict(record.provenance)
        for name, version in facts.pop("versions", {}).items():
            _note(found["versions"], name, version)
        for name, value in facts.items():
            _note(found, name, value)
    return found


def _note(found: dict[str, Any], name: str, value: Any) -> None:
    if value not in (known := found.setdefault(name, [])):
        known.append(value)


def _check(store: Store, record: Record) -> None:
    for name in record.files:
        store.check(record, name)
    if record.status == "ok":
        store.context(record.split_hash)


def _known(store: Store, split_hash: str) -> bool:
    """Whether what is known of a split lies in the store; a cell that was skipped may have none."""
    return bool(split_hash) and (store.folder / "context" / split_hash).is_dir()


def _files(store: Store, content: Content) -> Iterator[tuple[str, Path]]:
    """Name in the bundle and place of every file of the store that belongs there, in a fixed order."""
    folder = store.folder
    for record in sorted(content.records, key=lambda record: (record.key, record.attempt)):
        place = store.folder_of(record)
        names = sorted({*record.files, RECORD})
        yield from ((f"cells/{record.key}/{record.attempt}/{name}", place / name) for name in names)
    for split_hash in content.contexts:
        paths = sorted((folder / "context" / split_hash).iterdir())
        yield from ((f"context/{split_hash}/{path.name}", path) for path in paths)
    yield from ((f"environment/{path.name}", path) for path in sorted((folder / "environment").glob("*.json")))
    if (folder / LEDGER).exists():
        yield LEDGER, folder / LEDGER
    current = folder / "cache" / "current.json"  # which of several keys of a slot counts
    if current.exists():
        yield "cache/current.json", current


def _add(archive: zipfile.ZipFile, name: str, file: IO[bytes]) -> str:
    """Add a file, with no date or owner of its own, and return its SHA-256."""
    hashed = hashlib.sha256()
    with archive.open(_entry(name), "w", force_zip64=True) as target:
        while block := file.read(_BLOCK):
            hashed.update(block)
            target.write(block)
    return hashed.hexdigest()


def _add_text(archive: zipfile.ZipFile, name: str, text: str) -> str:
    content = text.encode("utf-8", "replace")
    archive.writestr(_entry(name), content)
    return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # of 1980
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
