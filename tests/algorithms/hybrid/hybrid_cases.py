"""Parts whose answers are known in advance, registered for one test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench import registry
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Interactions, Query, Side, Training

N_ITEMS = 6


class ToldParams(Params):
    """What to answer."""

    shift: float = number(0, low=-1000, high=1000)
    """Added to every score."""


class Told(Algorithm[ToldParams]):
    """Scores that the test writes down: row u % len(table) for user u."""

    name = "told"
    family = "test"
    Params = ToldParams
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS
    table: Any = None

    def fit(self, train: Training) -> None:
        self.asked: list[int] = []
        if train.scratch is not None:
            train.scratch.mkdir(parents=True)
            (train.scratch / "kept").touch()
        train.report(1, loss=0.5)

    def score(self, query: Query) -> Floats:
        self.asked += query.keys.tolist()
        return np.array([self.table[key % len(self.table)] for key in query.keys]) + self.params.shift


class Other(Told):
    """A second one."""

    name = "other"
    can = Can.RANK | Can.SCORE_NEW_ITEMS
    needs = Needs.NOTHING


def register(patch: pytest.MonkeyPatch, *classes: type[Algorithm[Any]]) -> None:
    """Let the registry find the classes besides what is installed."""
    known, load = registry.entries(), registry.load
    own = {cls.name: cls for cls in classes}
    entries = {name: registry.Entry(name, f"{cls.__module__}:{cls.__name__}", "test") for name, cls in own.items()}
    patch.setattr(registry, "entries", lambda: {**known, **entries})
    patch.setattr(registry, "load", lambda name: own[name] if name in own else load(name))


def question(*histories: tuple[int, ...], user: int = 0) -> Query:
    lengths = [len(history) for history in histories]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    items = np.array([item for history in histories for item in history], np.int32)
    users = np.full(len(histories), user, np.int32)
    return Query(np.arange(len(histories)), users, offsets, items, None, None, N_ITEMS)


def training(**facts: Any) -> Training:
    data = Interactions(np.array([0, 0], np.int32), np.array([0, 1], np.int32), None, None, 1, N_ITEMS)
    side = Side(tuple(f"i{n}" for n in range(N_ITEMS)))
    return Training(data, side, Side(("u0",)), **facts)
