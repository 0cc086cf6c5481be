"""A plug-in that looks for the held-out items while it is being trained.

The test's data has a catalogue in which the items `held-…` are exactly those that are held out, and their numbers are
higher than every other number in the training data. So each such number in any file, and each such name in anything
that is not the catalogue, is a leak.
"""

from __future__ import annotations

import json
import os
import select
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.algorithm import Can
from bench.types import Training
from zoo.tame import Constant

MARK = "held-"
NOT_DATA = {"parent", "news", "held_out"}  # numbers of a process and of descriptors in the job
NOT_DATA |= {"count", "of"}  # how many interactions the audit counted, which is no item either


class Spies(Constant):
    """Raises with all that it found."""

    name = "zoo-spies"
    can = Can.RANK | Can.SCORE_NEW_ITEMS  # or it would not be let near this data, whose held-out items are all new

    def fit(self, train: Training) -> None:
        secret = {number for number, text in enumerate(train.items.ids) if text.startswith(MARK)}
        job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        folders = {Path.cwd(), Path(sys.argv[1]).parent, Path(job["training"]), Path(job["scratch"]), _store(job)}
        arrays = (train.interactions.items, train.validation.items if train.validation else [])
        found = [f"training has {number}" for part in arrays for number in _hits(part, secret)]
        found += [leak for folder in folders for leak in in_files(folder, secret)]
        found += [f"{name} names one" for name in in_surroundings()]
        found += in_descriptors(secret)
        if found or not secret:
            raise RuntimeError(f"{len(secret)} secrets, leaks: {sorted(set(found))[:20]}")


def _store(job: dict[str, Any]) -> Path:
    return Path(job["output"]).parents[2]


def in_files(folder: Path, secret: set[int]) -> Iterator[str]:
    """The leaks in all files below `folder`; a file of an unknown kind counts as one."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        for hit in _hits(_numbers(path), secret):
            yield f"{path.name} has {hit}"


def _numbers(path: Path) -> Iterable[Any]:
    match path.suffix:
        case ".npy":
            return np.load(path, allow_pickle=False).ravel().tolist()  # type: ignore[no-any-return]
        case ".json":
            return list(_walk(json.loads(path.read_text(encoding="utf-8"))))
        case ".parquet":
            table = pq.read_table(path)
            return [value for column in table.columns for value in column.to_pylist()]
        case ".lock" | ".txt" if path.stat().st_size == 0:
            return []
        case _:
            raise RuntimeError(f"cannot look into {path}")


def _walk(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in NOT_DATA:
                yield from _walk(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _walk(entry)
    else:
        yield value


def _hits(values: Iterable[Any], secret: set[int]) -> list[int]:
    return sorted({int(v) for v in values if isinstance(v, int | float | np.number) and v in secret})


def in_surroundings() -> Iterator[str]:
    """Where the arguments or the environment name a held-out item."""
    yield from (f"argument {word}" for word in sys.argv if MARK in word)
    yield from (f"variable {key}" for key, value in os.environ.items() if MARK in value)


def in_descriptors(secret: set[int]) -> list[str]:
    """What can be read from open pipes, sockets and files without waiting."""
    found = []
    for entry in list(Path("/proc/self/fd").iterdir()):
        number = int(entry.name)
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue  # the descriptor with which the folder was read
        if (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) and select.select([number], [], [], 0)[0]:
            try:
                data = os.read(number, 1 << 20)
            except OSError:
                continue  # the writing end of a pipe
            if data:
                found.append(f"descriptor {number} holds {len(data)} bytes")
        elif stat.S_ISREG(mode):
            path = entry.readlink()
            if path.suffix in {".npy", ".npz", ".json", ".parquet"}:
                found.extend(f"{path.name} has {hit}" for hit in _hits(_numbers(path), secret))
    return found
