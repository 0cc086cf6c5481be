"""The text of a file as bytes of UTF-8, which the parsers take, whatever its encoding is."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from bench.errors import BadConfig, BadData

HEAD = 1 << 20  # bytes that show what the first rows are like; also the size of a block


def utf8(path: Path, encoding: str, limit: int = -1) -> bytes:
    """What is in a file, perhaps compressed (.gz), as UTF-8 without byte order mark; with a limit, about the first
    `limit` bytes of it.

    Raises BadData where the file cannot be read or its bytes are no such text, BadConfig for an unknown encoding.
    """
    raw = _content(path, limit)
    cut = len(raw) == limit
    try:
        " ".encode(encoding)  # LookupError for what is no encoding of text
        if cut or codecs.lookup(encoding).name not in {"utf-8", "ascii"}:
            raw = b"".join(_recoded(raw, encoding, not cut))
        elif not raw.isascii():
            deque(_recoded(raw, encoding, True), 0)  # the same bytes come out, so they are only checked
    except LookupError:
        raise BadConfig(f"unknown encoding {encoding!r}") from None
    except UnicodeError:  # not only UnicodeDecodeError: a missing byte order mark has no place
        raise _undecodable(path, raw, encoding) from None
    raw = raw.removeprefix(codecs.BOM_UTF8)
    return raw[: raw.rfind(b"\n") + 1] or raw if cut else raw


def line_blocks(raw: bytes) -> Iterator[bytes]:
    """Whole lines, about HEAD bytes at a time."""
    start = 0
    while start < len(raw):
        stop = raw.find(b"\n", start + HEAD) + 1 or len(raw)
        yield raw[start:stop]
        start = stop


def _undecodable(path: Path, raw: bytes, encoding: str) -> BadData:
    """The place of the first byte that is no text."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        found = f"byte 0x{raw[error.start]:02X} is not {encoding}"
        return BadData(f"{path}, line {line}, byte {column}: {found}; convert the file or name its encoding")
    except UnicodeError:
        pass
    return BadData(f"{path}: is not {encoding}; convert the file or name its encoding")


def _content(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a file, unpacked if its name ends in .gz; all of them with -1."""
    try:
        if path.suffix.lower() != ".gz":
            with path.open("rb") as file:
                return file.read(limit)
        if limit < 0:
            return gzip.decompress(path.read_bytes())
        with gzip.open(path) as packed:
            return packed.read(limit)
    except (OSError, EOFError, zlib.error) as error:
        raise BadData(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _recoded(raw: bytes, encoding: str, final: bool) -> Iterator[bytes]:
    """The text as UTF-8, block by block, since a str may take four times the space; `final`: it ends here."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(raw), HEAD):
        yield decoder.decode(raw[start : start + HEAD], final and start + HEAD >= len(raw)).encode()
