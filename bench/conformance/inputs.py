"""Fitting and scoring work on read-only data, and leave it and the process as they were."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from bench.conformance import exams, generators
from bench.conformance.check import Check, require
from bench.conformance.lab import Lab


def _fits(lab: Lab) -> None:
    require(not lab.problem, lab.problem)


def _untouched(lab: Lab) -> None:
    training, query = exams.town().training(), exams.town().held_out().query
    before = fingerprint(training), fingerprint(query)
    model = lab.new()
    model.fit(training)
    model.score(query)
    model.recommend(query, 10)
    require(fingerprint(training) == before[0], "the training data is not what it was before")
    require(fingerprint(query) == before[1], "the query is not what it was before")


def fingerprint(value: Any) -> str:
    """SHA-256 over all arrays in a dataclass and in the dataclasses and sparse matrices within."""
    total = hashlib.sha256()
    _add(value, total)
    return total.hexdigest()


def _add(value: Any, total: Any) -> None:
    if isinstance(value, np.ndarray):
        total.update(np.ascontiguousarray(value).tobytes())
    elif issparse(value):
        for part in (value.data, value.indices, value.indptr):
            _add(part, total)
    elif is_dataclass(value):
        for field in fields(value):
            _add(getattr(value, field.name), total)


def _random_numbers(lab: Lab) -> None:
    query = lab.held_out.query
    lab.townsman.score(query)  # now everything is imported that will be
    with generators.moved_on():
        before = generators.states()
        lab.fit(exams.town()).score(query)
        after = generators.states()
    changed = [name for name in before if before[name] != after[name]]
    require(not changed, f"uses or seeds the global generator of {', '.join(changed)}: draw from one of its own")


CHECKS = (
    Check("fits", "does it learn from read-only data and score every known user?", _fits),
    Check("inputs-untouched", "are training data and query the same afterwards?", _untouched),
    Check("random-numbers", "are the global random number generators left alone?", _random_numbers),
)
