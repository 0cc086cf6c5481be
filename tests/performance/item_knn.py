"""Item k-NN on MovieLens 1M against the implicit library: seconds for fit and the top 100 of every user, and the lists.

    BENCH_DATA=… python tests/performance/item_knn.py [THREADS]

Both run in turn, several rounds after one that compiles and warms up; medians are shown. The goal is a ratio of at most
1. implicit uses the threads for its fit only: its recommend asks one user after the other, so one thread (the default)
is the fair comparison.

Items whose 100th and 101st neighbours are equally similar may keep either. So the lists are compared twice: as they
come, and with our scores computed from implicit's choice of neighbours, where no difference may remain.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.neighbours.item_knn import ItemKNN, ItemKNNParams
from bench.topk import top_k
from bench.types import Interactions, Query, Side, Training
from bench.validation import slices

NEIGHBOURS, LENGTH, ROUNDS = 100, 100, 5
RTOL = 1e-5  # our scores are float32, implicit's float64

Lists = tuple[np.ndarray, np.ndarray]  # (n_users, LENGTH) items and scores


@dataclass(frozen=True)
class Run:
    """One fit and one round of recommending, in seconds, and what came out."""

    model: Any
    fit: float
    recommend: float
    lists: Lists


def read(folder: Path) -> Interactions:
    """MovieLens 1M as SASRec has it: "user item" lines, 1-based."""
    pairs = np.loadtxt(folder / "sasrec" / "ml-1m.txt.gz", dtype=np.int32) - 1
    users, items = np.ascontiguousarray(pairs[np.argsort(pairs[:, 0], kind="stable")].T)
    return Interactions(users, items, None, None, int(users.max()) + 1, int(items.max()) + 1, ordered=True)


def everybody(data: Interactions) -> Query:
    """One question for each user, with the whole history."""
    users = np.arange(data.n_users)
    return Query(users, users.astype(np.int32), data.offsets, data.items, None, None, data.n_items)


def best(model: ItemKNN, query: Query) -> Lists:
    """The top lists, slice by slice as the harness makes them."""
    parts = [query.slice(*bounds) for bounds in slices(len(query), query.n_items)]
    lists = [top_k(model.score(part), part, LENGTH) for part in parts]
    return np.concatenate([x.items for x in lists]), np.concatenate([x.scores for x in lists])


def ours(data: Interactions, threads: int) -> Run:
    """Fit and recommend with our item k-NN."""
    query = everybody(data)
    begin = time.perf_counter()
    model = ItemKNN(ItemKNNParams(neighbours=NEIGHBOURS, shrinkage=0, neighbours_of="history"), threads=threads)
    model.fit(Training(data, Side(()), Side(())))
    fitted = time.perf_counter()
    lists = best(model, query)
    return Run(model, fitted - begin, time.perf_counter() - fitted, lists)


def implicits(data: Interactions, threads: int) -> Run:
    """The same for implicit, whose K counts the item itself."""
    matrix = data.matrix()
    begin = time.perf_counter()
    model = CosineRecommender(K=NEIGHBOURS + 1, num_threads=threads)
    model.fit(matrix, show_progress=False)
    fitted = time.perf_counter()
    lists = model.recommend(np.arange(data.n_users), matrix, N=LENGTH)
    return Run(model, fitted - begin, time.perf_counter() - fitted, lists)


def others(model: CosineRecommender) -> csr_matrix:
    """implicit's neighbours of each item without the item itself."""
    similarities = model.similarity.tolil()
    similarities.setdiag(0)
    return similarities.tocsr().astype(np.float32)


def neighbours_beyond_ties(mine: csr_matrix, theirs: csr_matrix) -> tuple[int, int]:
    """Items with other neighbours than implicit has: how many, and how many not because of a tie at the last place."""
    differ = beyond = 0
    for item in range(mine.shape[0]):
        ours_here = dict(zip(mine[item].indices, mine[item].data, strict=True))
        theirs_here = dict(zip(theirs[item].indices, theirs[item].data, strict=True))
        exchanged = [ours_here[x] for x in ours_here.keys() - theirs_here.keys()]
        exchanged += [theirs_here[x] for x in theirs_here.keys() - ours_here.keys()]
        differ += bool(exchanged)
        same_length = len(ours_here) == len(theirs_here)
        beyond += not same_length or not np.allclose(exchanged, min(ours_here.values(), default=0), rtol=RTOL, atol=0)
    return differ, beyond


def lists_beyond_ties(mine: Lists, theirs: Lists) -> int:
    """Lists that differ by more than the order of ties: in scores, or in an item that scores above the last one."""
    count = 0
    for items, scores, other_items, other_scores in zip(*mine, *theirs, strict=True):
        same_scores = np.allclose(scores, other_scores, rtol=RTOL, atol=0)
        sure = set(items[scores > scores[-1] * (1 + RTOL)])
        count += not (same_scores and sure <= set(other_items))
    return count


def show(name: str, mine: list[float], theirs: list[float]) -> None:
    """One line of the table."""
    value, goal = statistics.median(mine), statistics.median(theirs)
    print(f"{name:<12}{value:>10.2f} s{goal:>12.2f} s{value / goal:>9.2f}")


def measure(data: Interactions, threads: int) -> tuple[list[Run], list[Run]]:
    """ROUNDS runs of each, in turn, after one that is not counted."""
    mine, theirs = [], []
    with threadpool_limits(1, user_api="blas"):
        for _ in range(ROUNDS + 1):
            mine.append(ours(data, threads))
            theirs.append(implicits(data, threads))
    return mine[1:], theirs[1:]


def compare(data: Interactions, mine: Run, theirs: Run) -> bool:
    """Print how far neighbours and lists agree; True when nothing but ties differs."""
    chosen = others(theirs.model)
    differ, beyond = neighbours_beyond_ties(mine.model.similarities, chosen)
    print(f"items with other neighbours: {differ} of {data.n_items}, beyond a tie at the last place: {beyond} (goal 0)")
    print(f"lists that differ as they come: {lists_beyond_ties(mine.lists, theirs.lists)} of {data.n_users}")
    mine.model.similarities = chosen
    wrong = lists_beyond_ties(best(mine.model, everybody(data)), theirs.lists)
    print(f"lists that differ with the same choice among tied neighbours: {wrong} (goal 0)")
    return beyond == 0 and wrong == 0


def main() -> int:
    """Measure, print, and return 0 when the goal is met and the lists are equal."""
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    warnings.filterwarnings("ignore", module="implicit")
    data = read(Path(os.environ["BENCH_DATA"]))
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    mine, theirs = measure(data, threads)
    print(f"item k-NN, cosine, {NEIGHBOURS} neighbours, {len(data):,} interactions, threads {threads}, rounds {ROUNDS}")
    print(f"{'':<12}{'value':>12}{'goal':>14}{'ratio':>9}   (goal: implicit in the same run)")
    show("fit", [run.fit for run in mine], [run.fit for run in theirs])
    show(f"top {LENGTH}", [run.recommend for run in mine], [run.recommend for run in theirs])
    totals = [run.fit + run.recommend for run in mine], [run.fit + run.recommend for run in theirs]
    show("both", *totals)
    equal = compare(data, mine[-1], theirs[-1])
    fast = statistics.median(totals[0]) <= statistics.median(totals[1])
    print(f"goal {'met' if fast and equal else 'MISSED'}")
    return 0 if fast and equal else 1


if __name__ == "__main__":
    sys.exit(main())
