"""Fitting and scoring work on read-only data, and leave the process as it was."""

from __future__ import annotations

from bench.conformance import exams, generators
from bench.conformance.check import Check, require
from bench.conformance.lab import Lab


def _fits(lab: Lab) -> None:
    require(not lab.problem, lab.problem)


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
    Check("random-numbers", "are the global random number generators left alone?", _random_numbers),
)
