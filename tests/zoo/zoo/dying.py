"""Plug-ins whose process ends in the middle."""

from __future__ import annotations

import ctypes
import os
import sys

from bench.types import Floats, Query, Training
from zoo.tame import Constant


class Segfaults(Constant):
    """Reads address 0."""

    name = "zoo-segfaults"

    def fit(self, train: Training) -> None:
        ctypes.string_at(0)


class Aborts(Constant):
    """Aborts, in `score`."""

    name = "zoo-aborts"

    def score(self, query: Query) -> Floats:
        os.abort()


class LeavesQuietly(Constant):
    """Ends the process as if all were well."""

    name = "zoo-leaves-quietly"

    def fit(self, train: Training) -> None:
        os._exit(0)


class LeavesWithThree(Constant):
    """Ends the process with an exit code of its own."""

    name = "zoo-leaves-with-three"

    def fit(self, train: Training) -> None:
        os._exit(3)


class CallsExit(Constant):
    """Calls sys.exit(0), as scripts do."""

    name = "zoo-calls-exit"

    def fit(self, train: Training) -> None:
        sys.exit(0)
