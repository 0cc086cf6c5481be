"""Readers of Diginetica: the views of the challenge, and the sessions that papers on next items made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.adjacency import repeated
from bench.datasets.readers.lines import lines, numbers
from bench.types import Dataset

MILLISECONDS = 1e3


def diginetica(folder: Path, duplicates: str = "keep") -> Dataset:
    """`diginetica` from train-item-views.csv: sessionId;userId;itemId;timeframe;eventdate.

    A user is a session (most user ids are missing). The time is the begin of the day and `timeframe`, the milliseconds
    since the session began.
    """
    wanted = [Column("sessionId", "id"), Column("itemId", "id"), Column("timeframe", "number", 0)]
    users, items, since, days = tables.read(
        folder / "train-item-views.csv", [*wanted, Column("eventdate", "date")], separator=";"
    ).arrays
    return build("diginetica", users, items, times=days + since / MILLISECONDS, duplicates=duplicates)


def gce_gnn_diginetica(folder: Path, duplicates: str = "keep") -> Dataset:
    """`gce-gnn-diginetica` from all_train_seq.sessions.txt.gz: one session a line, which is numbered from 1."""
    path = folder / "all_train_seq.sessions.txt.gz"
    sessions = [numbers(path, line, text.split(" ")) for line, text in lines(path)]
    users = repeated([str(line) for line in range(1, len(sessions) + 1)], np.array([len(each) for each in sessions]))
    items = pa.array([item for session in sessions for item in session], pa.string())
    return build("gce-gnn-diginetica", users, items, ordered=True, duplicates=duplicates)
