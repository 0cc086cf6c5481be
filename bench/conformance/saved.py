"""What `save` writes, `load` reads, and nobody unpickles."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.algorithm import Can
from bench.conformance.check import Check, require
from bench.conformance.compare import close
from bench.conformance.lab import Lab


def _kept(lab: Lab) -> None:
    model, held_out = lab.townsman, lab.held_out
    with TemporaryDirectory() as folder:
        model.save(Path(folder, "model"))
        loaded = lab.cls.load(Path(folder, "model"))
        found = np.asarray(loaded.score(held_out.query))
        require(close(np.asarray(model.score(held_out.query)), found), "the loaded model gives other scores")
        if Can.PREDICT_RATINGS in lab.cls.can:
            first, second = (m.predict(held_out.query, held_out.rows, held_out.items) for m in (model, loaded))
            require(close(np.asarray(first), np.asarray(second)), "the loaded model predicts other ratings")


def _no_pickle(lab: Lab) -> None:
    model = lab.townsman
    with TemporaryDirectory() as folder:
        model.save(Path(folder))
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                require(not _is_pickle(path), f"{path.name} is a pickle: write arrays and JSON")


def _is_pickle(path: Path) -> bool:
    """A pickle of protocol 2 or later begins with 0x80 and that number; an .npy file of objects holds one."""
    if path.suffix != ".npy":
        start = path.read_bytes()[:2]
        return len(start) == 2 and start[0] == 0x80 and 2 <= start[1] <= 5
    try:
        np.load(path, allow_pickle=False)
    except ValueError:
        return True
    return False


CHECKS = (
    Check("save-load", "does a saved and loaded model give the same scores?", _kept),
    Check("no-pickle", "is nothing pickled?", _no_pickle),
)
