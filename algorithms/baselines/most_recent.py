"""The newest first."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params, choice
from bench.types import Floats, Query, Training


class MostRecentParams(Params):
    """What makes an item new; the default is the less usual idea of news, but the stronger rival."""

    by: Literal["last", "first"] = choice("last")
    """"last": the item that somebody met most recently comes first; "first": the item that was met first most recently.
    """


class MostRecent(Algorithm[MostRecentParams]):
    """s(q, i) = the time of the last (or the first) training interaction with item i, in seconds since 1970.

    An item without training interactions cannot be scored (NaN). Raises Unsupported for data without times.
    """

    name = "most-recent"
    family = "baseline"
    Params = MostRecentParams
    needs = Needs.TIMES
    can = Can.RANK | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Find the times."""
        data = train.interactions
        if data.times is None:
            raise Unsupported("most-recent needs times, and the data set has none")
        self.times = np.full(data.n_items, np.nan)
        better = np.fmax if self.params.by == "last" else np.fmin
        better.at(self.times, data.items, data.times.astype(np.float64))

    def score(self, query: Query) -> Floats:
        """(b, n_items) float64, which tells seconds apart."""
        return np.repeat(self.times[None, :], len(query), axis=0)
