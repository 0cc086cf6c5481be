"""Quality on the validation part while an algorithm trains: the same ranking and formula as the final evaluation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.topk import locate
from bench.types import Floats, HeldOut, Ints, Longs, Query

SLICE_BYTES = 32 << 20  # of the scores of a slice of questions; malloc asks the system anew for anything larger


def slices(questions: int, n_items: int) -> list[tuple[int, int]]:
    """(start, stop) ranges of questions with start·n_items·4 bytes under SLICE_BYTES."""
    step = max(1, SLICE_BYTES // (4 * max(1, n_items)))
    return [(start, min(start + step, questions)) for start in range(0, questions, step)]


def ndcg_on(score: Callable[[Query], Floats], held_out: HeldOut, k: int = 10) -> float:
    """Mean NDCG@k of `score` over the questions of `held_out`; definition in docs/metrics.md."""
    total = 0.0
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    for start, stop in slices(len(held_out), held_out.query.n_items):
        part = held_out.slice(start, stop)
        ranks = locate(score(part.query), part)
        rank = ranks.better + ranks.position
        listed = ranks.better < (ranks.candidates - ranks.unscored)[part.rows]  # neither hidden nor unscored
        gain = np.where(listed & (rank < k), 1 / np.log2(rank + 2.0), 0)
        per_question = np.bincount(part.rows, weights=gain, minlength=len(part))
        total += float(np.sum(per_question / ideal[np.minimum(np.diff(part.offsets), k)]))
    return total / len(held_out)


def rmse_on(predict: Callable[[Query, Longs, Ints], Floats], held_out: HeldOut) -> float | None:
    """√ mean (r̂ − r)² of `predict` over the rated items of `held_out`, not clipped; None where nothing is rated.

    What cannot be predicted (NaN) is left out.
    """
    squares, count = 0.0, 0
    for start, stop in slices(len(held_out), held_out.query.n_items):
        part = held_out.slice(start, stop)
        if part.ratings is None or not len(part.items):
            continue
        errors = predict(part.query, part.rows, part.items) - part.ratings
        squares, count = squares + float(np.nansum(errors**2)), count + int(np.sum(~np.isnan(errors)))
    return float(np.sqrt(squares / count)) if count else None
