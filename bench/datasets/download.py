"""Downloads that are exactly the published file, or an error."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.datasets.archive import extract
from bench.datasets.sources import own_folder
from bench.errors import BadData
from bench.files import sha256 as file_sha256

BLOCK = 1 << 20
SECONDS = 60  # of silence before a connection is given up
Opener = Callable[..., Any]

ZIP_URL = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
ZIP_SHA256 = "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"
WHEEL = "recbole==1.2.1"
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
MAX_BYTES = 64 << 20


class Unreachable(BadData):
    """The other side cannot be reached or does not have the file; another source may be asked."""


def fetch(url: str, target: Path, sha256: str, *, max_bytes: int, opener: Opener = urlopen) -> None:
    """Write the file at `url` to `target` if its SHA-256 is `sha256`; after a failure it tries once more.

    The file is written under another name and renamed at the end, so `target` is complete or not there. Raises
    Unreachable where no answer came, BadData for other content, more than `max_bytes`, and addresses without https.
    """
    try:
        _once(url, target, sha256, max_bytes, opener)
    except BadData:
        _once(url, target, sha256, max_bytes, opener)


def _once(url: str, target: Path, sha256: str, max_bytes: int, opener: Opener) -> None:
    if not url.startswith("https://"):
        raise BadData(f"{url}: only https addresses are downloaded")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".download-", delete=False) as file:
        temporary = Path(file.name)
        try:
            found, size, kind = _copy(url, file, max_bytes, opener)
            if found != sha256:
                said = f"{size} bytes of {kind}, SHA-256 {found[:16]}… instead of {sha256[:16]}…"
                raise BadData(f"{url}: not the published file ({said}); nothing was kept")
            file.flush()
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def _copy(url: str, file: Any, max_bytes: int, opener: Opener) -> tuple[str, int, str]:
    """SHA-256, size and content type of what came."""
    hasher, size = hashlib.sha256(), 0
    try:
        with opener(Request(url, headers={"User-Agent": "recmatrix"}), timeout=SECONDS) as answer:
            if not answer.geturl().startswith("https://"):
                raise BadData(f"{url}: was sent on to {answer.geturl()}, which is not https")
            while block := answer.read(BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise BadData(f"{url}: larger than {max_bytes} bytes; given up")
                hasher.update(block)
                file.write(block)
            kind = str(answer.headers.get("Content-Type", "unknown type"))
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"{url}: cannot be had ({error})") from None
    return hasher.hexdigest(), size, kind


def ml_100k(opener: Opener = urlopen, pip: Callable[[Path], Path] | None = None) -> Path:
    """Put MovieLens 100K into our data folder and return its place there.

    It comes from GroupLens; where GroupLens cannot be reached, from the copy inside a published wheel, which carries
    the same u.data and u.user and a description of the films that makes the same data set. The caller compares the
    files with their SHA-256. Raises BadData where neither can be had.
    """
    place = own_folder() / "ml-100k"
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".get-", dir=place.parent))
    try:
        try:
            fetch(ZIP_URL, temporary / "ml-100k.zip", ZIP_SHA256, max_bytes=MAX_BYTES, opener=opener)
            extract(temporary / "ml-100k.zip", temporary / "unpacked", max_bytes=MAX_BYTES)
            folder = temporary / "unpacked" / "ml-100k"
        except Unreachable as unreachable:
            folder = _from_wheel(temporary, pip or _pip_download, str(unreachable))
        if place.exists():
            shutil.rmtree(place)
        folder.rename(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


def _from_wheel(temporary: Path, pip: Callable[[Path], Path], before: str) -> Path:
    """The three files, in GroupLens's form where the wheel's can be turned into it byte by byte."""
    try:
        wheel = pip(temporary / "wheel")
    except BadData as error:
        raise BadData(f"{before}; {error}; a folder that holds ml-100k/u.data can be named by BENCH_DATA") from None
    if file_sha256(wheel) != WHEEL_SHA256:
        raise BadData(f"{wheel.name}: not the published file (SHA-256 differs); nothing was kept")
    extract(wheel, temporary / "unpacked", max_bytes=MAX_BYTES)
    inside = temporary / "unpacked" / "recbole" / "dataset_example" / "ml-100k"
    folder = temporary / "ml-100k"
    folder.mkdir()
    (folder / "u.data").write_bytes(_body(inside / "ml-100k.inter"))
    (folder / "u.user").write_bytes(_body(inside / "ml-100k.user").replace(b"\t", b"|"))
    (inside / "ml-100k.item").rename(folder / "ml-100k.item")
    return folder


def _body(path: Path) -> bytes:
    """A file without its header line."""
    return path.read_bytes().partition(b"\n")[2]


def _pip_download(folder: Path) -> Path:
    """The wheel, downloaded but not installed. Unreachable where pip fails."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        str(folder),
        WHEEL,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=10 * SECONDS)
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.startswith("ERROR:")] or ["ERROR: no reason given"]
        raise Unreachable(f"pip download {WHEEL}: {said[0].removeprefix('ERROR: ')}") from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"pip download {WHEEL}: no end after {10 * SECONDS} s") from None
    return next(folder.glob("*.whl"))
