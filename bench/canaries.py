"""Two algorithms that cheat, run on demand: what they reach tells whether the harness and the split are sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit

from bench import evaluation
from bench.algorithm import Algorithm, Can
from bench.context import context_of
from bench.errors import Unsupported
from bench.metrics.registry import measure
from bench.params import Params
from bench.splits.asking import sample
from bench.splits.questions import ranges
from bench.types import Floats, HeldOut, Query, Split, Training

PERFECT = ("ndcg@10", "recall_capped@10", "mrr@10", "hit_rate@10")
LEAK = "ndcg@10"
ASKED = 1000


class Oracle(Algorithm[Params]):
    """s(q, i) = 1 where item i answers question q, else 0. It is handed the test, so all its metrics must be 1."""

    name, family = "oracle", "canary"
    can = Can.RANK | Can.PERSONALISE

    def __init__(self, test: HeldOut) -> None:
        super().__init__(Params())
        self.test = test
        self.row = {key: row for row, key in enumerate(test.query.keys.tolist())}

    def fit(self, train: Training) -> None:
        """There is nothing to learn for one who knows."""

    def score(self, query: Query) -> Floats:
        """(b, n_items) ones and zeros."""
        scores = np.zeros((len(query), query.n_items), np.float32)
        rows = np.array([self.row[key] for key in query.keys.tolist()], np.int64)
        lengths = np.diff(self.test.offsets)[rows]
        held = ranges(self.test.offsets[rows], lengths)
        scores[np.repeat(np.arange(len(query)), lengths), self.test.items[held]] = 1
        return scores


class Seer(Algorithm[Params]):
    """s(q, i) = Σ_v cos(q, v) [v had i]: what people with similar histories had, at any time or, if `blind`, before q.

    cos(q, v) = |items of both| / √(items of q · items of v) over training interactions and the question's history. The
    time of a question is that of its first held-out interaction; the blind one knows nothing of that moment or later,
    neither of others nor of the history itself. So the gain of the one that sees is what the split leaks.
    """

    name, family = "seer", "canary"
    can = Can.RANK | Can.PERSONALISE

    def __init__(self, test: HeldOut, *, blind: bool) -> None:
        super().__init__(Params())
        if test.times is None or test.query.times is None:
            raise Unsupported("the data has no times, so nobody can tell what lies in the future of a question")
        first = np.minimum.reduceat(test.times, test.offsets[:-1])
        self.asked = dict(zip(test.query.keys.tolist(), first.tolist(), strict=True))
        self.blind = blind

    def fit(self, train: Training) -> None:
        """Keep the training interactions by user and by item."""
        rows = train.interactions
        if rows.times is None:
            raise Unsupported("the data has no times, so nobody can tell what lies in the future of a question")
        by_item = np.argsort(rows.items, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows.items, minlength=rows.n_items))]).astype(np.int64)
        self.of_users = (rows.offsets, np.asarray(rows.items), np.asarray(rows.times))
        self.of_items = (starts, rows.users[by_item], rows.times[by_item])

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities."""
        moments = np.full(len(query), np.iinfo(np.int64).max)
        if self.blind:
            moments = np.array([self.asked[key] for key in query.keys.tolist()], np.int64)
        scores = np.zeros((len(query), query.n_items), np.float32)
        history = (query.offsets, np.asarray(query.items), np.asarray(query.times))
        _similar(moments, query.users, *history, *self.of_users, *self.of_items, scores)
        return scores


@njit(cache=True)
def _similar(  # type: ignore[no-untyped-def]
    moments, askers, h_starts, h_items, h_times, u_starts, u_items, u_times, i_starts, i_users, i_times, scores
):
    """Fill scores (b, n_items); only interactions before moments[q] count for question q."""
    shared = np.zeros(len(u_starts) - 1, np.float32)
    for q in range(len(moments)):
        length = 0
        for h in range(h_starts[q], h_starts[q + 1]):
            if h_times[h] < moments[q]:
                length += 1
                for place in range(i_starts[h_items[h]], i_starts[h_items[h] + 1]):
                    if i_times[place] < moments[q] and i_users[place] != askers[q]:
                        shared[i_users[place]] += 1
        for user in range(len(shared)):
            if shared[user] > 0:
                own = 0
                for place in range(u_starts[user], u_starts[user + 1]):
                    own += u_times[place] < moments[q]
                weight = shared[user] / np.sqrt(length * own)
                for place in range(u_starts[user], u_starts[user + 1]):
                    if u_times[place] < moments[q]:
                        scores[q, u_items[place]] += weight
                shared[user] = 0


@dataclass(frozen=True)
class Song:
    """What the canaries reached."""

    oracle: dict[str, float | None]  # each must be 1
    past: float | None  # NDCG@10 of neighbours that know only the past of each question; None without times
    future: float | None  # the same of neighbours that know all of the training part
    reason: str = ""  # why the two are missing

    @property
    def sound(self) -> bool:
        """Whether the oracle is perfect."""
        return all(value is not None and abs(value - 1) < 1e-9 for value in self.oracle.values())


def sing(split: Split) -> Song:
    """Run both on a split, through the same ranking and metrics as every algorithm; the seer on ASKED users at most."""
    oracle = _measured(Oracle(split.test), split, PERFECT)
    few = replace(split, test=sample(split.test, ASKED))
    try:
        past, future = (_measured(Seer(few.test, blind=blind), few, (LEAK,))[LEAK] for blind in (True, False))
    except Unsupported as error:
        return Song(oracle, None, None, str(error))
    return Song(oracle, past, future)


def _measured(algorithm: Algorithm[Any], split: Split, metrics: tuple[str, ...]) -> dict[str, float | None]:
    algorithm.fit(split.training())
    measured = measure(metrics, evaluation.rank(algorithm, split.test), context_of(split))
    return {name: found.value for name, found in measured.items()}
