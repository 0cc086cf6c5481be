"""What goes to a script and comes back: arrays in files of one folder, nothing pickled; `host.py` is the other end.

data/about.json, users.npy, items.npy, ratings.npy, times.npy   the training data; the last two where there are any
questions.npz                                                   what is asked now
scores.npy                                                      the answer
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from algorithms.external.host import COLUMNS
from bench.errors import InvalidOutput
from bench.types import Bools, Floats, Interactions, Query

DATA = "data"


def write_training(data: Interactions, facts: dict[str, Any], folder: Path) -> None:
    """Write the interactions and facts of the run (seed, threads, device, options) into `folder`/data."""
    (folder / DATA).mkdir()
    about = {name: getattr(data, name) for name in ("n_users", "n_items", "ordered", "scale")}
    (folder / DATA / "about.json").write_text(json.dumps(about | facts), encoding="utf-8")
    for name in COLUMNS:
        if (column := getattr(data, name)) is not None:
            np.save(folder / DATA / f"{name}.npy", column, allow_pickle=False)


def write_questions(query: Query, asked: Bools, folder: Path) -> None:
    """Write those questions of `query` for which `asked` (b,) is true."""
    lengths = np.diff(query.offsets)
    inside = np.repeat(asked, lengths)  # (h,)
    offsets = np.concatenate([[0], np.cumsum(lengths[asked])])
    flat = {name: getattr(query, name) for name in COLUMNS if name != "users"}
    kept = {name: array[inside] for name, array in flat.items() if array is not None}
    np.savez(folder / "questions.npz", users=query.users[asked], offsets=offsets, **kept)


def read_scores(folder: Path, shape: tuple[int, int], script: str) -> Floats:
    """The scores that a script gave. Raises InvalidOutput unless they are an array of this shape."""
    path = folder / "scores.npy"
    try:
        found = np.load(path, allow_pickle=False)
        path.unlink()  # never taken for the answer to the next question
    except (OSError, ValueError) as error:
        raise InvalidOutput(f"{script} left no array of scores ({error})") from None
    if found.dtype != np.float32 or found.shape != shape:
        raise InvalidOutput(f"{script} returned scores of shape {found.shape}, not {shape}")
    return np.asarray(found)
