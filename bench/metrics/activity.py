"""Whether those who are seldom here are served as well as those who are here often."""

from __future__ import annotations

import numpy as np

from bench.metrics import ranking
from bench.metrics.evidence import NO_BACKGROUND, Evidence
from bench.metrics.measured import Measured, mean, undefined

GROUPS = 5


def activity_gap(evidence: Evidence, k: int) -> Measured:
    """The mean NDCG@k of the most active fifth of the questions minus that of the least active fifth.

    Activity is the number of different items in the history, of questions with a held-out item only. Of q questions the
    ⌈q / 5⌉-th shortest and longest histories bound the groups; whoever has as many belongs to the group too. Li et al.
    (2021), "User-oriented fairness in recommendation", compare active and inactive users so.

    Each question of a group has the part gap ± (NDCG − mean of its group) · (questions in both) / (questions in its
    own): the influence function of a difference of means. Their mean is the gap, and a resample of them varies as the
    gap does, to the first order; it does not vary with how many of each group were drawn.
    """
    found = ranking.ndcg(evidence.ranking, k)
    if found.value is None or found.numerator is None or found.denominator is None:
        return undefined(found.reason)
    if evidence.context.background is None:
        return undefined(NO_BACKGROUND)
    lengths, asked = evidence.background.lengths, found.denominator > 0
    ordered = np.sort(lengths[asked])
    last = -(-len(ordered) // GROUPS) - 1
    least, most = asked & (lengths <= ordered[last]), asked & (lengths >= ordered[-1 - last])
    if (least & most).any():
        return undefined("too many histories are equally long to tell the most active fifth from the least active one")
    both, high, low = most | least, found.numerator[most].mean(), found.numerator[least].mean()
    above = (found.numerator - high) * most / most.sum() - (found.numerator - low) * least / least.sum()
    return mean(high - low + above * both.sum(), both, "")
