"""The distinct held-out items one by one, for metrics in which they do not all count the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.answers import Answers
from bench.metrics.measured import Doubles, Measured, mean
from bench.metrics.ranking import NEVER, NOTHING_HELD_OUT
from bench.types import Bools, Ints, Longs


@dataclass(frozen=True)
class Held:
    """The m distinct held-out items of q questions, question after question.

    An interaction that was held out twice counts once, with the rating that stands first.
    """

    questions: Longs  # (m,) the question of each held-out item
    items: Ints  # (m,)
    better: Longs  # (m,) candidates with a higher score; NEVER for what cannot be listed
    tied: Longs  # (m,) other candidates with the same score
    ranks: Longs  # (m,) counted from 0; NEVER for what cannot be listed
    ratings: Doubles | None  # (m,)
    counts: Longs  # (q,) how many each question has

    @classmethod
    def of(cls, answers: Answers) -> Held:
        """The held-out items in `answers`."""
        q = len(answers.candidates)
        owners = np.repeat(np.arange(q), np.diff(answers.offsets))
        pairs = owners * (int(answers.items.max(initial=0)) + 1) + answers.items
        rows = np.sort(np.unique(pairs, return_index=True)[1])
        questions, better = owners[rows], answers.better[rows].astype(np.int64)
        listed = better < (answers.candidates.astype(np.int64) - answers.unscored)[questions]
        return cls(
            questions=questions,
            items=answers.items[rows],
            better=np.where(listed, better, NEVER),
            tied=answers.tied[rows].astype(np.int64),
            ranks=np.where(listed, better + answers.position[rows], NEVER),
            ratings=None if answers.ratings is None else answers.ratings[rows].astype(np.float64),
            counts=np.bincount(questions, minlength=q),
        )

    def total(self, values: Doubles) -> Doubles:
        """(q,) the sums of (m,) values over the held-out items of each question."""
        return np.bincount(self.questions, values, minlength=len(self.counts)).astype(np.float64)

    def hit(self, k: int) -> Bools:
        """(m,) whether an item is among the best k."""
        return self.ranks < k

    def gained(self, gains: Doubles, k: int) -> Doubles:
        """(q,) DCG with (m,) gains: Σ_{r ≤ k} gain / log2(r + 1)."""
        hit = self.hit(k)
        return self.total(np.where(hit, gains / np.log2(np.where(hit, self.ranks, 0) + 2.0), 0))

    def ideal(self, gains: Doubles, k: int) -> Doubles:
        """(q,) the largest DCG that any order of the held-out items has: the k highest gains, highest first."""
        order = np.lexsort((-gains, self.questions))
        places = np.arange(len(order)) - (np.cumsum(self.counts) - self.counts)[self.questions]
        return self.total(np.where(places < k, gains[order] / np.log2(places + 2.0), 0))

    def mean(self, values: Doubles) -> Measured:
        """The mean of (q,) values over the questions that have a held-out item."""
        return mean(values, self.counts > 0, NOTHING_HELD_OUT)
