"""The classical families against what people would call instead: every row of one table in one run.

    BENCH_DATA=… python tests/performance/classical.py [THREADS]      1 thread if left out

item_knn.py, ials_epoch.py and wrapped_lists.py measure their parts and can be run alone. The floor of EASE is the bare
Cholesky inverse of a matrix of its size in SciPy. Memory on 20 million interactions is measured by
`evaluation_memory.py 20 item-knn p3alpha`.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import ials_epoch
import item_knn
import numpy as np
import wrapped_lists
from measured import seconds, show
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from algorithms.linear.ease import EASE, EASEParams
from bench.types import Side, Training

EASE_GOAL, ROUNDS = 1.3, 7


def ease(threads: int) -> int:
    """Fit EASE and invert a matrix of the same size in turn; medians of several rounds after one that compiles."""
    data = item_knn.read(Path(os.environ["BENCH_DATA"]))
    train = Training(data, Side(tuple(map(str, range(data.n_items)))), Side(tuple(map(str, range(data.n_users)))))
    matrix = data.matrix()
    gram = np.asfortranarray((matrix.T @ matrix).toarray(), np.float64)
    gram[np.diag_indices(data.n_items)] += 500

    def bare() -> None:
        factor, _ = lapack.dpotrf(gram, lower=1)
        lapack.dpotri(factor, lower=1, overwrite_c=1)

    with threadpool_limits(threads):
        pairs = [
            (seconds(lambda: EASE(EASEParams(), threads=threads).fit(train))[0], seconds(bare)[0])
            for _ in range(ROUNDS + 1)
        ][1:]
    mine, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"EASE on {data.n_items:,} items, threads {threads}, rounds {ROUNDS}; the floor is the bare Cholesky inverse")
    print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the floor)")
    met = show("fit", mine, EASE_GOAL * floor, "s", floor)
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


def main() -> int:
    """Measure, print, and return 0 when all goals are met."""
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    parts: list[Callable[[], int]] = [item_knn.main, ials_epoch.main, lambda: ease(threads), wrapped_lists.main]
    missed = 0
    for part in parts:
        missed += part()
        print()
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
