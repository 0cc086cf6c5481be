"""What a split's context holds beside names and counts: read only where a metric or a slice asks for it.

It lies where cells can read it while they train, so it tells nothing of what is held out: training interactions, what
people had before they asked, features of items, and in which quarter of the test a question is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.integer_sets import among, distinct
from bench.ragged import offsets, ranges
from bench.types import HeldOut, Ints, Longs, Split

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

QUARTERS = 4


@dataclass(frozen=True)
class Background:
    """t training interactions, n items with f features, q questions whose histories have h distinct items in all."""

    users: Ints  # (t,) ascending
    items: Ints  # (t,) distinct for each user
    offsets: Longs  # (q + 1,) into `history`
    history: Ints  # (h,) ascending for each question
    quarters: Longs | None  # (q,) first second of the quarter of the test in which a question is asked; None: no times
    features: csr_matrix | None  # (n, f)
    feature_names: tuple[str, ...] = ()  # (f,)

    @property
    def lengths(self) -> Longs:
        """(q,) how many distinct items each question's history has."""
        return np.diff(self.offsets)

    def histories(self, n_items: int) -> csr_matrix:
        """(q, n_items) float64 ones."""
        from scipy.sparse import csr_matrix

        data = np.ones(len(self.history))
        return csr_matrix((data, self.history.copy(), self.offsets.copy()), shape=(len(self.lengths), n_items))

    def of_questions(self, rows: NDArray[Any]) -> Background:
        """The same for the questions at the ascending positions `rows`."""
        history = self.history[ranges(self.offsets[rows], self.lengths[rows])]
        quarters = None if self.quarters is None else self.quarters[rows]
        return replace(self, offsets=offsets(self.lengths[rows]), history=history, quarters=quarters)


def background_of(split: Split) -> Background:
    """The background of a split."""
    learnt, side = split.learnt.matrix(), split.dataset.items
    starts, history = _histories(split)
    return Background(
        users=np.repeat(np.arange(learnt.shape[0], dtype=np.int32), np.diff(learnt.indptr)),
        items=learnt.indices.astype(np.int32, copy=False),
        offsets=starts,
        history=history,
        quarters=_quarters(split.test),
        features=side.features,
        feature_names=side.feature_names if side.features is not None else (),
    )


def _histories(split: Split) -> tuple[Longs, Ints]:
    """The distinct items of each question's history, without those that the same person is asked about.

    A protocol may ask one person several times, and then the history of a later question holds the answer to an earlier
    one. Such pairs are left out unless algorithms are given them anyway.
    """
    test, n_items = split.test, split.test.query.n_items
    counts = np.diff(test.query.offsets)
    rows = np.repeat(np.arange(len(test)), counts)
    pairs = test.askers[rows].astype(np.int64) * n_items + test.query.items
    secret = among(pairs, test.askers[test.rows].astype(np.int64) * n_items + test.items)
    if secret.any():
        secret[secret] = ~among(pairs[secret], _given(split))
    asked, items = np.divmod(distinct(rows[~secret] * n_items + test.query.items[~secret]), n_items)
    return offsets(np.bincount(asked, minlength=len(test))), items.astype(np.int32)


def _given(split: Split) -> Longs:
    """The pairs (person, item) that algorithms are given to learn from, one number each."""
    n_items = split.train.n_items
    pairs = [part.users.astype(np.int64) * n_items + part.items for part in (split.train, split.learnt)]
    if (held := split.validation) is not None:
        pairs.append(held.askers[held.rows].astype(np.int64) * n_items + held.items)
    return np.concatenate(pairs)


def _quarters(test: HeldOut) -> Longs | None:
    """For each question the first second of its quarter: a fourth of the questions by their first held-out moment.

    Questions of one moment are never divided, so the quarters may be unequal, or fewer.
    """
    if test.times is None or len(test) == 0 or not np.diff(test.offsets).all():
        return None
    moments = np.minimum.reduceat(test.times, test.offsets[:-1])
    starts = np.unique(np.sort(moments)[np.arange(QUARTERS) * len(moments) // QUARTERS])
    return np.asarray(starts[np.searchsorted(starts, moments, side="right") - 1], np.int64)
