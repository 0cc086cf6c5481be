"""How well the held-out items of each question are ranked; formulas and a worked example in docs/metrics.md.

Notation: H the held-out items of a question, n = |H|, C its candidates, r = 1, 2, … the rank of a held-out item among
them, hits = how many have r ≤ k. Each metric is computed per question and then averaged over the questions with n > 0.

An item is a hit only if it can stand in a list: one that is hidden or no candidate, and one whose score was NaN, is
not. Held-out items are a set; an interaction that was held out twice counts once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bench.answers import Answers
from bench.metrics.measured import Doubles, Measured, mean
from bench.types import Bools, Longs

NEVER = np.iinfo(np.int64).max  # the rank of an item that stands in no list
NOTHING_HELD_OUT = "no question has a held-out item"


@dataclass(frozen=True)
class Best:
    """The h held-out items that are among the best k, by question and then by rank."""

    questions: Longs  # (h,)
    ranks: Longs  # (h,) r, counted from 1
    places: Longs  # (h,) as in `Ranking`
    hits: Doubles  # (q,)

    def total(self, weights: Doubles) -> Doubles:
        """(q,) the sums of (h,) weights over the items of each question."""
        return np.bincount(self.questions, weights, minlength=len(self.hits)).astype(np.float64)


@dataclass(frozen=True)
class Ranking:
    """Where the m distinct held-out items of q questions stand, by question and then by rank."""

    questions: Longs  # (m,) the question of each held-out item
    ranks: Longs  # (m,) counted from 0; NEVER for what cannot be listed
    places: Longs  # (m,) 0 for the best ranked held-out item of a question, 1 for the next …
    below: Doubles  # (m,) other candidates with a lower score, those with the same count half; 0 for no candidate
    held: Longs  # (q,) n
    found: Longs  # (q,) how many held-out items are candidates
    candidates: Longs  # (q,) |C|
    listable: Longs  # (q,) candidates with a score
    cuts: dict[int, Best] = field(default_factory=dict, repr=False, compare=False)  # by k, as far as asked for

    @classmethod
    def of(cls, answers: Answers) -> Ranking:
        """The ranking that `answers` report."""
        q = len(answers.candidates)
        owners = np.repeat(np.arange(q), np.diff(answers.offsets))
        candidates = answers.candidates.astype(np.int64)
        listable = candidates - answers.unscored
        better = answers.better.astype(np.int64)
        listed = better < listable[owners]
        ranks = np.where(listed, better + answers.position, NEVER)
        items = answers.items.astype(np.int64)
        last = int(candidates.max(initial=0))
        within = np.where(listed, ranks, last + items)  # another number for each item of a question
        order = np.argsort(owners * (last + 1 + items.max(initial=0)) + within, kind="stable")
        order = order[_first_of_each(owners[order], items[order])]
        questions, better = owners[order], better[order]
        size = candidates[questions]
        candidate = better < size
        held = np.bincount(questions, minlength=q)
        return cls(
            questions=questions,
            ranks=ranks[order],
            places=np.arange(len(order)) - (np.cumsum(held) - held)[questions],
            below=np.where(candidate, size - 1 - better - answers.tied[order] / 2, 0.0),
            held=held,
            found=np.bincount(questions[candidate], minlength=q),
            candidates=candidates,
            listable=listable,
        )

    def best(self, k: int) -> Best:
        """The held-out items among the best k; found once for all metrics."""
        if k not in self.cuts:
            hit = self.ranks < k
            questions = self.questions[hit]
            hits = np.bincount(questions, minlength=len(self.held)).astype(np.float64)
            self.cuts[k] = Best(questions, self.ranks[hit] + 1, self.places[hit], hits)
        return self.cuts[k]

    def hits(self, k: int) -> Doubles:
        """(q,) held-out items among the best k."""
        return self.best(k).hits

    def mean(self, values: Doubles) -> Measured:
        """The mean over questions that have a held-out item."""
        return mean(values, self.held > 0, NOTHING_HELD_OUT)

    def share(self, values: Doubles, of: Longs) -> Measured:
        """The mean of values / of, two (q,) arrays; `of` is positive wherever a question has a held-out item."""
        return self.mean(values / np.maximum(of, 1))


def _first_of_each(questions: Longs, items: Longs) -> Bools:
    """A mask without repetitions of one item in one question; equal ones stand side by side."""
    first = np.ones(len(items), np.bool_)
    first[1:] = (questions[1:] != questions[:-1]) | (items[1:] != items[:-1])
    return first


def precision(ranking: Ranking, k: int) -> Measured:
    """Hits / k, even where fewer than k items could be listed."""
    return ranking.mean(ranking.hits(k) / k)


def recall(ranking: Ranking, k: int) -> Measured:
    """Hits / n."""
    return ranking.share(ranking.hits(k), ranking.held)


def recall_capped(ranking: Ranking, k: int) -> Measured:
    """Hits / min(k, n): Liang et al. (2018), "Variational autoencoders for collaborative filtering", section 4.2."""
    return ranking.share(ranking.hits(k), np.minimum(ranking.held, k))


def f1(ranking: Ranking, k: int) -> Measured:
    """2 P R / (P + R) of each question, which is 2 hits / (k + n); 0 where both are 0."""
    return ranking.share(2 * ranking.hits(k), ranking.held + k)


def hit_rate(ranking: Ranking, k: int) -> Measured:
    """1 where hits > 0, else 0: Deshpande and Karypis (2004)."""
    return ranking.mean(np.minimum(ranking.hits(k), 1))


def ndcg(ranking: Ranking, k: int) -> Measured:
    """Σ_{r ≤ k} 1 / log2(r + 1), divided by the same sum over r = 1 … min(k, n).

    Järvelin and Kekäläinen (2002) with gain 1 for a held-out item and 0 for any other.
    """
    best = ranking.best(k)
    gained = best.total(1 / np.log2(best.ranks + 1.0))
    longest = min(k, int(ranking.held.max(initial=0)))
    ideal = np.concatenate([[1.0], np.cumsum(1 / np.log2(np.arange(longest) + 2.0))])  # [0] is for n = 0, not used
    return ranking.mean(gained / ideal[np.minimum(ranking.held, longest)])


def average_precision(ranking: Ranking, k: int) -> Measured:
    """1 / min(k, n) · Σ_{r ≤ k} (held-out items up to r) / r; its mean over questions is MAP@k."""
    best = ranking.best(k)
    return ranking.share(best.total((best.places + 1) / best.ranks), np.minimum(ranking.held, k))


def reciprocal_rank(ranking: Ranking, k: int) -> Measured:
    """1 / r of the best ranked held-out item if r ≤ k, else 0; its mean over questions is MRR@k (Voorhees 1999)."""
    best = ranking.best(k)
    return ranking.mean(best.total(np.where(best.places == 0, 1 / best.ranks, 0)))


def auc(ranking: Ranking) -> Measured:
    """The share of pairs (held-out item, other candidate) in which the held-out item has the higher score.

    Equal scores count half (Hanley and McNeil 1982); a held-out item that is no candidate loses all its pairs. With
    f held-out items among the candidates, Σ `below` counts each of their own f (f − 1) / 2 pairs as 1; these go out.
    Per question as in Rendle et al. (2009), "BPR", section 4.1.1, where scores are never equal.
    """
    others = ranking.candidates - ranking.found
    won = np.bincount(ranking.questions, ranking.below, minlength=len(others)).astype(np.float64)
    won -= ranking.found * (ranking.found - 1) / 2
    pairs = ranking.held * others
    return mean(won / np.maximum(pairs, 1), pairs > 0, "no question has both a held-out item and another candidate")


def accuracy(ranking: Ranking, k: int) -> Measured:
    """(true positives + true negatives) / |C|: listed and held out, or neither listed nor held out.

    The accuracy of a classifier that says yes to the list. Nearly every candidate is rightly left out, so this is close
    to 1 for any list; see docs/metrics.md.
    """
    hits, listed = ranking.hits(k), np.minimum(ranking.listable, k)
    right = hits + (ranking.candidates - ranking.found - (listed - hits))
    reason = "no question has both a held-out item and a candidate"
    return mean(right / np.maximum(ranking.candidates, 1), (ranking.held > 0) & (ranking.candidates > 0), reason)
