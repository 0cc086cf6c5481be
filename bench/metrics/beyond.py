"""What the lists are like, whatever was held out: how much of the catalogue they show and how little known it is.

Items whose score was NaN are no part of a list.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.measured import Measured, mean, undefined, whole
from bench.records import Context
from bench.types import Answers, Ints


def _best(answers: Answers, k: int) -> Ints:
    """(q, k) listed items, −1 where there is none."""
    return answers.lists.without_unscored().items[:, :k]


def _why_not(answers: Answers, context: Context, k: int) -> str:
    """Why metrics at k cannot be read from the stored lists, or the empty string."""
    questions, length = answers.lists.items.shape
    if questions == 0 or len(context.popularity) == 0:
        return "there are no questions" if questions == 0 else "the catalogue is empty"
    return f"the stored lists hold {length} items, fewer than {k}" if length < min(k, len(context.popularity)) else ""


def coverage(answers: Answers, context: Context, k: int) -> Measured:
    """The share of the catalogue's items that stand among the best k of at least one question.

    Catalogue coverage of Ge et al. (2010), "Beyond accuracy".
    """
    if reason := _why_not(answers, context, k):
        return undefined(reason)
    items = _best(answers, k)
    shown = np.zeros(len(context.popularity), np.bool_)
    shown[items[items >= 0]] = True
    return whole(float(shown.mean()))


def novelty(answers: Answers, context: Context, k: int) -> Measured:
    """The mean of log2(U / max(c_i, 1)) in bits over a question's best k, then over questions with a list.

    c_i are the training interactions of item i, U the users in training: the self-information of Zhou et al. (2010),
    which is −log2 of the share of users who know the item (Vargas and Castells 2011). An item that nobody has in
    training counts as if one user had it; an item with more interactions than there are users counts as 0.
    """
    if reason := _why_not(answers, context, k):
        return undefined(reason)
    if context.train_users == 0:
        return undefined("training has no users")
    information = np.maximum(np.log2(context.train_users / np.maximum(context.popularity, 1)), 0)
    items = _best(answers, k)
    listed = items >= 0
    sums = np.where(listed, information[items], 0).sum(axis=1)
    lengths = listed.sum(axis=1)
    return mean(sums / np.maximum(lengths, 1), lengths > 0, "every list is empty")
