"""One epoch of iALS on MovieLens 1M, solved exactly, against one iteration of implicit's ALS, conjugate gradients.

    BENCH_DATA=… python tests/performance/ials_epoch.py [THREADS]

Both in float32, in turn, several rounds after one that compiles and warms up; medians are shown. An epoch's time is the
difference between a fit of many and a fit of few, so that set-up does not count. implicit takes three steps of
conjugate gradients for each row, wherever they lead; ours must stop at the solution: the last half-step of a fit is
compared with the normal equations in float64. The goal is a ratio of at most 1.5 with 64 and with 128 factors.
"""

from __future__ import annotations

import os
import statistics
import sys
import warnings
from pathlib import Path

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from item_knn import read
from measured import seconds, show
from threadpoolctl import threadpool_limits

from algorithms.factors.ials import IALS, IALSParams
from algorithms.factors.least_squares import regressions
from bench.types import Interactions, Side, Training

GOAL, FEW, MANY, ROUNDS = 1.5, 2, 7, 5
EXACT = 1e-4  # relative error of a row that float32 allows


def fitted(data: Interactions, factors: int, epochs: int, threads: int) -> IALS:
    """Our model, with the default regularization."""
    model = IALS(IALSParams(factors=factors, epochs=epochs), threads=threads)
    model.fit(Training(data, Side(()), Side(())))
    return model


def ours(data: Interactions, factors: int, threads: int) -> float:
    """Seconds of one epoch."""
    few, many = (seconds(lambda n=epochs: fitted(data, factors, n, threads))[0] for epochs in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def implicits(data: Interactions, factors: int, threads: int) -> float:
    """Seconds of one iteration."""
    X = data.matrix()

    def fit(iterations: int) -> None:
        model = AlternatingLeastSquares(factors, iterations=iterations, num_threads=threads, random_state=0)
        model.fit(X, show_progress=False)

    return (seconds(lambda: fit(MANY))[0] - seconds(lambda: fit(FEW))[0]) / (MANY - FEW)


def error(data: Interactions, factors: int, threads: int) -> float:
    """The largest relative error of a user's factors against the normal equations in float64."""
    model, X = fitted(data, factors, FEW, threads), data.matrix()
    ridge = model.params.regularization * (np.diff(X.indptr) + model.params.unobserved_weight * model.n_known)
    found = regressions(X, model.item_factors, model.base, ridge, threads)
    V, worst = model.item_factors.astype(np.float64), 0.0
    everyone = model.params.unobserved_weight * V.T @ V
    for user in range(data.n_users):
        mine = V[X.indices[X.indptr[user] : X.indptr[user + 1]]]
        w = np.linalg.solve(mine.T @ mine + everyone + ridge[user] * np.eye(factors), mine.sum(axis=0))
        worst = max(worst, float(np.linalg.norm(found[user] - w) / np.linalg.norm(w)))
    return worst


def main() -> int:
    """Measure, print, and return 0 when the goals are met."""
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    warnings.filterwarnings("ignore", module="implicit")
    data = read(Path(os.environ["BENCH_DATA"]))
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(f"{len(data):,} interactions, threads {threads}, rounds {ROUNDS}; the floor is implicit's iteration")
    print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the floor)")
    met = True
    for factors in (64, 128):
        with threadpool_limits(1, "blas"):
            pairs = [(ours(data, factors, threads), implicits(data, factors, threads)) for _ in range(ROUNDS + 1)][1:]
        mine, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"implicit, {factors} factors: {floor:.3f} s")
        met &= show(f"epoch with {factors} factors", mine, GOAL * floor, "s", floor)
        met &= show("  largest relative error of a row, × 10⁴", error(data, factors, threads) / EXACT, 1, "")
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
