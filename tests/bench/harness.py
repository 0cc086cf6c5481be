"""Run the command line as a person does, with the plug-ins of tests/zoo installed, and read the store afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench import plan
from bench.execute import execute
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.options import Options
from bench.records import Record
from bench.store import Store

ZOO = Path(__file__).resolve().parents[1] / "zoo"
PATIENCE = 240  # seconds after which a command that hangs fails its test


def environment(*distributions: Path, **more: str) -> dict[str, str]:
    """The environment in which the distributions in these folders are installed."""
    paths = [str(path) for path in distributions]
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, **more, "PYTHONPATH": os.pathsep.join(paths + ([before] if before else []))}


@dataclass
class Bench:
    """The command `bench` in a folder of its own."""

    folder: Path
    distributions: tuple[Path, ...] = (ZOO,)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The folder of the store."""
        return self.folder / "store"

    def __call__(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        done = subprocess.run(self._command(words), **self._options(variables), timeout=PATIENCE, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def run(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """`bench run` with this store."""
        return self("run", *words, "--store", self.store, **variables)

    def start(self, *words: object, **variables: str) -> subprocess.Popen[str]:
        """`bench run` with this store, not waited for."""
        return subprocess.Popen(self._command(("run", *words, "--store", self.store)), **self._options(variables))

    def matrix(self, text: str, name: str = "matrix.toml") -> Path:
        """A matrix file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def records(self) -> list[Record]:
        """Every attempt in the store."""
        return Store(self.store).records()

    def record(self, label: str) -> Record:
        """The only attempt at the cells of that label."""
        found = [record for record in self.records() if record.label == label]
        assert len(found) == 1, f"{label}: {len(found)} records among {[r.label for r in self.records()]}"
        return found[0]

    def log(self, label: str) -> str:
        """What a cell printed."""
        return Store(self.store).log(self.record(label))

    def _command(self, words: Iterable[object]) -> list[str]:
        return [sys.executable, "-m", "bench", *map(str, words)]

    def _options(self, variables: dict[str, str]) -> dict[str, object]:
        return {
            "cwd": self.folder,
            "env": environment(*self.distributions, **self.variables, **variables),
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "errors": "replace",
        }


def popularity_matrix(algorithm: str = "popularity") -> Matrix:
    """One cell on the data set `tiny`."""
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time"}])
    return Matrix(matrix=axes, algorithms=[AlgorithmSpec(name=algorithm)])


def run_here(matrix: Matrix, store: Store, **options: Any) -> list[Record]:
    """Run a matrix from this process, without a report; the record of each cell."""
    outcome = execute(plan.cells(matrix), store, Options(**options))
    assert outcome.complete
    return outcome.records


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.02)


def alive(number: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def kill(number: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to one process."""
    os.kill(number, how)


def distribution(folder: Path, name: str, points: dict[str, str], modules: dict[str, str]) -> Path:
    """An installed distribution in `folder`: entry points (name -> target) and modules (dotted name -> source)."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    lines = ["[bench.algorithms]", *(f"{point} = {target}" for point, target in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for module, source in modules.items():
        path = folder / Path(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder


def tiny_rows(users: int = 40, items: int = 60, per_user: int = 12) -> list[tuple[str, str, float, int]]:
    """(user, item, rating, time) rows of a small data set, the same each time."""
    random = np.random.default_rng(12)
    rows = []
    for user in range(users):
        for place, item in enumerate(random.choice(items, per_user, replace=False)):
            rows.append((f"u{user:03}", f"i{item:03}", float(random.integers(1, 6)), 1000 + place))
    return rows


def secret_rows() -> list[tuple[str, str, float, int]]:
    """30 users with 8 items that only they have; their newest item is one that nobody else has: see zoo/spying.py."""
    rows = []
    for user in range(30):
        rows += [(f"u{user:02}", f"a{8 * user + place:03}", 3.0, place + 1) for place in range(8)]
        rows.append((f"u{user:02}", f"held-{user:02}", 4.0, 9))
    return rows


def write_csv(path: Path, rows: Iterable[tuple[object, ...]]) -> Path:
    """Rows as user,item,rating,time."""
    lines = ["user,item,rating,time", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
