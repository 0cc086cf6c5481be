"""Plug-ins that change what is not theirs."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.types import Floats, Query, Training
from zoo.tame import Constant, Tame


class WritesTraining(Constant):
    """Sorts its training data in place, as a careless author does."""

    name = "zoo-writes-training"

    def fit(self, train: Training) -> None:
        train.interactions.items.sort()


class WritesQuery(Constant):
    """Empties the histories, so that seen items would not be hidden."""

    name = "zoo-writes-query"

    def score(self, query: Query) -> Floats:
        query.items[:] = 0
        return super().score(query)


class Wanders(Tame):
    """Changes working folder, environment, file mode mask and the global random numbers; else it is tame."""

    name = "zoo-wanders"

    def fit(self, train: Training) -> None:
        os.chdir(tempfile.mkdtemp())
        os.environ.clear()
        os.umask(0o777)
        np.random.seed(1)
        random.seed(1)
        super().fit(train)


class Litters(Constant):
    """Writes below its working folder as if it were alone there, and clears away the files that it finds."""

    name = "zoo-litters"

    def fit(self, train: Training) -> None:
        for path in Path.cwd().iterdir():
            if path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path)
        for folder in ("output/checkpoints", "logs", "scratch"):
            Path(folder).mkdir(parents=True, exist_ok=True)
        Path("output/checkpoints/model.bin").write_bytes(b"weights")
        Path("output/notes.txt").write_text("mine", encoding="utf-8")


class RewritesFiles(Constant):
    """Takes the write protection off the files of the training data and writes zeros into them."""

    name = "zoo-rewrites-files"

    def fit(self, train: Training) -> None:
        job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        for path in Path(job["training"]).glob("*.npy"):
            path.chmod(0o644)
            array = np.load(path, mmap_mode="r+", allow_pickle=False)
            array[...] = 0
            array.flush()
