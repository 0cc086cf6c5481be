"""Plug-ins whose `score` is no answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.types import Floats, Query, TopK
from zoo.tame import Constant


class WrongShape(Constant):
    """One column too few."""

    name = "zoo-wrong-shape"

    def score(self, query: Query) -> Floats:
        return super().score(query)[:, 1:]


class WrongType(Constant):
    """Whole numbers."""

    name = "zoo-wrong-type"

    def score(self, query: Query) -> Any:
        return super().score(query).astype(np.int64)


class Infinite(Constant):
    """Infinity for one item of every second question."""

    name = "zoo-infinite"

    def score(self, query: Query) -> Floats:
        scores = super().score(query)
        scores[::2, 3] = -np.inf
        return scores


class Nothing(Constant):
    """None."""

    name = "zoo-nothing"

    def score(self, query: Query) -> Any:
        return None


class AllNan(Constant):
    """Cannot score anything."""

    name = "zoo-all-nan"

    def score(self, query: Query) -> Floats:
        return super().score(query) * np.float32(np.nan)


class Doubles(Constant):
    """Its own `recommend` lists the first item twice."""

    name = "zoo-doubles"

    def recommend(self, query: Query, k: int, *, hide_seen: bool = True) -> TopK:
        best = super().recommend(query, k, hide_seen=hide_seen)
        best.items[:, 1] = best.items[:, 0]
        return best
