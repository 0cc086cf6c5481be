"""Readers of sequence files: one `user item` per line, the lines of a user in the order of time, no times."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.datasets.build import build
from bench.errors import BadData
from bench.types import Dataset


def sasrec_ml_1m(folder: Path, duplicates: str = "keep") -> Dataset:
    """`sasrec-ml-1m` from ml-1m.txt.gz."""
    users, items = pairs(folder / "ml-1m.txt.gz")
    return build("sasrec-ml-1m", users, items, ordered=True, duplicates=duplicates)


def pairs(path: Path) -> tuple[list[str], list[str]]:
    """The two columns of a space-separated text file, compressed if its name ends in .gz.

    Raises BadData for a line that is not two words.
    """
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = raw.decode("ascii")
    words = text.split()
    if len(words) != 2 * text.count("\n"):
        raise BadData(f"{path}: expected two words on each line")
    return words[::2], words[1::2]
