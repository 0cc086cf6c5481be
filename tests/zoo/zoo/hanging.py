"""Plug-ins that do not come to an end."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import threading
import time

from bench.types import Training
from zoo.tame import Constant

LONG = 600  # seconds, far beyond every limit of the tests


class Sleeps(Constant):
    """Sleeps and ignores all polite requests to end."""

    name = "zoo-sleeps"

    def fit(self, train: Training) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(LONG)


class HangsInC(Constant):
    """Waits in C code and holds the interpreter's lock meanwhile, so that no Python code can run."""

    name = "zoo-hangs-in-c"

    def fit(self, train: Training) -> None:
        ctypes.PyDLL(None).sleep(LONG)


class LingersAfterwards(Constant):
    """Answers everything, but a thread keeps the process from ending."""

    name = "zoo-lingers"

    def fit(self, train: Training) -> None:
        threading.Thread(target=time.sleep, args=(LONG,)).start()


class AbortsAtExit(Constant):
    """Answers everything and crashes when the interpreter ends."""

    name = "zoo-aborts-at-exit"

    def fit(self, train: Training) -> None:
        atexit.register(os.abort)
