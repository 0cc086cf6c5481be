"""The SHA-256 of everything in a data set: what two runs must agree on before their results may be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bench.types import Interactions, Side

FORMAT = b"dataset 1"


def fingerprint(interactions: Interactions, users: Side, items: Side, duplicates: str) -> str:
    """SHA-256 (hex) over arrays, ids, titles, texts, features, reviews, rating scale and duplicates policy; not over
    the name.

    Every part is preceded by its kind and length, so no two different data sets give the same bytes.
    """
    hasher = hashlib.sha256(FORMAT)
    _add_texts(hasher, [duplicates, repr(interactions.scale), repr(interactions.ordered)])
    for array in (interactions.users, interactions.items, interactions.ratings, interactions.times):
        _add_array(hasher, array)
    for side in (users, items):
        for texts in (side.ids, side.titles, side.texts, side.feature_names):
            _add_texts(hasher, texts)
        _add_matrix(hasher, side.features)
    if interactions.reviews is not None:  # others have the fingerprint that they had before there were reviews
        _add_texts(hasher, interactions.reviews)
    return hasher.hexdigest()


def _add_array(hasher: Any, array: Any) -> None:
    if array is None:
        hasher.update(b"none;")
        return
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    hasher.update(f"{little.dtype.str}{little.shape};".encode())
    hasher.update(little.data)


def _add_texts(hasher: Any, texts: Iterable[str] | None) -> None:
    if texts is None:
        hasher.update(b"none;")
        return
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    _add_array(hasher, np.array([len(text) for text in encoded], np.int64))
    hasher.update(b"".join(encoded))


def _add_matrix(hasher: Any, matrix: csr_matrix | None) -> None:
    if matrix is None:
        hasher.update(b"none;")
        return
    hasher.update(f"{matrix.shape};".encode())
    for part in (matrix.data, matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)):
        _add_array(hasher, part)
