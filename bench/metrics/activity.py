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
    ⌈q / 5⌉-th shortest and longest histories bound the groups; whoever has as many belongs to the group too. Each
    question of a group has the part ± NDCG · (questions in both) / (questions in its own), so that their mean is the
    gap. Li et al. (2021), "User-oriented fairness in recommendation", compare active and inactive users so.
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
    both = least.sum() + most.sum()
    return mean(found.numerator * both * (most / most.sum() - least / least.sum()), least | most, "")
