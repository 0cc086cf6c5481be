"""Many texts as two arrays, so that they can be written and read without pickling: all letters, and who owns which."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.types import Ints, Texts, frozen


def to_arrays(texts: Iterable[str]) -> tuple[NDArray[np.uint8], Ints]:
    """The letters of all n texts in UTF-8, one text after the other, and their lengths (n,) in characters."""
    own = list(texts)
    letters = np.frombuffer("".join(own).encode("utf-8", "surrogatepass"), np.uint8)
    return letters, np.fromiter(map(len, own), np.int32, len(own))


def from_arrays(letters: NDArray[np.uint8], lengths: Ints) -> tuple[str, ...]:
    """The texts of which `to_arrays` made this."""
    whole = letters.tobytes().decode("utf-8", "surrogatepass")
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    return tuple(whole[start:end] for start, end in pairwise([0, *ends]))


def column(texts: Iterable[str]) -> Texts:
    """(n,) read-only."""
    own = list(texts)
    return np.asarray(frozen(np.fromiter(own, object, len(own))))
