"""Fitting and scoring work on read-only data, and leave the process as it was."""

from __future__ import annotations

from bench.conformance.check import Check, require
from bench.conformance.lab import Lab


def _fits(lab: Lab) -> None:
    require(not lab.problem, lab.problem)


def _random_numbers(lab: Lab) -> None:
    _, changed = lab.twin
    require(not changed, f"uses or seeds the global generator of {', '.join(changed)}: draw from one of its own")


CHECKS = (
    Check("fits", "does it learn from read-only data and score every known user?", _fits),
    Check("random-numbers", "are the global random number generators left alone?", _random_numbers),
)
