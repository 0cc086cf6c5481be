"""How long one user waits for a list: `recommend` asked one question at a time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.algorithm import Algorithm
from bench.types import Query

LIST_LENGTH = 10
QUESTIONS = 200  # at most
WARM_UP = 3  # calls before the clock counts
PATIENCE = 10.0  # seconds of asking, warm-up included


def sample(n_questions: int) -> list[int]:
    """Up to QUESTIONS different question numbers, the same each time, in an order that favours nobody."""
    chosen: list[int] = np.random.default_rng(0).permutation(n_questions)[:QUESTIONS].tolist()
    return chosen


def measure(algorithm: Algorithm[Any], query: Query, patience: float = PATIENCE) -> dict[str, float]:
    """`{"questions", "p50", "p95", "p99"}` of the seconds that `recommend` takes for one question; {} without any.

    Percentiles are linear interpolations between the two nearest waits (numpy's default). The first WARM_UP
    questions are asked once more than the others, for what is made at the first call. No further question is asked
    after `patience` seconds; at least one is measured. Raises whatever the algorithm raises.
    """
    end = time.perf_counter() + patience
    asked = [query.slice(number, number + 1) for number in sample(len(query))]
    for question in asked[:WARM_UP]:
        if time.perf_counter() < end:
            algorithm.recommend(question, LIST_LENGTH)
    waits: list[float] = []
    for question in asked:
        if waits and time.perf_counter() >= end:
            break
        began = time.perf_counter()
        algorithm.recommend(question, LIST_LENGTH)
        waits.append(time.perf_counter() - began)
    return _summary(waits) if waits else {}


def _summary(waits: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(waits, (50, 95, 99)).tolist()
    return {"questions": len(waits), "p50": p50, "p95": p95, "p99": p99}
