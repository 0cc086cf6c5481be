"""A plug-in that prints far too much and of the worst kind."""

from __future__ import annotations

import os
import sys

from bench.types import Training
from zoo.tame import Constant

TOTAL = 1 << 30  # bytes


class Noisy(Constant):
    """1 GB of text, binary bytes, escape sequences; and it asks standard input a question."""

    name = "zoo-noisy"

    def fit(self, train: Training) -> None:
        if sys.stdin.read():
            raise RuntimeError("standard input is not empty")
        print("first line \x1b]0;title\x07\x1b[2J\x1b[31m red \x9b31m \u202e backwards", flush=True)
        os.write(1, bytes(range(256)))
        block = b"x" * 1023 + b"\n"
        for _ in range(TOTAL >> 20):
            os.write(1, block * 1024)
        print("last words \x1b[0m", file=sys.stderr, flush=True)


class Asks(Constant):
    """Prints what standard input holds."""

    name = "zoo-asks"

    def fit(self, train: Training) -> None:
        print(f"input: {sys.stdin.read()!r}", flush=True)
