"""Reasons are items of the history, the strongest first."""

from __future__ import annotations

import math

from bench.algorithm import Can
from bench.conformance.check import Check, require
from bench.conformance.lab import Lab
from bench.types import Query, Reason

_ASKED = 10  # users


def _explains(lab: Lab) -> None:
    query = lab.held_out.query
    best = lab.townsman.recommend(query, 1).items[:, 0]
    explained = 0
    for row in range(min(_ASKED, len(query))):
        question = query.slice(row, row + 1)
        for n in (1, 5):
            reasons = lab.townsman.explain(question, int(best[row]), n)
            _require_valid(reasons, question, n)
            explained += len(reasons)
    require(explained, f"no reason at all for the best items of {_ASKED} users")


def _require_valid(reasons: list[Reason], question: Query, n: int) -> None:
    require(all(isinstance(reason, Reason) for reason in reasons), f"explain returned {reasons!r}, not Reasons")
    require(len(reasons) <= n, f"explain returned {len(reasons)} reasons where {n} were asked for")
    items, weights = [reason.item for reason in reasons], [reason.weight for reason in reasons]
    foreign = sorted(set(items) - set(question.items.tolist()))
    require(not foreign, f"items {foreign} are given as reasons and are not in the history")
    require(len(set(items)) == len(items), f"an item is given as a reason twice: {items}")
    require(all(math.isfinite(weight) for weight in weights), f"weights {weights} are not finite")
    require(weights == sorted(weights, reverse=True), f"weights {weights} do not fall")


CHECKS = (
    Check(
        "explains", "are its reasons items of the history, strongest first?", _explains, lambda c: Can.EXPLAIN in c.can
    ),
)
