"""Text ids and their numbers: 0 … n−1 in the sorted order, by code point, of the distinct ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bench.errors import BadData
from bench.types import Ints

Ids = Sequence[str] | Any  # or a pyarrow array, plain or chunked, of text or of dictionary-encoded text


def number(name: str, kind: str, ids: Ids, more: Iterable[Iterable[str]] = ()) -> tuple[tuple[str, ...], Ints]:
    """The sorted distinct ids, those in `more` among them, and the number of each row's id (n,).

    Raises BadData for an id that is empty, no text, or no valid Unicode; `name` and `kind` begin its words.
    """
    known, codes = _distinct(name, kind, ids)
    every = set(known).union(*more)
    _check(name, kind, every)
    ordered = tuple(sorted(every))
    place = {text: position for position, text in enumerate(ordered)}
    return ordered, np.fromiter(map(place.__getitem__, known), np.int32, len(known))[codes]


def encoded(cells: Any) -> Any:
    """A pyarrow array of text as one dictionary-encoded array: (n,) int32 indices and the distinct texts."""
    chunked = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    if not pa.types.is_dictionary(chunked.type):
        chunked = chunked.dictionary_encode()
    chunks = chunked.unify_dictionaries().chunks
    if not chunks:
        return pa.array([], pa.dictionary(pa.int32(), pa.string()))
    indices = [chunk.indices.cast(pa.int32()) for chunk in chunks]
    whole = indices[0] if len(indices) == 1 else pa.concat_arrays(indices)
    return pa.DictionaryArray.from_arrays(whole, chunks[0].dictionary)


def texts(cells: Any) -> list[str]:
    """A pyarrow array of text as a list; equal texts are one object where the array is dictionary-encoded."""
    if not pa.types.is_dictionary(cells.type):
        return cells.to_pylist()  # type: ignore[no-any-return]
    whole = encoded(cells)
    known = whole.dictionary.to_pylist()
    return [known[code] for code in whole.indices.to_numpy().tolist()]


def _distinct(name: str, kind: str, ids: Ids) -> tuple[list[Any], Any]:
    """The ids that occur, in any order, and for each row (n,) its place among them."""
    cells = ids if isinstance(ids, pa.Array | pa.ChunkedArray) else _array(name, kind, ids)
    if cells.null_count or not _textual(cells.type):
        _check(name, kind, cells.to_pylist())
    whole = encoded(cells)
    codes, known = whole.indices.to_numpy(), whole.dictionary.to_pylist()
    used = np.bincount(codes, minlength=len(known)) > 0
    if used.all():
        return known, codes
    places = np.cumsum(used) - 1
    return [text for text, is_used in zip(known, used.tolist(), strict=True) if is_used], places[codes]


def _textual(kind: Any) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def _array(name: str, kind: str, ids: Sequence[str]) -> Any:
    """The ids as a pyarrow array. Raises BadData where that is impossible."""
    try:
        return pa.array(ids)
    except (pa.ArrowException, TypeError):
        _check(name, kind, ids)
        raise
    except UnicodeEncodeError as error:
        raise BadData(f"{name}: the {kind} id {error.object[:40]!a} is no valid Unicode text") from None


def _check(name: str, kind: str, ids: Iterable[Any]) -> None:
    for text in ids:
        if not isinstance(text, str):
            raise BadData(f"{name}: {kind} ids are text, not {text!r}")
        if not text:
            raise BadData(f"{name}: an empty {kind} id")
