"""The interactions of a split, by what they are for."""

from __future__ import annotations

from dataclasses import dataclass

from bench.types import Interactions


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
