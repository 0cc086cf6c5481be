"""Unpacking an archive from elsewhere: either every member is harmless, or nothing is written."""

from __future__ import annotations

import bz2
import gzip
import os
import shutil
import stat
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from bench.errors import BadData

MAX_MEMBERS = 10_000
BLOCK = 1 << 20
LONGEST_NAME, LONGEST_PATH = 255, 1000  # bytes; the first is the limit of most file systems
HEADERS = 4096  # bytes that a tar file may spend on each member besides its content


@dataclass(frozen=True)
class _Member:
    """One file or folder of an archive of any kind."""

    name: str  # as the archive says
    size: int
    is_folder: bool
    trouble: str  # why its kind is refused; empty for plain files and folders
    open: Callable[[], IO[bytes] | None]


def extract(archive: Path, folder: Path, *, max_bytes: int) -> None:
    """Unpack a zip file, or a tar file compressed by gzip or bzip2 (.tar.gz, .tar.bz2), into the new folder `folder`.

    Raises BadData, and leaves no file behind, for absolute or climbing names, links, devices, encrypted members, names
    that a file system may take for the same, more than `max_bytes` when unpacked, and damaged archives.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".unpack-", dir=folder.parent))
    try:
        with _damage(archive), _members(archive, max_bytes) as found:
            members = _bounded(archive, found, max_bytes)
            _check(archive, members)
            for member in members:
                _write(archive, member, temporary)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _damage(archive: Path) -> Iterator[None]:
    """What the libraries say of a damaged archive, as BadData; trouble of the disk passes."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise BadData(f"{archive.name}: a damaged archive ({error})") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise BadData(f"{archive.name}: a damaged archive ({error})") from None  # gzip and bz2 say it so


@contextmanager
def _members(archive: Path, max_bytes: int) -> Iterator[Iterator[_Member]]:
    if archive.name.endswith((".tar.gz", ".tgz", ".tar.bz2")):
        unpacked: Any = bz2.BZ2File if archive.name.endswith(".bz2") else gzip.GzipFile
        with unpacked(archive) as opened:
            capped: Any = _Capped(opened, max_bytes, archive.name)
            with tarfile.open(fileobj=capped, mode="r:") as tar:
                yield (_of_tar(tar, info) for info in tar)
    else:
        with zipfile.ZipFile(archive) as zipped:
            yield (_of_zip(zipped, info) for info in zipped.infolist())


class _Capped:
    """The unpacked bytes of a tar file, for as long as they are not too many."""

    def __init__(self, file: Any, max_bytes: int, name: str) -> None:
        self.file, self.name = file, name
        self.end = max_bytes + MAX_MEMBERS * HEADERS

    def read(self, size: int = -1) -> bytes:
        self._check(self.file.tell() + max(size, 0))
        return bytes(self.file.read(size))

    def seek(self, position: int) -> int:
        self._check(position)
        return int(self.file.seek(position))

    def tell(self) -> int:
        return int(self.file.tell())

    def _check(self, position: int) -> None:
        if position > self.end + tarfile.RECORDSIZE:
            raise BadData(f"{self.name}: larger than at most {self.end} bytes when unpacked; nothing was unpacked")


def _of_zip(zipped: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    kind = stat.S_IFMT(info.external_attr >> 16)
    trouble = "is a link or a device" if kind not in {0, stat.S_IFREG, stat.S_IFDIR} else ""
    trouble = trouble or ("is encrypted" if info.flag_bits & 1 else "")
    folder = info.filename.endswith("/")  # is_dir() fails on an empty name
    return _Member(info.orig_filename, info.file_size, folder, trouble, lambda: zipped.open(info))


def _of_tar(tar: tarfile.TarFile, info: tarfile.TarInfo) -> _Member:
    plain = (info.isreg() and not info.issparse()) or info.isdir()
    trouble = "" if plain else "is a link or a device"
    name = info.name.removeprefix("./")  # `tar -c .` writes names so
    return _Member(name, info.size, info.isdir(), trouble, lambda: tar.extractfile(info))


def _bounded(archive: Path, found: Iterator[_Member], max_bytes: int) -> list[_Member]:
    """The members, listed no further than the limits reach."""
    members: list[_Member] = []
    total = 0
    for member in found:
        if member.name == "." and member.is_folder:  # the folder itself, in a tar file
            continue
        members.append(member)
        total += member.size
        if len(members) > MAX_MEMBERS or total > max_bytes:
            limits = f"at most {MAX_MEMBERS} and {max_bytes}"
            raise BadData(f"{archive.name}: {len(members)} or more files of {total} or more bytes; {limits}")
    return members


def _check(archive: Path, members: list[_Member]) -> None:
    seen: dict[str, str] = {}
    for member in members:
        reason = _reason(member)
        if reason:
            raise BadData(f"{archive.name}: member {member.name!r} {reason}; nothing was unpacked")
    for member in members:
        folded = _folded(member.name)
        if folded in seen:
            raise BadData(f"{archive.name}: members {seen[folded]!r} and {member.name!r} would be the same file")
        seen[folded] = member.name
    folders = {str(parent) for name in seen for parent in PurePosixPath(name).parents}
    clash = next((m.name for m in members if not m.is_folder and _folded(m.name) in folders), None)
    if clash is not None:
        raise BadData(f"{archive.name}: member {clash!r} is a file and a folder")


def _folded(name: str) -> str:
    """One spelling for all names that some file system holds to be equal."""
    return unicodedata.normalize("NFC", name.rstrip("/")).casefold()


def _reason(member: _Member) -> str:
    """Why a member is refused; empty for a harmless one."""
    parts = member.name.rstrip("/").split("/")
    if "\\" in member.name or "\0" in member.name or ":" in parts[0] or any(part in {"", ".", ".."} for part in parts):
        return "has a name that leads out of the folder"
    if max(map(len, map(os.fsencode, parts))) > LONGEST_NAME or len(os.fsencode(member.name)) > LONGEST_PATH:
        return "has a name that is too long"
    return member.trouble


def _write(archive: Path, member: _Member, folder: Path) -> None:
    target = folder / member.name
    if member.is_folder:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    source = member.open()
    if source is None:
        raise BadData(f"{archive.name}: member {member.name!r} has no content")
    with source, target.open("xb") as file:
        while block := source.read(BLOCK):
            written += len(block)
            if written > member.size:
                raise BadData(f"{archive.name}: member {member.name!r} is larger than it says")
            file.write(block)
    if written < member.size:
        raise BadData(f"{archive.name}: a damaged archive (member {member.name!r} is shorter than it says)")
