"""A plug-in whose own `recommend` breaks one rule at a time; its `score` is as it should be."""

from __future__ import annotations

import numpy as np

from bench.params import Params, choice
from bench.types import Query, TopK
from zoo.tame import Tame

KINDS = ("twice", "unknown", "negative", "seen", "too-many", "unsorted", "nan", "infinite", "nothing", "short")


class OwnListsParams(Params):
    """Which rule is broken."""

    kind: str = choice("twice", tune=False)
    """One of KINDS; `short` breaks none."""


class OwnLists(Tame):
    """Lists with one fault in every second of them; `too-many` and `nothing` concern the whole answer."""

    name = "zoo-own-lists"
    Params = OwnListsParams

    def recommend(self, query: Query, k: int, *, hide_seen: bool = True) -> TopK:
        kind = self.params.kind
        best = super().recommend(query, k + (kind == "too-many"), hide_seen=hide_seen)
        items, scores = best.items.copy(), best.scores.copy()
        match kind:
            case "twice":
                items[::2, 1] = items[::2, 0]
            case "unknown":
                items[::2, 0] = query.n_items
            case "negative":
                items[::2, 0] = -7
            case "seen":
                items[::2, 0] = query.items[query.offsets[:-1]][::2]
            case "unsorted":
                scores[::2] = scores[::2, ::-1]
            case "nan":
                scores[::2, 0] = np.nan
            case "infinite":
                scores[::2, 0] = np.inf
            case "short":
                items[::2, 3:], scores[::2, 3:] = -1, np.nan
        return None if kind == "nothing" else TopK(items, scores)  # type: ignore[return-value]
