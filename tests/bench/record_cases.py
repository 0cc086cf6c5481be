"""Records and answers for tests of the store and of planning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bench.answers import Answers
from bench.index import RECORD
from bench.records import Context, Record, Slot
from bench.store import Store
from bench.types import TopK


def record(**changes: Any) -> Record:
    """A record with all that has no default."""
    values: dict[str, Any] = {
        "key": "ab" * 32,
        "attempt": "",
        "slot": Slot({"name": "tiny"}, {"name": "user-time"}, "popularity", {}, 0),
        "label": "popularity",
        "family": "baseline",
        "status": "ok",
        "reason": "",
        "started": "2025-01-01T00:00:00+00:00",
        "wall": 1.0,
        "memory": 10**8,
        "limits": {"time": 60.0, "memory": 1e9},
        "split_hash": "cd" * 32,
        "data_hash": "ef" * 32,
    }
    return Record(**(values | changes))


def rewritten(store: Store, old: Record, attempt: str = "", **changes: Any) -> Record:
    """The attempt `old` in the store, as if another one had been written, under a name of its own or `attempt`."""
    new = replace(old, **changes).named()
    new = replace(new, attempt=attempt or new.attempt)
    folder = store.folder_of(new)
    folder.parent.mkdir(exist_ok=True)
    store.folder_of(old).rename(folder)
    (folder / RECORD).write_text(new.to_json(), encoding="utf-8")
    return new


def answers(questions: int = 4, length: int = 3) -> Answers:
    """Lists and ranks of made-up numbers; the last question has one item fewer."""
    items = np.arange(questions * length, dtype=np.int32).reshape(questions, length)
    scores = np.linspace(1, 0, items.size, dtype=np.float32).reshape(items.shape)
    items[-1, -1], scores[-1, -1] = -1, np.nan
    numbers = np.arange(questions, dtype=np.int32)
    return Answers(
        TopK(items, scores),
        np.arange(questions + 1, dtype=np.int64),
        numbers + 100,
        numbers,
        numbers % 2,
        numbers % 3,
        numbers + 50,
        numbers * 0,
        np.full(questions, 4.0, np.float32),
        np.full(questions, 3.5),
    )


def context() -> Context:
    """A context with awkward names."""
    return Context(
        dataset="tiny",
        split={"name": "user-time", "test": 0.2},
        facts={"users": 2},
        users=np.array([0, 1], np.int32),
        user_ids=("007", "NA"),
        item_ids=("1e5", "null", "ü"),
        titles=("<b>", "\u202e", "日本"),
        popularity=np.array([3, 0, 1], np.int64),
        train_users=2,
        scale=(0.5, 5.0),
    )
