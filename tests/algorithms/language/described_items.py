"""Items of two kinds whose text tells the kind, and people who like one of them."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions, Query, Side, Training

SEA = ("whales", "sailors", "harbour", "lighthouse", "submarine", "pirates", "coral reef", "fishermen")
SPACE = ("rockets", "astronauts", "planets", "galaxy", "satellite", "aliens", "moon landing", "black hole")
TEXTS = tuple(f"A film about {word}" for pair in zip(SEA, SPACE, strict=True) for word in pair)  # even: the sea
N_ITEMS = len(TEXTS)


def side(texts: tuple[str, ...] | None = TEXTS, titles: tuple[str, ...] | None = None) -> Side:
    ids = tuple(f"i{number:03d}" for number in range(len(texts or titles or ())))
    return Side(ids, titles=titles or texts, texts=texts)


def training(items: Side | None = None, users: int = 20, met: int = N_ITEMS - 2, ordered: bool = True) -> Training:
    """Even people have the even ones of the first `met` items, in an order of their own, odd ones the others."""
    items = items or side()
    rng = np.random.default_rng(0)
    histories = [rng.permutation(np.arange(user % 2, met, 2)) for user in range(users)]
    who = np.repeat(np.arange(users), [len(own) for own in histories]).astype(np.int32)
    what = np.concatenate(histories).astype(np.int32)
    times = np.arange(len(what)) if ordered else None
    data = Interactions(who, what, None, times, users, len(items), ordered=ordered)
    return Training(data, items, Side(tuple(f"u{user}" for user in range(users))))


def question(*histories: tuple[int, ...], n_items: int = N_ITEMS) -> Query:
    """One question of a new user for each history."""
    offsets = np.concatenate([[0], np.cumsum([len(own) for own in histories])]).astype(np.int64)
    items = np.array([item for own in histories for item in own], np.int32)
    items.flags.writeable = offsets.flags.writeable = False
    users = np.full(len(histories), -1, np.int32)
    return Query(np.arange(len(histories)), users, offsets, items, None, None, n_items)
