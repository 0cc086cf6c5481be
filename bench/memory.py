"""The size of dense matrices, checked before they are allocated: a refusal with numbers instead of a killed process."""

from __future__ import annotations

import os

import psutil

from bench.errors import Unsupported

LIMIT_VARIABLE = "RECMATRIX_MEMORY_LIMIT"


def available() -> int:
    """Bytes that this process may still take: what the machine has free, or less if RECMATRIX_MEMORY_LIMIT says so.

    The variable holds the limit of the whole process in bytes; what the process uses already is taken off.
    """
    free = int(psutil.virtual_memory().available)
    limit = os.environ.get(LIMIT_VARIABLE)
    if limit is None:
        return free
    return min(free, max(int(limit) - int(psutil.Process().memory_info().rss), 0))


def require(bytes_needed: float, what: str) -> None:
    """Raise Unsupported when `what` needs more bytes than are available."""
    left = available()
    if bytes_needed > left:
        raise Unsupported(f"{what} needs {readable(bytes_needed)} of memory, {readable(left)} are available")


def readable(count: float) -> str:
    """A number of bytes with the unit that suits it: 12.3 GB, 4.0 MB, 17 bytes."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} bytes"
