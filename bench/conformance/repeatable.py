"""The same question has the same answer."""

from __future__ import annotations

import numpy as np

from bench.conformance import exams
from bench.conformance.check import Check, ConformanceFailure, NotExamined, require
from bench.conformance.compare import close, require_same_lists
from bench.conformance.lab import Lab
from bench.types import Floats

_SLICE = 7  # questions


def _same_seed(lab: Lab) -> None:
    query = lab.held_out.query
    first = lab.townsman.score(query)
    second, _ = lab.twin
    require_same_lists(first, second, query, "two models of one seed, fitted on the same data")


def _forgets(lab: Lab) -> None:
    expected = _repeatable(lab)
    model = lab.fit(exams.town(users=30, items=64))
    model.fit(exams.town().training())
    query = lab.held_out.query
    require_same_lists(expected, model.score(query), query, "fitted on other data first, and then on this")


def _row_order(lab: Lab) -> None:
    expected = _repeatable(lab)
    shuffled = exams.town(shuffle=1)
    query = shuffled.held_out().query
    found = lab.fit(shuffled).score(query)
    require_same_lists(expected, found, query, "the rows of the data in another order")


def _batches(lab: Lab) -> None:
    model, query = lab.townsman, lab.held_out.query
    whole = np.asarray(model.score(query))
    parts = [model.score(query.slice(start, start + _SLICE)) for start in range(0, len(query), _SLICE)]
    require(close(whole, np.concatenate(parts)), f"{_SLICE} questions at a time get other scores than all at once")


def _repeatable(lab: Lab) -> Floats:
    """The scores of a model that is known to be repeatable; without that nothing can be compared."""
    try:
        _same_seed(lab)
    except ConformanceFailure:
        raise NotExamined("two equal models differ already, see `same-seed`") from None
    return lab.townsman.score(lab.held_out.query)


CHECKS = (
    Check("same-seed", "does the same seed give the same lists?", _same_seed),
    Check("forgets", "does a second fit forget the first?", _forgets),
    Check("row-order", "does the order of the rows in a file not matter?", _row_order),
    Check("batches", "is the answer to a question independent of those asked with it?", _batches),
)
