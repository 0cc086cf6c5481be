"""Ranking the held-out items among a few others instead of the whole catalogue, as many papers do.

The others of a question are sampled or listed. Only test questions have such candidates; validation ranks everything.
What such a ranking says can reorder algorithms (Krichene and Rendle 2020, "On sampled metrics for item
recommendation"), so `Split.candidates` says in words what was ranked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit

from bench import memory
from bench.errors import BadData
from bench.ragged import offsets, ranges
from bench.splits import files
from bench.splits.asking import Listed, Sampled
from bench.splits.questions import of_users
from bench.splits.rows import Rows, numbers
from bench.types import Dataset, HeldOut, Interactions, Ints, frozen

_TRIES = 20  # draws for each item that is wanted before all that are left are weighed one by one


def with_candidates(
    questions: HeldOut,
    wanted: Sampled | Listed | Rows | None,
    seen: Interactions,
    train: Interactions,
    dataset: Dataset,
) -> tuple[HeldOut, str]:
    """The questions with their candidates, and in words what they are; without `wanted` the whole catalogue is ranked.

    `seen` is all that the users had before, `train` the training part, whose interactions are popularity. Raises
    BadData where a listed id is unknown to the data set or a user who asks has no list.
    """
    if wanted is None:
        return questions, ""
    if isinstance(wanted, Sampled):
        how = "sampled uniformly" if wanted.by == "uniform" else "sampled by popularity"
        said = f"the held-out items and {wanted.sampled} others, {how} (seed {wanted.seed})"
        return _sampled(questions, wanted, seen, train), said
    rows = files.listed(files.find(wanted.listed)) if isinstance(wanted, Listed) else wanted
    return _listed(questions, rows, dataset), "the held-out items and others that are listed for each user"


def _sampled(questions: HeldOut, wanted: Sampled, seen: Interactions, train: Interactions) -> HeldOut:
    """For each question `sampled` items that its user neither had nor is asked for, drawn without replacement.

    One after the other is drawn among those that are left, all alike or with a probability in proportion to their
    training interactions; whoever has fewer left gets them all. A draw depends on the seed and on the question alone.
    """
    n_items = questions.query.n_items
    urn = train.items if wanted.by == "popularity" else np.arange(n_items, dtype=np.int32)
    lengths, rows = of_users(seen, questions.askers)
    held = (questions.offsets, np.ascontiguousarray(questions.items))
    had = (offsets(lengths), seen.items[rows])
    width = int(np.diff(questions.offsets).max(initial=0)) + min(wanted.sampled, n_items)
    out, sizes = _room(len(questions), width), np.zeros(len(questions), np.int64)
    weights = np.bincount(urn, minlength=n_items).astype(np.int64)
    _draw(
        questions.askers,
        np.uint64(wanted.seed),
        wanted.sampled,
        np.ascontiguousarray(urn),
        weights,
        held,
        had,
        out,
        sizes,
    )
    return _ranking(questions, out[:, : max(1, int(sizes.max(initial=0)))])


def _listed(questions: HeldOut, rows: Rows, dataset: Dataset) -> HeldOut:
    """The held-out items and the listed ones; an item that is both, or listed twice, is one candidate."""
    users = numbers(rows.users, dataset.users.ids, "user", dataset.name)
    items = numbers(rows.items, dataset.items.ids, "item", dataset.name)
    order = np.argsort(users, kind="stable")
    counts = np.bincount(users, minlength=len(dataset.users))
    without = questions.askers[counts[questions.askers] == 0]
    if len(without):
        first = dataset.users.ids[without[0]]
        raise BadData(f"no candidates are listed for user {first!r} ({len(without)} of {len(questions)} users who ask)")
    lengths = counts[questions.askers]
    places = ranges(offsets(counts)[questions.askers], lengths)
    asked = np.concatenate([questions.rows, np.repeat(np.arange(len(questions)), lengths)])
    pairs = np.unique(asked * dataset.interactions.n_items + np.concatenate([questions.items, items[order][places]]))
    row, item = np.divmod(pairs, dataset.interactions.n_items)
    sizes = np.bincount(row, minlength=len(questions))
    out = _room(len(questions), int(sizes.max(initial=1)))
    out[row, np.arange(len(pairs)) - np.repeat(offsets(sizes)[:-1], sizes)] = item
    return _ranking(questions, out)


def _room(rows: int, width: int) -> Ints:
    """(rows, width) of -1. Raises Unsupported where the memory does not hold it."""
    memory.require(4 * rows * width, f"the candidates of {rows} questions, {width} each,")
    return np.full((rows, width), -1, np.int32)


def _ranking(questions: HeldOut, candidates: Ints) -> HeldOut:
    """Rows are ascending, so that the place of a candidate does not tell which one is held out.

    A row as wide as the catalogue gets one more place: scores of that width always are those of all items in order.
    """
    if candidates.shape[1] == questions.query.n_items:
        candidates = np.pad(candidates, ((0, 0), (0, 1)), constant_values=-1)
    kept = frozen(np.ascontiguousarray(candidates))
    return replace(questions, query=replace(questions.query, candidates=kept))


@njit(cache=True, nogil=True)
def _next(state: np.uint64) -> tuple[np.uint64, float]:
    """The next state of SplitMix64 (Steele, Lea and Flood 2014) and its number in (0, 1]."""
    state += np.uint64(0x9E3779B97F4A7C15)
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, (np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) + 1.0) / 9007199254740992.0  # 2⁵³


@njit(cache=True, nogil=True)
def _begin(seed: np.uint64, user: int) -> np.uint64:
    """A state that is far from those of other seeds and users."""
    z = (seed + np.uint64(1)) * np.uint64(0xD1B54A32D192ED03) ^ (np.uint64(user) + np.uint64(1))
    z = (z ^ (z >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    z = (z ^ (z >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return z ^ (z >> np.uint64(33))


@njit(cache=True, nogil=True)
def _draw(  # type: ignore[no-untyped-def]
    people, seed, sampled, urn, weights, held, seen, out, sizes
):
    """Fill out (b, c), each row ascending, and sizes (b,). An item lies weights[item] times in the urn."""
    taken = np.full(len(weights), -1, np.int64)  # the last row for which an item was taken or excluded
    for row in range(len(people)):
        size = 0
        left = np.count_nonzero(weights)
        for item in held[1][held[0][row] : held[0][row + 1]]:
            if taken[item] != row:
                left -= weights[item] > 0
                taken[item] = row
                out[row, size] = item
                size += 1
        for item in seen[1][seen[0][row] : seen[0][row + 1]]:
            if taken[item] != row:
                left -= weights[item] > 0
                taken[item] = row
        size = _fill(row, _begin(seed, people[row]), size, min(sampled, left), left, urn, weights, taken, out)
        out[row, :size].sort()
        sizes[row] = size


@njit(cache=True, nogil=True)
def _fill(  # type: ignore[no-untyped-def]
    row, state, size, wanted, left, urn, weights, taken, out
):
    """Draw `wanted` of the `left` items that are not taken; the new size of the row."""
    full = size + wanted
    if wanted < left:
        for _ in range(_TRIES * wanted):
            state, number = _next(state)
            item = urn[min(int(number * len(urn)), len(urn) - 1)]
            if taken[item] != row:
                taken[item] = row
                out[row, size] = item
                size += 1
                if size == full:
                    return size
    # Too few are left to be hit by chance. The smallest −ln(number) / weight first is the same as drawing one after
    # the other in proportion to the weights (Efraimidis and Spirakis 2006).
    others = np.flatnonzero((weights > 0) & (taken != row))
    keys = np.empty(len(others))
    for place in range(len(others)):
        state, number = _next(state)
        keys[place] = -np.log(number) / weights[others[place]]
    for place in np.argsort(keys)[: full - size]:
        out[row, size] = others[place]
        size += 1
    return size
