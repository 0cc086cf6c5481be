"""Whether a file of unknown hash is at least what its name says: a whole archive, whole gzip data, or no web page."""

from __future__ import annotations

import bz2
import gzip
import zipfile
import zlib
from pathlib import Path
from typing import Any

from bench.errors import BadData

BLOCK = 1 << 20
PAGE = (b"<!doctype html", b"<html")


def check_content(path: Path, address: str, kind: str) -> None:
    """Raise BadData unless the file at `path`, sent as content type `kind`, is what `address` promises.

    Compressed data are read to their end, where a checksum stands: a file cut short is found.
    """
    with path.open("rb") as file:
        begin = file.read(256).lstrip().lower()
    if begin.startswith(PAGE) or kind.startswith("text/html"):
        raise BadData(f"{address}: a web page came instead of the file ({kind}); nothing was kept")
    if not begin:
        raise BadData(f"{address}: nothing came; nothing was kept")
    try:
        if address.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                archive.infolist()
        elif address.endswith((".gz", ".tgz", ".bz2")):
            unpacked: Any = bz2.BZ2File if address.endswith(".bz2") else gzip.GzipFile
            with unpacked(path) as data:
                while data.read(BLOCK):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise BadData(f"{address}: damaged on the way or no such archive ({error}); nothing was kept") from None
