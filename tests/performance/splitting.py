"""Seconds to divide made-up interactions by each protocol, and the peak memory, beside one sort of the same arrays.

    python tests/performance/splitting.py [MILLIONS]        (default 1; the other goal is for 20)

Each protocol is timed ROUNDS times, in turn with the floor, and the fastest counts. The memory is that of the whole
process, with the data and with making them up.
"""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
import synthetic
from measured import peak, seconds

from bench.datasets.build import tie_hash
from bench.splits.catalogue import expand, make, names
from bench.types import Dataset, Interactions, Side

ROUNDS = 3  # one for 5 million interactions and more
GOALS = {1: 0.3, 20: 10.0}  # seconds, by million interactions
MEMORY = 3.0  # GB


def generate(n: int) -> Dataset:
    """n interactions of so many users and items that each has as many as in MovieLens 20M."""
    scale = n / 20e6
    users, items = round(synthetic.USERS * scale), round(synthetic.ITEMS * scale**0.5)
    who, what, stars, when = synthetic.interactions(n, users, items)
    who, what = (who - 1).astype(np.int32), (what - 1).astype(np.int32)
    order = np.lexsort((tie_hash(who, what), when, who))
    ratings = stars.astype(np.float32)[order]
    rows = Interactions(who[order], what[order], ratings, when[order], users, items, ordered=True)
    return Dataset("made-up", rows, Side(()), Side(()), fingerprint="")


def main() -> int:
    """Print a line for each protocol, and return 0 when the goals are met."""
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    data = generate(millions * 1_000_000)
    rows, goal, before = data.interactions, GOALS.get(millions, float("nan")), peak()
    make(data, {"name": "last-out"})  # imports what is needed
    met = True
    print(f"{len(rows):,} interactions, {rows.n_users:,} users, {rows.n_items:,} items")
    print(f"{'split':<14}{'value':>9}{'goal':>9}{'floor':>9}{'ratio':>8}   (floor: np.lexsort of items and users)")
    for name in names():
        if name == "given":
            continue
        spec = expand({"name": name})[0]
        work = partial(make, data, spec), partial(np.lexsort, (rows.items, rows.users))
        times = [[seconds(one)[0] for one in work] for _ in range(ROUNDS if millions < 5 else 1)]
        value, floor = (min(column) for column in zip(*times, strict=True))
        met &= not value > goal
        print(f"{name:<14}{value:>7.3f} s{goal:>7.1f} s{floor:>7.3f} s{value / floor:>8.2f}")
    met &= peak() / 1e9 <= MEMORY
    print(f"peak memory {peak() / 1e9:.2f} GB, goal {MEMORY:.1f} GB; {before / 1e9:.2f} GB before anything was divided")
    print(f"goals {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
