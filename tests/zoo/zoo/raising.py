"""Plug-ins that raise."""

from __future__ import annotations

from bench.errors import StoreError
from bench.types import Floats, Query, Training
from zoo.tame import Constant


class RaisesInFit(Constant):
    """Raises with text that would recolour a terminal and look like markup."""

    name = "zoo-raises-in-fit"

    def fit(self, train: Training) -> None:
        raise LookupError("no such \x1b[31mcolour\x1b[0m [bold]here[/bold] <script>alert(1)</script>")


class RaisesInScore(Constant):
    """Raises when it is asked."""

    name = "zoo-raises-in-score"

    def score(self, query: Query) -> Floats:
        raise ZeroDivisionError("in score")


class RaisesSurrogate(Constant):
    """Raises with a text that is no Unicode, as messages about odd file names are."""

    name = "zoo-raises-surrogate"

    def fit(self, train: Training) -> None:
        raise OSError("cannot open 'caf\udce9.csv'")


class RaisesStoreError(Constant):
    """Raises what the harness raises when a store cannot be written."""

    name = "zoo-raises-store-error"

    def fit(self, train: Training) -> None:
        raise StoreError("my own store is broken")


class RunsOutOfMemory(Constant):
    """Raises MemoryError, as a refused allocation does."""

    name = "zoo-memory-error"

    def fit(self, train: Training) -> None:
        raise MemoryError("cannot allocate 7 GiB")
