"""A file with a vector of each item, which the user has: of images, of sounds, or what another model made of texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench import files
from bench.errors import BadConfig, BadData
from bench.types import Floats


def sha256(name: str) -> str:
    """SHA-256 of the file. Raises BadConfig where there is none."""
    return files.sha256(_existing(name))


def read(name: str, n_items: int) -> Floats:
    """(n_items, d) float32, a row for each item in the order of the catalogue.

    Raises BadConfig where there is no file, and BadData where it holds anything but that many rows of finite numbers.
    """
    path = _existing(name)
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: no array of numbers in the form .npy ({reason})") from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiu" or found.ndim != 2 or found.shape[1] == 0:
        raise BadData(f"{path}: expected a matrix of numbers, one row for each item")
    if len(found) != n_items:
        raise BadData(f"{path}: {len(found):,} rows, and the catalogue has {n_items:,} items")
    vectors = found.astype(np.float32)
    wrong = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(wrong):
        raise BadData(f"{path}: {len(wrong)} rows have numbers that are not finite, the first is row {wrong[0] + 1}")
    return vectors


def _existing(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise BadConfig(f"vectors: there is no file {path}")
    return path
