"""What is learnt from, made smaller or worse: learning curves, and robustness against noise.

What is held out stays as it is, and so does what is hidden from the answers: all steps are asked the same questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.order import tie_hash
from bench.errors import Unsupported
from bench.splits.asking import Asking
from bench.splits.pieces import Pieces
from bench.splits.rows import concatenated, joined
from bench.types import Interactions, Ints, Longs

LEARNT = ("train", "both")  # from which algorithms learn
HISTORIES = ("validation_history", "test_history", "test_training")
_SEED = 0x5EED
_DRAWS = 20  # rounds of drawing pairs that nobody has


def varied(pieces: Pieces, asking: Asking) -> Pieces:
    """The pieces with a share of what is learnt from, and with random interactions among it.

    By interactions, the share of the training part whose hash comes first stays, so a smaller share is part of a larger
    one; histories lose the same. By users, all that others do stays in their histories, and they are new to training.
    Noise are pairs of a user and an item that are nowhere in the data: the user of a random interaction of the training
    part with its time, any item of it, the rating of another random interaction.
    """
    if asking.train_share < 1:
        pieces = _smaller(pieces, asking)
    return _noisier(pieces, asking) if asking.noise else pieces


def _smaller(pieces: Pieces, asking: Asking) -> Pieces:
    learnt = pieces.both
    of_users = asking.train_share_of == "users"
    units = np.unique(learnt.users).astype(np.int64) if of_users else _pairs(learnt)
    count = round(asking.train_share * len(units))
    if not count:
        raise Unsupported(f"train_share = {asking.train_share:g} leaves nothing to learn from")
    kept = np.sort(units[np.argsort(_hashes(units), kind="stable")[:count]])

    def take(piece: Interactions) -> Interactions:
        own = piece.users.astype(np.int64) if of_users else _pairs(piece)
        gone = np.isin(own, units) & ~np.isin(own, kept)
        return piece.take(~gone)

    return _changed(pieces, LEARNT if of_users else (*LEARNT, *HISTORIES), take)


def _noisier(pieces: Pieces, asking: Asking) -> Pieces:
    rows, items = _drawn(pieces, asking)
    data = pieces.train
    places = rows - data.offsets[data.users[rows]]  # of the interactions that lend user and time, among their user's
    order = np.argsort(data.users[rows], kind="stable")
    lent = data.take(rows[order])
    ratings = None if data.ratings is None else data.ratings[rows[order[::-1]]]
    nothing = None if data.reviews is None else np.full(len(rows), "", np.object_)
    noise = replace(lent, items=items[order].astype(np.int32), ratings=ratings, reviews=nothing)
    return _changed(pieces, (*LEARNT, *HISTORIES), lambda piece: _mixed(piece, noise, places[order]))


def _drawn(pieces: Pieces, asking: Asking) -> tuple[Longs, Longs]:
    """Rows of the training part and items: pairs that are in no piece; fewer where there are not so many."""
    data, rng = pieces.train, np.random.default_rng(_SEED)
    wanted = round(asking.noise * len(data))
    known = np.unique(np.concatenate([_pairs(getattr(pieces, field.name)) for field in fields(pieces)]))
    met = np.unique(data.items).astype(np.int64)  # no other item becomes known by noise
    rows, items = np.empty(0, np.int64), np.empty(0, np.int64)
    for _ in range(_DRAWS):
        missing = wanted - len(rows)
        rows = np.concatenate([rows, rng.integers(len(data), size=missing)])
        items = np.concatenate([items, rng.choice(met, size=missing)])
        pairs = data.users[rows].astype(np.int64) * data.n_items + items
        first = np.unique(pairs, return_index=True)[1]
        fresh = np.sort(first[~np.isin(pairs[first], known)])
        rows, items = rows[fresh], items[fresh]
    return rows, items


def _mixed(piece: Interactions, noise: Interactions, places: Longs) -> Interactions:
    """Both, each of the noise at its time, or just after the interaction that lent its user."""
    if piece.times is not None:
        return joined(piece, noise)
    both = concatenated(piece, noise)
    if piece.ordered:
        own = np.arange(len(piece)) - piece.offsets[piece.users]
        return both.take(np.lexsort((np.concatenate([own, places + 0.5]), both.users)))
    return both.take(np.lexsort((both.items, both.users)))


def _changed(pieces: Pieces, names: tuple[str, ...], change: Callable[[Interactions], Interactions]) -> Pieces:
    """Some pieces changed; those that are one object stay one."""
    made: dict[int, Interactions] = {}
    changes: dict[str, Any] = {}
    for name in names:
        piece = getattr(pieces, name)
        if id(piece) not in made:
            made[id(piece)] = change(piece)
        changes[name] = made[id(piece)]
    return replace(pieces, **changes)


def _pairs(data: Interactions) -> Longs:
    return data.users.astype(np.int64) * data.n_items + data.items


def _hashes(units: Longs) -> NDArray[np.uint64]:
    low: Ints = (units & 0x7FFFFFFF).astype(np.int32)
    return tie_hash((units >> 31).astype(np.int32) ^ np.int32(_SEED), low)
