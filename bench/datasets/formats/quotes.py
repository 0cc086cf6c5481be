"""Whether the quotes of delimited text are where a strict reader allows them, without a Python object for each cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

QUOTE, RETURN, LINE = b'"\r\n'


def well_quoted(block: bytes, separator: str) -> bool:
    """Whether each quote in these lines opens or closes a cell, or is one of a doubled pair inside a quoted cell.

    A quoted cell must end on its line. Quotes are numbered from 0: those with even numbers open (or are the second of a
    pair), the others close (or are the first of a pair).
    """
    if b'"' not in block:
        return True
    signs = np.frombuffer(block, np.uint8)
    places = np.flatnonzero(signs == QUOTE)
    if len(places) % 2:
        return False
    borders = [ord(separator), LINE]
    opens, closes = places[::2], places[1::2]
    doubled = np.append(opens[1:] == closes[:-1] + 1, False)  # closes[i] and opens[i + 1]
    lines = np.flatnonzero(signs == LINE)
    on_one_line = np.searchsorted(lines, opens) == np.searchsorted(lines, closes)
    before = np.isin(_signs_at(signs, opens - 1), borders) | np.append(False, doubled[:-1])
    after = np.isin(_signs_at(signs, closes + 1), [*borders, RETURN]) | doubled
    return bool((on_one_line & before & after).all())


def _signs_at(signs: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The signs at these places; beyond the ends there are line ends."""
    inside = (places >= 0) & (places < len(signs))
    return np.where(inside, signs[np.clip(places, 0, len(signs) - 1)], np.uint8(LINE))
