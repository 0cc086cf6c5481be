"""From a part for each interaction to a Split: what is learnt from, who is asked, with which history, about what.

Each protocol gives every interaction one of these parts; the rest is the same for all of them.

    part                training   history of a validation question   history of a test question
    TRAIN               yes        yes                                yes
    VALIDATION          –          held out                           yes
    TEST                –          –                                  held out
    VALIDATION_HISTORY  –          yes                                –
    TEST_HISTORY        –          –                                  yes
    LEFT_OUT            –          –                                  –
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import Unsupported
from bench.records import canonical
from bench.splits.asking import Asking, sample
from bench.splits.questions import held_out, of_users, offsets
from bench.types import Dataset, HeldOut, Hidden, Interactions, Longs, Split, frozen

TRAIN, VALIDATION, TEST, VALIDATION_HISTORY, TEST_HISTORY, LEFT_OUT = range(6)
Parts = NDArray[np.int8]


@dataclass(frozen=True)
class Pieces:
    """The interactions of a split by what they are for; users and items are numbered as in the data set."""

    train: Interactions
    validation: Interactions  # held out, may be empty
    test: Interactions  # held out
    both: Interactions  # training and validation: all that is not the test's, in the order of time
    validation_history: Interactions  # what the validation's users had before
    test_history: Interactions  # what the test's users had before, in the order of time
    test_training: Interactions  # the same without the validation part


def divide(dataset: Dataset, name: str, params: dict[str, Any], parts: Parts, asking: Asking | None = None) -> Split:
    """A split in which interaction i of the data set belongs to part parts[i]."""

    def piece(*wanted: int) -> Interactions:
        return dataset.interactions.take(np.isin(parts, wanted))

    pieces = Pieces(
        train=piece(TRAIN),
        validation=piece(VALIDATION),
        test=piece(TEST),
        both=piece(TRAIN, VALIDATION, VALIDATION_HISTORY),
        validation_history=piece(TRAIN, VALIDATION_HISTORY),
        test_history=piece(TRAIN, VALIDATION, TEST_HISTORY),
        test_training=piece(TRAIN, TEST_HISTORY),
    )
    return assemble(dataset, name, params, pieces, asking or Asking())


def assemble(dataset: Dataset, name: str, params: dict[str, Any], pieces: Pieces, asking: Asking) -> Split:
    """A split of these pieces. Raises Unsupported, with the counts, where nothing is to be learnt or to be asked.

    Each user with held-out items asks one question. An item held out twice for one user counts once.
    """
    if not len(pieces.train) or not len(pieces.test):
        counts = f"{len(pieces.train)} training and {len(pieces.test)} test interactions"
        raise Unsupported(f"data set {dataset.name!r}, split {name!r}: {counts}; both parts need some")
    together = asking.fit_on == "train+validation"
    if together and not len(pieces.validation):
        raise Unsupported(f"split {name!r} has no validation part, so nothing can be fitted on {asking.fit_on!r}")
    validation = None
    if len(pieces.validation):
        validation = _hiding(held_out(pieces.validation_history, pieces.validation, pieces.train), None, asking)
    learnt = pieces.both if together else pieces.train
    if asking.history == "train":
        test = _hiding(held_out(pieces.test_training, pieces.test, learnt), pieces.test_history, asking)
    else:
        test = _hiding(held_out(pieces.test_history, pieces.test, learnt), None, asking)
    test = sample(test, asking.evaluate_users)
    options = {**params, **asking.changed()}
    return Split(
        name,
        options,
        dataset,
        pieces.train,
        validation,
        test,
        _fingerprint(dataset, name, options, pieces),
        pieces.both if together else None,
    )


def _hiding(questions: HeldOut, seen: Interactions | None, asking: Asking) -> HeldOut:
    """The same questions with what is to be hidden from the answers, where that is not their histories."""
    hidden = None
    if not asking.hide_seen:
        hidden = Hidden(frozen(np.zeros(len(questions) + 1, np.int64)), frozen(np.empty(0, np.int32)))
    elif seen is not None:
        lengths, rows = of_users(seen, questions.askers)
        hidden = Hidden(frozen(offsets(lengths)), frozen(seen.items[rows]))
    return questions if hidden is None else replace(questions, hidden=hidden)


def places(interactions: Interactions) -> tuple[Longs, Longs]:
    """For each interaction its place in the user's history, from 0, and how long that history is."""
    lengths = np.diff(interactions.offsets)
    total = np.repeat(lengths, lengths)
    return np.arange(len(interactions)) - np.repeat(interactions.offsets[:-1], lengths), total


def shares(total: Longs, test: float, validation: float) -> tuple[Longs, Longs]:
    """How many of `total` interactions of a user go to test and to validation.

    ⌊total · share⌋ each, at least one, but never so many that no training interaction is left: a user with one
    interaction only trains, a user with two has nothing in validation.
    """
    tests = np.where(total > 1, np.maximum(1, np.floor(total * test + 1e-9)), 0).astype(np.int64)
    most = np.maximum(1, np.floor(total * validation + 1e-9)) if validation > 0 else np.zeros(len(total))
    return tests, np.clip(most, 0, np.maximum(total - tests - 1, 0)).astype(np.int64)


def _fingerprint(dataset: Dataset, name: str, params: dict[str, Any], pieces: Pieces) -> str:
    """SHA-256 over the data set's, the options and every piece; what follows from the pieces needs no hashing."""
    parts = [getattr(pieces, field.name) for field in fields(pieces)]
    total = hashlib.sha256(canonical([dataset.fingerprint, name, params, [len(part) for part in parts]]).encode())
    for part in parts:
        for array in (part.users, part.items, part.ratings, part.times):
            total.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
    return total.hexdigest()
