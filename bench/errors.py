"""What can go wrong, in the words of the person who has to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """Base of all expected errors: one line that says what, where and what to do."""

    exit_code = 2


class BadData(BenchError):
    """A data file or data set is not what it claims to be."""


class BadConfig(BenchError):
    """A matrix file, an option or a hyper-parameter is wrong."""


class Unsupported(BenchError):
    """A combination that cannot run here (missing package, data without ratings …); a cell becomes `skipped`."""


class Diverged(BenchError):
    """Training left the finite numbers; a cell becomes `failed`."""


class InvalidOutput(BenchError):
    """An algorithm answered with something that is no answer; a cell becomes `invalid_output`."""


class StoreError(BenchError):
    """The store cannot be read or written."""

    exit_code = 3


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known name, or the empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
