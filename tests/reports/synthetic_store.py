"""Stores with invented answers, so that every number in a report can be computed a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import answers_io
from bench.answers import Answers
from bench.background import Background
from bench.records import Context, Phase, Record, Slot
from bench.store import Store
from bench.types import TopK

SPLIT = {"name": "user-time", "test": 0.2}
DATASET = {"name": "movielens-small"}
PROVENANCE = {
    "python": "3.11.7",
    "system": "Linux x86_64",
    "processor": "A Processor",
    "cores": 2,
    "memory": 8_000_000_000,
    "recmatrix": "0.1.0",
    "commit": "0123456789ab",
    "versions": {"numpy": "2.4.0"},
    "threads": 1,
}
# label, family, how far up its held-out items stand (0 … 1), seconds, megabytes, predicts ratings
QUICK = (
    ("random", "baseline", 0.0, 0.0002, 182, False),
    ("popularity", "baseline", 0.47, 0.004, 183, False),
    ("bias", "baseline", 0.05, 0.009, 184, True),
    ("user-knn", "neighbours", 0.62, 0.21, 240, False),
    ("item-knn", "neighbours", 0.60, 0.35, 260, False),
    ("surprise-knn-means", "neighbours", 0.03, 0.9, 310, True),
    ("ease", "linear", 0.66, 8.1, 900, False),
    ("surprise-svd", "factors", 0.1, 1.4, 290, True),
    ("surprise-baseline", "baseline", 0.08, 0.15, 250, True),
    ("implicit-als", "factors", 0.60, 1.9, 270, False),
    ("implicit-bpr", "factors", 0.55, 2.6, 265, False),
    ("implicit-lmf", "factors", 0.35, 3.3, 266, False),
    ("lightfm", "factors", 0.57, 6.2, 280, False),
    ("neumf", "neural", 0.56, 41.0, 610, False),
)


def context(n_users: int, n_items: int = 300, *, per_user: int = 1, titles: Sequence[str] = ()) -> Context:
    """A split of `n_users` users who ask `per_user` questions each."""
    users = np.repeat(np.arange(n_users, dtype=np.int32), per_user)
    ids = tuple(f"i{i}" for i in range(n_items))
    facts = {"users": n_users, "items": n_items, "licence": "for research", "citation": "Harper & Konstan (2015)"}
    return Context(
        dataset=DATASET["name"],
        split=SPLIT,
        facts=facts,
        users=users,
        user_ids=tuple(f"u{u}" for u in users),
        item_ids=ids,
        titles=tuple(titles) or ids,
        popularity=np.arange(n_items, 0, -1, dtype=np.int64),
        train_users=n_users,
        scale=(0.5, 5.0),
    )


def told(split: Context, *, shareable: bool = True) -> Context:
    """The same with histories, of user u items u and the last one, and a licence that lets a page show them or not."""
    n_users, n_items = len(split.users), len(split.item_ids)
    history = np.stack([np.arange(n_users, dtype=np.int32), np.full(n_users, n_items - 1, np.int32)], axis=1).ravel()
    users = np.repeat(np.arange(n_users, dtype=np.int32), 2)
    background = Background(users, history, np.arange(0, 2 * n_users + 1, 2), history, None, None)
    facts = split.facts | {"notes": {"licence": "free", "shareable": shareable}}
    return replace(split, facts=facts, load=lambda: background)


def answers(
    ranks: Sequence[Sequence[int]], n_items: int = 300, *, errors: Any = None, length: int = 100, shown: Any = None
) -> Answers:
    """Answers whose held-out items stand at the given ranks (from 0); question q holds out items 0, 1, … of its own.

    `errors` (m,) is what the predicted ratings are off by; the true ratings are all 3. `shown(q)` gives the other
    items of a list in their order; without it they are the first ones.
    """
    counts = np.array([len(r) for r in ranks])
    flat = np.array([rank for row in ranks for rank in row], dtype=np.int32)
    length = min(length, n_items)
    lists = np.empty((len(ranks), length), np.int32)
    for q, row in enumerate(ranks):
        others = iter((np.arange(len(row), n_items) if shown is None else shown(q)).tolist())
        at = {rank: item for item, rank in enumerate(row)}
        lists[q] = [at[place] if place in at else next(others) for place in range(length)]
    held = np.concatenate([np.arange(c) for c in counts]) if len(counts) else np.empty(0)
    return Answers(
        lists=TopK(lists, np.tile(np.arange(length, 0, -1, dtype=np.float32), (len(ranks), 1))),
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        items=held.astype(np.int32),
        better=flat,
        tied=np.zeros(len(flat), np.int32),
        position=np.zeros(len(flat), np.int32),
        candidates=np.full(len(ranks), n_items, np.int32),
        unscored=np.zeros(len(ranks), np.int32),
        ratings=None if errors is None else np.full(len(flat), 3, np.float32),
        predictions=None if errors is None else (3 + np.asarray(errors)).astype(np.float32),
    )


def record(label: str, **changes: Any) -> Record:
    """An ok record of an algorithm; `params`, `seed`, `dataset`, `split` go to its slot."""
    slot = Slot(
        changes.pop("dataset", DATASET),
        changes.pop("split", SPLIT),
        changes.pop("algorithm", label),
        changes.pop("params", {}),
        changes.pop("seed", 0),
    )
    usual = Record(
        key=hashlib.sha256(f"{slot.id} {label}".encode()).hexdigest(),
        attempt="",
        slot=slot,
        label=label,
        family="baseline",
        status="ok",
        reason="",
        started="2024-05-01T12:00:00Z",
        wall=1.5,
        memory=200_000_000,
        limits={"time": 1800.0, "memory": 4e9},
        split_hash="5" * 64,
        data_hash="d" * 64,
        phases={"load": Phase(0.2, 0.2, 100_000_000), "fit": Phase(0.5, 0.6, 200_000_000)},
        counts={"questions": 3},
        provenance=PROVENANCE,
    )
    return replace(usual, **changes)


def put(store: Store, made: Record, found: Answers | None = None) -> Record:
    """Commit a record, with answers where there are any."""
    folder = store.begin()
    if found is not None:
        answers_io.write(found, folder)
    (folder / "log.txt").write_text("hello", encoding="utf-8")
    return store.commit(folder, made)


def empty(folder: Path) -> Store:
    """A store without records."""
    return Store(folder, create=True)


def realistic(folder: Path, *, n_users: int = 671, n_items: int = 2000, seeds: int = 1, copies: int = 1) -> Store:
    """A store like that of the quick matrix: better algorithms put held-out items further up, users differ."""
    store = empty(folder)
    split = replace(context(n_users, n_items))
    store.put_context("5" * 64, split)
    rng = np.random.default_rng(7)
    counts = rng.integers(3, 20, n_users)
    ease_of = rng.normal(0, 0.6, n_users)
    for copy in range(copies):
        for label, family, skill, fit, megabytes, rates in QUICK:
            for seed in range(seeds):
                ranks = [_ranks(rng, skill - 0.02 * copy, ease_of[u], int(counts[u]), n_items) for u in range(n_users)]
                errors = rng.normal(0, 0.95 - skill, counts.sum()) if rates else None
                made = record(
                    label + (f" (factors={32 * 2**copy})" if copy else ""),
                    params={"factors": copy},
                    seed=seed,
                    family=family,
                    memory=megabytes * 1_000_000,
                    wall=fit + 1.2,
                    phases={
                        "load": Phase(0.31, 0.3, 120_000_000),
                        "fit": Phase(fit * (1 + 0.1 * seed), fit * 1.4, megabytes * 1_000_000),
                        "recommend": Phase(0.4, 0.4, megabytes * 1_000_000),
                    },
                    latency={"questions": 200} | {f"p{n}": n * megabytes / 3e6 for n in (50, 95, 99)},
                )
                pool = 200 + int((0.9 - skill) * (n_items - 200))
                put(
                    store,
                    made,
                    answers(ranks, n_items, errors=errors, shown=lambda q, p=pool: 25 + rng.permutation(p - 25)),
                )
    return store


def _ranks(rng: np.random.Generator, skill: float, ease: float, count: int, n_items: int) -> list[int]:
    """Distinct ranks: log-uniform for a skilled algorithm, uniform for one without skill."""
    far = rng.random(3 * count + 20)
    power = 1 + 5.5 * max(skill, 0) * np.exp(0.3 * ease)
    ranks = np.unique((far**power * n_items).astype(int))
    return sorted(rng.choice(ranks, min(count, len(ranks)), replace=False).tolist())
