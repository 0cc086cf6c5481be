"""MovieLens 1M as RecBole's table for sequence models has it: ratings of 3 and more, 10-core, in the order of time.

The file with times cannot be had beside the tests. SASRec's file has the order of each user's items, but for items met
less than five times, which the 10-core leaves out in any case; the ratings come from a file without times.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from bench import notebook
from bench.datasets.filters import filtered
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
    found = ordered.merge(rated, on=["users", "items"]).sort_values("place")
    data = notebook.dataset(found, user="users", item="items", rating="stars", time="place")
    return notebook.split(filtered(data, min_rating=3, k_core=10), "last-out")
