"""Does an algorithm keep the contract? Checks that grow with what its flags promise.

for check in checks_for(MyAlgorithm):
    outcome = check.run(MyAlgorithm)   # outcome.state is "ok", "failed" or "skipped"; outcome.why says why

Nothing here needs pytest: `bench check` and a plug-in's own tests use it alike.
"""

from __future__ import annotations

from typing import Any

from bench.algorithm import Algorithm
from bench.conformance import (
    asking,
    bounds,
    declared,
    divergence,
    explaining,
    hard_data,
    inputs,
    learning,
    lists,
    predicting,
    repeatable,
    saved,
    strangers,
)
from bench.conformance.check import Check, ConformanceFailure, NotExamined, Outcome

__all__ = ["Check", "ConformanceFailure", "NotExamined", "Outcome", "checks_for"]

_TOPICS = (
    declared,
    bounds,
    inputs,
    repeatable,
    lists,
    strangers,
    saved,
    learning,
    divergence,
    hard_data,
    predicting,
    explaining,
    asking,
)


def checks_for(cls: type[Algorithm[Any]]) -> list[Check]:
    """The checks that apply to a class, in the order in which they are best read. Raises what its flags raise."""
    return [check for topic in _TOPICS for check in topic.CHECKS if check.applies(cls)]
