"""k-fold: the interactions are dealt into folds at random; each fold is the test part once.

The folds are of equal size, give or take one, for each user (`per = "user"`) or for all interactions together. Every
interaction is held out exactly once, so a user with a single one is asked without a history in that fold.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from bench.params import Params, choice, number
from bench.splits.divide import TEST, Parts
from bench.splits.draws import Per, shuffled
from bench.splits.portions import portions, some
from bench.types import Interactions

ORDER = False


class Options(Params):
    """How many folds, and which of them is held out."""

    folds: int = number(5, low=2, high=100)
    """How many folds there are."""
    fold: int | None = Field(default=None, ge=1)
    """Which fold is the test part, from 1; left out: each in its turn, as splits of their own."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of the other folds in the validation part; 0 for none."""
    per: Per = choice("user", tune=False)
    """Whether each user's interactions are dealt out evenly, or only all of them together."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""

    @field_validator("fold")
    @classmethod
    def _exists(cls, fold: int | None, info: ValidationInfo) -> int | None:
        folds = info.data.get("folds")  # None where it is wrong itself
        if fold is not None and folds is not None and fold > folds:
            raise PydanticCustomError("fold", "expected one of the {folds} folds", {"folds": folds})
        return fold


def several(options: Options) -> list[Options]:
    """One split for each fold, if none is chosen."""
    folds = range(1, options.folds + 1) if options.fold is None else [options.fold]
    return [options.model_copy(update={"fold": fold}) for fold in folds]


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    drawn = shuffled(interactions, options.seed, options.per)
    assert options.fold is not None
    # Dealt out like cards, user after user: no fold gets more of those with few interactions.
    held = np.arange(len(drawn.order)) % options.folds == options.fold - 1
    group = np.repeat(np.arange(len(drawn.lengths)), drawn.lengths)
    rest = np.bincount(group[~held], minlength=len(drawn.lengths))
    result = np.full(len(held), TEST, np.int8)
    result[~held] = portions(rest, np.zeros_like(rest), some(rest, options.validation))
    return drawn.parts(result)
