"""Downloads that are exactly the published file, or an error."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.datasets.fetching import pins
from bench.datasets.fetching.archive import extract
from bench.datasets.fetching.intact import check_content
from bench.datasets.source import Part, Source, find, own_folder
from bench.errors import BadData
from bench.files import sha256 as file_sha256
from bench.files import storage

BLOCK = 1 << 20
SECONDS = 60  # of silence before a connection is given up
Opener = Callable[..., Any]


class Unreachable(BadData):
    """The other side cannot be reached or does not have the file; another source may be asked."""


def fetch(url: str, target: Path, sha256: str, *, max_bytes: int, opener: Opener = urlopen) -> str:
    """Write the file at `url` to `target` if its SHA-256 is `sha256`, and return it; a failure is tried once more.

    With an empty `sha256` the file must be as long as announced and be what its name says. It is written under another
    name and renamed at the end, so `target` is complete or not there. Raises Unreachable where no answer came, BadData
    for other content, more than `max_bytes`, and addresses without https.
    """
    try:
        return _once(url, target, sha256, max_bytes, opener)
    except BadData:
        return _once(url, target, sha256, max_bytes, opener)


def _once(url: str, target: Path, sha256: str, max_bytes: int, opener: Opener) -> str:
    if not url.startswith("https://"):
        raise BadData(f"{url}: only https addresses are downloaded")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".download-", delete=False) as file:
        temporary = Path(file.name)
        try:
            found, size, headers = _copy(url, file, max_bytes, opener)
            kind = headers.get("Content-Type", "unknown type")
            if sha256 and found != sha256:
                said = f"{size} bytes of {kind}, SHA-256 {found[:16]}… instead of {sha256[:16]}…"
                raise BadData(f"{url}: not the expected file ({said}); nothing was kept")
            file.flush()
            if not sha256:
                _check_length(url, size, headers)
                check_content(temporary, url, kind)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    return found


def _copy(url: str, file: Any, max_bytes: int, opener: Opener) -> tuple[str, int, dict[str, str]]:
    """SHA-256, size and headers of what came."""
    hasher, size = hashlib.sha256(), 0
    try:
        with opener(Request(url, headers={"User-Agent": "recmatrix"}), timeout=SECONDS) as answer:
            if not answer.geturl().startswith("https://"):
                raise BadData(f"{url}: was sent on to {answer.geturl()}, which is not https")
            for block in _blocks(url, answer):
                size += len(block)
                if size > max_bytes:
                    raise BadData(f"{url}: larger than {max_bytes} bytes; given up")
                hasher.update(block)
                file.write(block)
            headers = {str(name).title(): str(value) for name, value in answer.headers.items()}
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"{url}: cannot be had ({error})") from None
    return hasher.hexdigest(), size, headers


def _blocks(url: str, answer: Any) -> Iterator[bytes]:
    """What comes; whatever the network says in the middle of it is Unreachable, as the disk is not to blame."""
    try:
        while block := answer.read(BLOCK):
            yield block
    except OSError as error:
        raise Unreachable(f"{url}: cannot be had ({error})") from None


def _check_length(url: str, size: int, headers: dict[str, str]) -> None:
    announced = headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) != size:
        raise BadData(f"{url}: {size} bytes came of {announced}; nothing was kept")


def get(source: Source, opener: Opener = urlopen) -> tuple[Path, list[str]]:
    """Put the files of a data set into our data folder; its place there, and what has to be said.

    A file or archive whose SHA-256 nobody published is pinned when it comes for the first time. Raises BadData where
    an address gives something else, or cannot be reached and has no fallback, StoreError where the folder cannot be
    written; then nothing has changed.
    """
    place = own_folder() / (source.folder or source.name)
    with storage(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".get-", dir=place.parent))
        try:
            folder = temporary / "files"
            folder.mkdir()
            new = _complete(source, temporary, folder, opener) | _unknown_files(source, folder, place)
            _settle(source, folder, place)
            pins.add(new)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    said = "SHA-256 unknown until now; pinned, and a later download must be the same"
    return place, [f"{address}: {said} ({sha256})" for address, sha256 in new.items() if address.startswith("https://")]


def _complete(source: Source, temporary: Path, folder: Path, opener: Opener) -> dict[str, str]:
    """Bring all files of the data set into `folder`; the addresses to pin. Raises BadData where one is missing."""
    try:
        new = _fetched(source, temporary, folder, opener)
    except Unreachable as unreachable:
        if not source.fallback:
            raise BadData(f"{unreachable}; a folder with {source.name}'s files can be named by BENCH_DATA") from None
        module, _, function = source.fallback.partition(":")
        getattr(import_module(module), function)(temporary, folder, str(unreachable))
        new = {}
    for names in source.files:
        if find(folder, names) is None:
            raise BadData(f"{source.parts[0].address}: holds no {names.replace('|', ' or ')}; nothing was kept")
    return new


def _fetched(source: Source, temporary: Path, folder: Path, opener: Opener) -> dict[str, str]:
    """Download all parts into `folder`; the addresses that were not known by a hash or a pin, with their SHA-256."""
    known, new = pins.read(), {}
    for part in source.parts:
        expected = part.sha256 or known.get(part.address, "")
        target = (folder if part.kind == "file" else temporary) / part.name
        try:
            found = fetch(part.address, target, expected, max_bytes=part.size or part.most, opener=opener)
        except BadData as error:
            if isinstance(error, Unreachable) or part.sha256 or not expected:
                raise
            raise BadData(
                f"{error}; to accept another edition, delete its line in {own_folder() / pins.NAME}"
            ) from None
        if part.kind != "file":
            _unpack(part, target, temporary, folder)
        if not expected:
            new[part.address] = found
    return new


def _unpack(part: Part, archive: Path, temporary: Path, folder: Path) -> None:
    """Put the members of an archive into `folder`, those of one folder in it where the part says so."""
    unpacked = temporary / "unpacked"
    extract(archive, unpacked, max_bytes=part.unpacked)
    inside = unpacked / part.member
    if not inside.is_dir():
        raise BadData(f"{part.address}: has no folder {part.member}; nothing was kept")
    for path in inside.iterdir():
        path.rename(folder / path.name)
    shutil.rmtree(unpacked)


def _unknown_files(source: Source, folder: Path, place: Path) -> dict[str, str]:
    """The pins of the files that are known by no hash."""
    new = {}
    for names, hashes in {**source.files, **source.optional}.items():
        path = find(folder, names)
        if path is not None and path.is_relative_to(folder) and "" in hashes.split("|"):
            new[pins.key(place / path.relative_to(folder))] = file_sha256(path)
    return new


def _settle(source: Source, folder: Path, place: Path) -> None:
    """Move what came into its place, where files of other data sets may lie; another form of one of its files goes."""
    place.mkdir(exist_ok=True)
    for names in source.files:
        for name in names.split("|"):
            (place / name).unlink(missing_ok=True)
    for path in folder.iterdir():
        target = place / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)
