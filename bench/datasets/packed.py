"""A data set as one file of arrays, which is read back at the speed of the disk.

    RECMATRIX DATA SET 1 <CRC-32 and length of the header>
    {"key": …, "arrays": {"users": {"type": "<i4", "length": n, "crc": …}, …}, …}     the header, JSON
    the bytes of each array, in this order

Texts are one array of UTF-8 and one of their lengths. Every byte is covered by a CRC-32, so a flipped one is noticed.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench import texts
from bench.memory import require
from bench.types import Dataset, Interactions, Side

MAGIC = "RECMATRIX DATA SET 1"
SIGNATURE = "{} {:08x} {:016x}\n"  # CRC-32 and length of the header
COLUMNS = ("users", "items", "ratings", "times")
TEXTS = ("ids", "titles", "texts", "feature_names")
MATRIX = ("data", "indices", "indptr")
BYTES_PER_TEXT = 60  # what a short str takes beside its letters, with its place in a tuple
Arrays = dict[str, NDArray[Any]]


class Unusable(Exception):
    """The file is missing, damaged, or a copy of something else."""


def pack(dataset: Dataset, key: str) -> list[bytes | memoryview]:
    """What is to be written: signature, header and arrays. Raises Unusable for notes that JSON does not know."""
    found = dataset.interactions
    columns = {name: getattr(found, name) for name in COLUMNS}
    arrays: Arrays = {name: column for name, column in columns.items() if column is not None}
    if found.reviews is not None:
        arrays["reviews"], arrays["reviews lengths"] = texts.to_arrays(found.reviews)
    for kind in ("users", "items"):
        arrays |= {f"{kind} {name}": array for name, array in _packed_side(getattr(dataset, kind))}
    header = {
        "key": key,
        "arrays": {name: _described(array) for name, array in arrays.items()},
        "interactions": {name: getattr(found, name) for name in ("n_users", "n_items", "ordered", "scale")},
        "dataset": {name: getattr(dataset, name) for name in ("name", "fingerprint", "notes")},
    }
    try:
        text = json.dumps(header).encode()
    except (TypeError, ValueError):
        raise Unusable from None
    signature = SIGNATURE.format(MAGIC, zlib.crc32(text), len(text)).encode()
    return [signature, text, *(_bytes(array) for array in arrays.values())]


def read(path: Path, key: str) -> Dataset:
    """The data set in the file. Raises Unusable unless it is intact and was packed with this key, Unsupported where
    memory does not suffice for it, OSError.
    """
    with path.open("rb") as file:
        header = _header(file)
        if header["key"] != key:
            raise Unusable
        require(_memory(header["arrays"]), f"data set {header['dataset']['name']!r}")
        arrays = {name: _array(file, about) for name, about in header["arrays"].items()}
    facts = header["interactions"]
    scale = None if facts["scale"] is None else tuple(facts["scale"])
    columns = {name: arrays.get(name) for name in COLUMNS}
    if "reviews" in arrays:
        columns["reviews"] = texts.column(texts.from_arrays(arrays["reviews"], arrays["reviews lengths"]))
    return Dataset(
        interactions=Interactions(**{**columns, **facts, "scale": scale}),
        users=_side("users", arrays),
        items=_side("items", arrays),
        **header["dataset"],
    )


def _header(file: BinaryIO) -> dict[str, Any]:
    line = file.readline(len(SIGNATURE.format(MAGIC, 0, 0)))
    try:
        crc, length = (int(word, 16) for word in line.rsplit(b" ", 2)[1:])
    except ValueError:
        raise Unusable from None
    if line != SIGNATURE.format(MAGIC, crc, length).encode() or length > os.fstat(file.fileno()).st_size:
        raise Unusable
    text = file.read(length)
    if len(text) != length or zlib.crc32(text) != crc:
        raise Unusable
    return json.loads(text)  # type: ignore[no-any-return]


def _memory(arrays: dict[str, Any]) -> int:
    """Bytes: arrays as they are, texts as objects and once more while they are made."""
    sizes: dict[str, int] = {name: about["length"] * np.dtype(about["type"]).itemsize for name, about in arrays.items()}
    owners = [name for name in arrays if name.endswith(" lengths")]
    letters = sum(sizes[name.removesuffix(" lengths")] for name in owners)
    count: int = sum(arrays[name]["length"] for name in owners)
    return sum(sizes.values()) + 2 * letters + BYTES_PER_TEXT * count


def _described(array: NDArray[Any]) -> dict[str, Any]:
    return {"type": array.dtype.newbyteorder("<").str, "length": len(array), "crc": zlib.crc32(_bytes(array))}


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).view(np.uint8).data


def _array(file: BinaryIO, about: dict[str, Any]) -> NDArray[Any]:
    array = np.empty(about["length"], about["type"])
    read = file.readinto(array.view(np.uint8).data)  # type: ignore[attr-defined]
    if read != array.nbytes or zlib.crc32(_bytes(array)) != about["crc"]:
        raise Unusable
    array.flags.writeable = False
    return array


def _packed_side(side: Side) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in TEXTS:
        told = getattr(side, name)
        if told is not None:
            letters, lengths = texts.to_arrays(told)
            yield from ((name, letters), (f"{name} lengths", lengths))
    if side.features is not None:
        for part in MATRIX:
            yield f"features {part}", getattr(side.features, part)
        yield "features shape", np.array(side.features.shape)


def _side(kind: str, arrays: Arrays) -> Side:
    own = {name.removeprefix(f"{kind} "): array for name, array in arrays.items() if name.startswith(f"{kind} ")}
    told: dict[str, Any] = {name: texts.from_arrays(own[name], own[f"{name} lengths"]) for name in TEXTS if name in own}
    if "features shape" in own:
        parts = tuple(own[f"features {part}"].copy() for part in MATRIX)  # scipy sorts and sums in place
        told["features"] = csr_matrix(parts, shape=tuple(own["features shape"].tolist()))
    return Side(**told)
