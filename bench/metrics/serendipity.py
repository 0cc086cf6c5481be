"""Hits that nobody needs a recommender for are not counted."""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import NO_BACKGROUND, Evidence
from bench.metrics.measured import Measured, undefined


def serendipity(evidence: Evidence, k: int) -> Measured:
    """Hits that popularity would not list / k.

    Ge et al. (2010), "Beyond accuracy": the useful among the items that a primitive recommender does not show. Useful
    is what was held out; the primitive recommender lists by popularity what the user has not had. It does not list an
    item if k or more others are more popular: which of several equally popular ones it takes is not asked. Undefined
    where not the whole catalogue was ranked: there it would list the most popular candidates, which are not kept.
    """
    context, held = evidence.context, evidence.held
    if context.background is None or context.train_users == 0:
        return undefined(NO_BACKGROUND if context.background is None else "training has no users")
    if context.candidates:
        return undefined("only some candidates were ranked, and which of them are the most popular is not known")
    n_items = len(context.popularity)
    ordered = np.sort(context.popularity)
    above = n_items - np.searchsorted(ordered, context.popularity, side="right")  # (n,) how many are more popular
    owners = np.repeat(np.arange(len(held.counts)), context.background.lengths)
    seen = np.sort(owners * n_items + above[context.background.history])
    hit = held.hit(k)
    questions, higher = held.questions[hit], above[held.items[hit]]
    known = np.searchsorted(seen, questions * n_items + higher) - context.background.offsets[questions]
    surprising = np.bincount(questions[higher - known >= k], minlength=len(held.counts))
    return held.mean(surprising / k)
