"""Plug-ins that start processes and leave them behind; their numbers go to the folder named by ZOO_NOTES."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.params import Params, choice
from bench.types import Training
from zoo.tame import Constant

SLEEP = [sys.executable, "-S", "-E", "-c", "import time; time.sleep(600)"]


class Spawns(Constant):
    """A child, a child in a session of its own, and an orphan in a session of its own without any environment."""

    name = "zoo-spawns"

    def fit(self, train: Training) -> None:
        child = subprocess.Popen(SLEEP)
        in_session = subprocess.Popen(SLEEP, start_new_session=True)
        code = (
            "import subprocess, sys; "
            "print(subprocess.Popen(sys.argv[1:], env={}, start_new_session=True, stdout=subprocess.DEVNULL).pid)"
        )
        orphan = int(subprocess.check_output([sys.executable, "-S", "-E", "-c", code, *SLEEP]))
        notes = {"child": child.pid, "session": in_session.pid, "orphan": orphan}
        for kind, number in notes.items():
            Path(os.environ["ZOO_NOTES"], f"spawned-{kind}").write_text(str(number), encoding="utf-8")


class GreedyParams(Params):
    """Where the memory goes."""

    where: str = choice("self", tune=False)
    """`self` or `child`."""


TAKE = "import time\nhoard = []\nfor _ in range(60):\n    hoard.append(bytearray(b'x') * (20 << 20)); time.sleep(0.05)"


class Greedy(Constant):
    """Takes 1.2 GB in steps of 20 MB, itself or in a process that it starts."""

    name = "zoo-greedy"
    Params = GreedyParams

    def fit(self, train: Training) -> None:
        if self.params.where == "child":
            subprocess.run([sys.executable, "-S", "-E", "-c", TAKE], check=True)
            return
        hoard = []
        for _ in range(60):
            hoard.append(bytearray(b"x") * (20 << 20))
            time.sleep(0.05)
