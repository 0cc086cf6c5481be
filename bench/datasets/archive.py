"""Unpacking an archive from elsewhere: either every member is harmless, or nothing is written."""

from __future__ import annotations

import shutil
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from bench.errors import BadData

MAX_MEMBERS = 10_000
BLOCK = 1 << 20


def extract(archive: Path, folder: Path, *, max_bytes: int) -> None:
    """Unpack a zip file into the new folder `folder`.

    Raises BadData, and leaves no file behind, for absolute or climbing names, links, devices, encrypted members, names
    that a file system may take for the same, more than `max_bytes` when unpacked, and damaged archives.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".unpack-", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check(archive, members, max_bytes)
            for member in members:
                _write(opened, member, temporary, max_bytes)
        temporary.rename(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadData(f"{archive.name}: a damaged archive ({error})") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check(archive: Path, members: list[zipfile.ZipInfo], max_bytes: int) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > max_bytes:
        raise BadData(f"{archive.name}: {len(members)} files of {total} bytes; at most {MAX_MEMBERS} and {max_bytes}")
    seen: dict[str, str] = {}
    for member in members:
        reason = _reason(member)
        if reason:
            raise BadData(f"{archive.name}: member {member.filename!r} {reason}; nothing was unpacked")
    for member in members:
        folded = _folded(member.filename)
        if folded in seen:
            raise BadData(f"{archive.name}: members {seen[folded]!r} and {member.filename!r} would be the same file")
        seen[folded] = member.filename
    folders = {str(parent) for name in seen for parent in PurePosixPath(name).parents}
    clash = next((m.filename for m in members if not m.is_dir() and _folded(m.filename) in folders), None)
    if clash is not None:
        raise BadData(f"{archive.name}: member {clash!r} is a file and a folder")


def _folded(name: str) -> str:
    """One spelling for all names that some file system holds to be equal."""
    return unicodedata.normalize("NFC", name.rstrip("/")).casefold()


def _reason(member: zipfile.ZipInfo) -> str:
    """Why a member is refused; empty for a harmless one."""
    name = member.orig_filename
    parts = name.rstrip("/").split("/")
    if "\\" in name or "\0" in name or ":" in parts[0] or any(part in {"", ".", ".."} for part in parts):
        return "has a name that leads out of the folder"
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link or a device"
    return "is encrypted" if member.flag_bits & 1 else ""


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, max_bytes: int) -> None:
    target = folder / member.filename
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(member) as source, target.open("xb") as file:
        while block := source.read(BLOCK):
            written += len(block)
            if written > min(member.file_size, max_bytes):
                raise BadData(f"{opened.filename}: member {member.filename!r} is larger than it says")
            file.write(block)
