"""How much memory reading a file will take: refused with numbers before it begins, instead of killed in the middle."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

from bench.memory import require

# Measured on 8 and 20 million rows "user,item,rating,time" (tests/performance/growth.py): beside the text, the peak of
# reading, numbering, sorting and splitting is 70 to 90 bytes for each row.
BYTES_PER_ROW = 90
HEAD = 1 << 16  # bytes that are looked at to see how long a row is
LENGTH_FIELD = 4  # the last bytes of a gzip file: the length of the text modulo WRAP
WRAP = 1 << 32


def require_memory(paths: Iterable[Path]) -> None:
    """Raise Unsupported when a file needs more memory than there is; what cannot be opened is left to readers."""
    for path in paths:
        require(needed(path), f"reading {path}")


def needed(path: Path) -> float:
    """About how many bytes of memory a data set made of the rows in this file takes at most."""
    try:
        if path.suffix.lower() == ".parquet":
            return BYTES_PER_ROW * _rows_of_parquet(path)
        length, head = _text(path)
    except (OSError, EOFError, zlib.error):
        return 0
    return length + BYTES_PER_ROW * length * head.count(b"\n") / max(len(head), 1)


def _rows_of_parquet(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except pa.ArrowException:
        return 0


def _text(path: Path) -> tuple[int, bytes]:
    """The length of the text in a file, perhaps compressed, and its first bytes."""
    size = path.stat().st_size
    if path.suffix.lower() != ".gz":
        with path.open("rb") as file:
            return size, file.read(HEAD)
    with path.open("rb") as packed:
        begin = packed.read(HEAD)
        packed.seek(max(size - LENGTH_FIELD, 0))
        length = int.from_bytes(packed.read(), "little")
    with gzip.open(path) as unpacked:
        return max(_unwrapped(length, size * _ratio(begin)), size), unpacked.read(HEAD)


def _ratio(begin: bytes) -> float:
    """How many bytes of text a byte at the begin of a gzip file stands for."""
    return len(zlib.decompressobj(wbits=31).decompress(begin)) / max(len(begin), 1)


def _unwrapped(length: int, about: float) -> int:
    """The number nearest to `about` that is `length` modulo WRAP."""
    return length + WRAP * max(round((about - length) / WRAP), 0)
