"""The split of He et al. (2017), "Neural collaborative filtering": each user's last item among 99 listed others.

156 of the listed "negatives" of MovieLens 1M are the user's own test item; they are the same candidate and count once.
"""

from __future__ import annotations

from pathlib import Path

from bench.datasets import sources
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.errors import BadData
from bench.splits import files
from bench.splits.rows import Parts, Rows

_COLUMNS = [Column("1", "id"), Column("2", "id"), Column("3", "number"), Column("4", "number")]
_TIMED = "ml-1m.train.rating"  # the file of the authors; the other one is the same without times


def leave_one_out(folder: Path, name: str) -> Parts:
    """Training and test ratings, with times where the training file has them, and the listed items."""
    train = sources.find(folder, f"{_TIMED}|ml-1m.train.user-item-rating.tsv.gz")
    if train is None:
        raise BadData(f"{folder}: there is no {_TIMED}")
    columns = _COLUMNS if train.name == _TIMED else _COLUMNS[:3]
    test = folder / "ml-1m.test.rating"
    return Parts(_read(train, columns), _read(test, columns), listed=files.negatives(folder / "ml-1m.test.negative"))


def _read(path: Path, columns: list[Column]) -> Rows:
    return Rows(*tables.read(path, columns, separator="\t", header=False).arrays)
