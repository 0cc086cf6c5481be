"""How many interactions of a user, or of any other group, are held out, and which parts they get in a given order."""

from __future__ import annotations

import numpy as np

from bench.splits.divide import LEFT_OUT, TEST, TEST_HISTORY, TRAIN, VALIDATION, VALIDATION_HISTORY, Parts
from bench.types import Longs


def shares(lengths: Longs, test: float, validation: float) -> tuple[Longs, Longs]:
    """(g,) how many of the members of each of g groups go to test and to validation.

    ⌊length · share⌋ each, at least one, but never so many that nothing is left for training: of one member nothing is
    held out, of two nothing goes to validation.
    """
    tests = np.where(lengths > 1, np.maximum(1, np.floor(lengths * test + 1e-9)), 0).astype(np.int64)
    return tests, np.minimum(some(lengths, validation), np.maximum(lengths - tests - 1, 0))


def some(lengths: Longs, share: float) -> Longs:
    """(g,) ⌊length · share⌋, at least one, at most length − 1; none where the share is 0."""
    if share == 0:
        return np.zeros(len(lengths), np.int64)
    wanted: Longs = np.maximum(1, np.floor(lengths * share + 1e-9)).astype(np.int64)
    return np.minimum(wanted, np.maximum(lengths - 1, 0), dtype=np.int64)


def portions(lengths: Longs, tests: Longs, validations: Longs) -> Parts:
    """(n,) for g groups one after the other, in each: TRAIN …, then `validations` VALIDATION, then `tests` TEST."""
    counts = np.stack([lengths - tests - validations, validations, tests], axis=1).ravel()
    return np.repeat(np.tile(np.array([TRAIN, VALIDATION, TEST], np.int8), len(lengths)), counts)


def shown_first(lengths: Longs, roles: Parts, shown: Longs, after: int = 0) -> Parts:
    """(n,) for g users one after the other: training, or `shown` (g,) of history and then what is held out.

    `roles` (g,) says who trains (TRAIN), who asks for the validation (VALIDATION) and who for the test (TEST). What is
    held out begins after `after` interactions, if these are more than are shown; those between are left out.
    """
    histories = np.array([TRAIN, VALIDATION_HISTORY, TEST_HISTORY], np.int8)[roles]
    between = np.array([TRAIN, LEFT_OUT, LEFT_OUT], np.int8)[roles]
    kept = np.minimum(shown, lengths)
    passed = np.minimum(np.maximum(after - kept, 0), lengths - kept)
    counts = np.stack([kept, passed, lengths - kept - passed], axis=1).ravel()
    return np.repeat(np.stack([histories, between, roles], axis=1).ravel(), counts)
