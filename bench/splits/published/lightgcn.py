"""Gowalla as in Wang et al. (2019), "Neural graph collaborative filtering", and the papers that follow it.

Their training part is `train.txt` and `valid.txt` together. Here the second is the validation part, so that a model can
stop early; with `fit_on = "train+validation"` everything is learnt from, as in the papers.
"""

from __future__ import annotations

from pathlib import Path

from bench.splits import files
from bench.splits.rows import Parts


def user_lists(folder: Path, name: str) -> Parts:
    """`train.txt`, `valid.txt` and `test.txt`, a user and all their items a line."""
    train, validation, test = (files.user_lines(folder / f"{part}.txt") for part in ("train", "valid", "test"))
    return Parts(train, test, validation)
