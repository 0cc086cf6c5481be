"""Reading, numbering, filtering and splitting: seconds for 1 million interactions, seconds and memory for 20 million.

    python tests/performance/data.py [MILLIONS]      20 if left out; 0 leaves the large part out

Each measurement is in a process of its own, which has imported the libraries and compiled before the clock starts. The
floor of the same run is pyarrow's reading of the same file with numpy's lexsort of two of its columns; the median of
three rounds for the small part. The large data set is in the order of time, as a log is, which is the harder one.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import synthetic
from measured import answer, in_child, seconds, show
from pyarrow import csv

from bench.datasets import cache, catalogue
from bench.datasets.build import build
from bench.datasets.filters import filtered
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.imported import import_file
from bench.splits import catalogue as splits
from bench.types import Split

SMALL, SMALL_USERS, SMALL_ITEMS, ROUNDS = 1_000_000, 6040, 3706, 3
NAMES = ("user", "item", "rating", "time")
KINDS = ("id", "id", "number", "number")
SPLIT = {"name": "user-time"}
GB = 1e9


def floor(path: Path) -> None:
    """Read the file and sort its rows by user and time, with nothing checked."""
    table = csv.read_csv(path)
    np.lexsort((table.column(3).to_numpy(), table.column(0).to_numpy()))


def cold(path: Path) -> Split:
    """From the raw text to a split, with the filters min_rating and k_core."""
    if path.suffix == ".csv":
        table = tables.read(path, [Column(name, kind) for name, kind in zip(NAMES, KINDS, strict=True)])  # type: ignore[arg-type]
    else:
        numbered = [Column(str(place + 1), kind) for place, kind in enumerate(KINDS)]  # type: ignore[arg-type]
        table = tables.read(path, numbered, separator="::", header=False)
    users, items, ratings, when = table.arrays
    dataset = build("small", users, items, ratings=ratings, times=when.astype(np.int64))
    return splits.make(filtered(dataset, min_rating=1, k_core=5), SPLIT)


def cached() -> Split:
    """The same from the copy in the cache."""
    return splits.make(catalogue.load({"name": "small", "min_rating": 1, "k_core": 5}), SPLIT)


def child(what: str, path: Path) -> None:
    """One measurement, in this process."""
    if what == "large":
        spent, dataset = seconds(lambda: import_large(path))
        split_in, split = seconds(lambda: splits.make(dataset, SPLIT))
        answer(read=spent, split=split_in, rows=len(split.train))
        return
    doing: Any = {"cold": lambda: cold(path), "cached": cached, "floor": lambda: floor(path)}[what]
    if what == "cached":
        import_large(path, "small")
        cache.SETTLED = 0  # the files were written a moment ago
        cached()
    doing()
    begin = time.process_time()
    spent = [seconds(doing)[0] for _ in range(ROUNDS)]
    answer(seconds=statistics.median(spent), processor=(time.process_time() - begin) / ROUNDS)


def import_large(path: Path, name: str = "large") -> Any:
    """What `bench data import` does."""
    return import_file(path, name, user="user", item="item", rating="rating", time="time", replace=True)


def small(folder: Path) -> bool:
    """Measure and show 1 million interactions."""
    rows = synthetic.interactions(SMALL, SMALL_USERS, SMALL_ITEMS)
    synthetic.write_csv(folder / "small.csv", rows)
    synthetic.write_double_colons(folder / "small.dat", rows)
    found = {}
    for what, name in (("floor", "small.csv"), ("cold", "small.csv"), ("cold", "small.dat"), ("cached", "small.csv")):
        measured = in_child(__file__, what, str(folder / name))
        found[what, name] = measured["seconds"]
        print(f"  {what}, {name}: {measured['processor']:.2f} s of the processor, all threads")
    least = found["floor", "small.csv"]
    print(f"1 million interactions, read to split; floor {least:.2f} s")
    met = show("  cold, user,item,rating,time", found["cold", "small.csv"], 1, "s", least)
    met &= show("  cold, user::item::rating::time", found["cold", "small.dat"], 1, "s", least)
    return met & show("  from the cache", found["cached", "small.csv"], 0.1, "s", least)


def large(folder: Path, millions: int) -> bool:
    """Measure and show the large import."""
    synthetic.write_csv(folder / "large.csv", synthetic.interactions(millions * 1_000_000))
    least = seconds(lambda: floor(folder / "large.csv"))[0]
    found = in_child(__file__, "large", str(folder / "large.csv"))
    print(f"{millions} million interactions; floor {least:.2f} s")
    print(f"  import {found['read']:.2f} s, split {found['split']:.2f} s")
    met = show("  import and split", found["read"] + found["split"], 30, "s", least)
    return met & show("  peak memory", found["peak"] / GB, 3, "GB")


def main() -> int:
    """Measure, print, and return 0 when the goals are met."""
    if len(sys.argv) == 3:
        child(sys.argv[1], Path(sys.argv[2]))
        return 0
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"XDG_DATA_HOME": f"{name}/home", "RECMATRIX_CACHE": f"{name}/cache"}
        print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the floor)")
        met = small(Path(name))
        met &= large(Path(name), millions) if millions else True
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
