"""Two algorithms that cheat, run on demand: what they reach tells whether the harness and the split are sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numba import njit

from bench import evaluation
from bench.algorithm import Algorithm, Can
from bench.context import context_of
from bench.errors import Unsupported
from bench.metrics.registry import measure
from bench.params import Params
from bench.ragged import ranges
from bench.splits.asking import sample
from bench.types import Floats, HeldOut, Longs, Query, Split, Training

PERFECT = ("ndcg@10", "recall_capped@10", "mrr@10", "hit_rate@10")
LEAK = "ndcg@10"
ASKED = 1000
AFTER_ALL = np.iinfo(np.int64).max
NO_TIMES = "the data has no times, so nobody can tell what lies in the future of a question"
Knows = Literal["past", "as much", "all"]


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
    """s(q, i) = Σ_v cos(q, v) [v had i]: what people with similar histories had.

    cos(q, v) = |items of both| / √(items of q · items of v) over training interactions and the question's history. Of
    these it knows, by `knows`:

    - "past": those before the question, whose time is that of its first held-out interaction;
    - "as much": as many of the training interactions, and of the history, but drawn from any time;
    - "all" of them.

    So "as much" against "past" is what knowing the future is worth, and "all" against "as much" what more data is.
    """

    name, family = "seer", "canary"
    can = Can.RANK | Can.PERSONALISE

    def __init__(self, test: HeldOut, knows: Knows) -> None:
        super().__init__(Params())
        if test.times is None or test.query.times is None:
            raise Unsupported(NO_TIMES)
        first = np.minimum.reduceat(test.times, test.offsets[:-1])
        self.asked = dict(zip(test.query.keys.tolist(), first.tolist(), strict=True))
        self.knows = knows

    def fit(self, train: Training) -> None:
        """Keep the training interactions by user and by item; "as much" puts them into an order of its own."""
        rows = train.interactions
        if rows.times is None:
            raise Unsupported(NO_TIMES)
        self.times = np.sort(rows.times)
        when = np.asarray(rows.times)
        if self.knows == "as much":
            when = np.random.default_rng(0).permutation(len(rows)).astype(np.int64)
        by_item = np.argsort(rows.items, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows.items, minlength=rows.n_items))]).astype(np.int64)
        self.of_users = (rows.offsets, np.asarray(rows.items), when)
        self.of_items = (starts, rows.users[by_item], when[by_item])

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities."""
        moments, history = self._known(query)
        scores = np.zeros((len(query), query.n_items), np.float32)
        asked = (query.offsets, np.asarray(query.items), history)
        _similar(moments, query.users, *asked, *self.of_users, *self.of_items, scores)
        return scores

    def _known(self, query: Query) -> tuple[Longs, Longs]:
        """(b,) up to where training interactions are known, and (h,) the places of those of the histories."""
        moments = np.array([self.asked[key] for key in query.keys.tolist()], np.int64)
        times = np.asarray(query.times)
        if self.knows == "past":
            return moments, times
        if self.knows == "all":
            return np.full(len(query), AFTER_ALL), times
        earlier = times < np.repeat(moments, np.diff(query.offsets))
        history = np.full(len(times), AFTER_ALL)
        for row, key in enumerate(query.keys.tolist()):
            own = slice(*query.offsets[row : row + 2].tolist())
            drawn = np.random.default_rng(key).permutation(np.arange(own.start, own.stop))
            history[drawn[: int(earlier[own].sum())]] = -1
        return np.searchsorted(self.times, moments).astype(np.int64), history


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
    seer: dict[Knows, float | None]  # NDCG@10 by what it knows; empty without times
    reason: str = ""  # why it is empty

    @property
    def sound(self) -> bool:
        """Whether the oracle is perfect."""
        return all(value is not None and abs(value - 1) < 1e-9 for value in self.oracle.values())


def sing(split: Split) -> Song:
    """Run both on a split, through the same ranking and metrics as every algorithm; the seer on ASKED users at most."""
    oracle = _measured(Oracle(split.test), split, PERFECT)
    few = replace(split, test=sample(split.test, ASKED))
    try:
        seer: dict[Knows, float | None] = {
            knows: _measured(Seer(few.test, knows), few, (LEAK,))[LEAK] for knows in get_args(Knows)
        }
    except Unsupported as error:
        return Song(oracle, {}, str(error))
    return Song(oracle, seer)


def _measured(algorithm: Algorithm[Any], split: Split, metrics: tuple[str, ...]) -> dict[str, float | None]:
    algorithm.fit(split.training())
    measured = measure(metrics, evaluation.rank(algorithm, split.test), context_of(split))
    return {name: found.value for name, found in measured.items()}
