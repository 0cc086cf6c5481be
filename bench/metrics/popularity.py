"""How well known the listed items are, whatever was held out.

c_i is the number of users who had item i in training, U the number of users in training.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import NO_LISTS, Evidence
from bench.metrics.measured import Doubles, Measured, mean, quotient, undefined
from bench.types import Bools


def popularity(evidence: Evidence, k: int) -> Measured:
    """The mean of c / U over a question's best k, then over questions with a list.

    Average recommendation popularity of Abdollahpouri et al. (2019), "Managing popularity bias in recommender systems
    with personalized re-ranking", as a share of the users.
    """
    if reason := evidence.why_no_shares(k):
        return undefined(reason)
    return mean(*_average(evidence, evidence.shares, k), NO_LISTS)


def novelty(evidence: Evidence, k: int) -> Measured:
    """The mean of log2(U / max(c, 1)) in bits over a question's best k, then over questions with a list.

    The self-information of Zhou et al. (2010), which is −log2 of the share of users who know the item (Vargas and
    Castells 2011). An item that nobody has in training counts as if one user had it; an item with more interactions
    than there are users counts as 0.
    """
    if reason := evidence.why_no_shares(k):
        return undefined(reason)
    context = evidence.context
    information = np.maximum(np.log2(context.train_users / np.maximum(context.popularity, 1)), 0)
    return mean(*_average(evidence, information, k), NO_LISTS)


def popularity_lift(evidence: Evidence, k: int) -> Measured:
    """(Σ l − Σ h) / Σ h over the questions, l the mean of c / U over the best k and h the same over the history.

    ΔGAP of Abdollahpouri et al. (2019), "The unfairness of popularity bias in recommendation": 0 where lists are as
    popular as what their users chose themselves, 1 where they are twice as popular. A question without a list, without
    a history, or with a history of items that nobody had in training is left out.
    """
    if reason := evidence.why_no_shares(k) or evidence.why_no_background(k):
        return undefined(reason)
    background = evidence.background
    listed, has_list = _average(evidence, evidence.shares, k)
    sums = background.histories(len(evidence.shares)) @ evidence.shares
    own = np.where(has_list, sums / np.maximum(background.lengths, 1), 0)
    return quotient(np.where(own > 0, listed - own, 0), own, "no question has both a list and a history")


def _average(evidence: Evidence, values: Doubles, k: int) -> tuple[Doubles, Bools]:
    """(q,) the mean of the (n,) values over the best k of each question, and whether there is any."""
    items = evidence.best(k)
    listed = items >= 0
    lengths = listed.sum(axis=1)
    return np.where(listed, values[items], 0).sum(axis=1) / np.maximum(lengths, 1), lengths > 0
