"""MovieLens 1M as RecBole's table for sequence models has it: ratings of 3 and more, 10-core, in the order of time.

The file with times cannot be had beside the tests. SASRec's file has the order of each user's items, but for items met
less than five times, which the 10-core leaves out in any case; the ratings come from a file without times.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from bench import notebook
from bench.types import Split


def split() -> Split:
    """The last item of each of 6,033 users, the one before for validation; 834,449 interactions with 3,123 items."""
    folder = Path(os.environ["BENCH_DATA"])
    ordered = pd.read_csv(folder / "sasrec/ml-1m.txt.gz", sep=" ", names=["u", "i"])
    ordered["place"] = range(len(ordered))
    for column, kind in (("u", "users"), ("i", "items")):
        ids = pd.read_csv(folder / f"sasrec/sas_to_original_{kind}.txt", sep=r"\s+", names=[column, kind])
        ordered = ordered.merge(ids, on=column)
    rated = pd.read_csv(
        folder / "ml-1m/ratings-without-timestamp.dat.gz",
        sep=":",
        usecols=[0, 2, 4],
        names=["users", "", "items", "-", "stars"],
    )
    found = core(ordered.merge(rated, on=["users", "items"]).query("stars >= 3"), 10).sort_values("place")
    return notebook.split(notebook.dataset(found, user="users", item="items", time="place"), "last-out")


def core(frame: pd.DataFrame, least: int) -> pd.DataFrame:
    """What is left when all users and items with less than so many rows are left out, again and again."""
    while True:
        few = [frame.groupby(column)[column].transform("size") < least for column in ("users", "items")]
        if not (few[0] | few[1]).any():
            return frame
        frame = frame[~(few[0] | few[1])]
