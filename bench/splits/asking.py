"""What a split may say beside its protocol: who is asked, among which items, with which history, and what is learnt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag

from bench.datasets.build import tie_hash
from bench.params import Params, number
from bench.types import HeldOut

_SALT = np.int32(2**31 - 1)  # no item has this number, so who is drawn has nothing to do with how ties are broken


class Sampled(Params):
    """The held-out items and some others, drawn for each question."""

    sampled: int = Field(ge=1, le=1_000_000)
    """How many others."""
    by: Literal["uniform", "popularity"] = "uniform"
    """All alike, or in proportion to the number of training interactions."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


class Listed(Params):
    """The held-out items and those that a file lists for each user."""

    listed: str
    """The file; looked for here, then in the data folder."""


def _which(value: Any) -> str:
    """Which of the two is meant, so that an error is told once and for the right one."""
    return "listed" if isinstance(value, Listed) or (isinstance(value, dict) and "listed" in value) else "sampled"


Candidates = Annotated[Annotated[Sampled, Tag("sampled")] | Annotated[Listed, Tag("listed")], Discriminator(_which)]


class Asking(Params):
    """The options that every split has."""

    candidates: Candidates | None = None
    """Among which items those held out for the test are ranked; left out: the whole catalogue, or what a published
    split lists."""
    hide_seen: bool = True
    """Whether the items of a history are left out of the answers."""
    history: Literal["all", "train"] = "all"
    """Whether a test question comes with the user's validation part; hidden from the answers it is in any case."""
    evaluate_users: int | None = Field(default=None, ge=1)
    """How many users are asked, for costly algorithms: a fixed sample, a smaller one is part of a larger one."""
    fit_on: Literal["train", "train+validation"] = "train"
    """What algorithms learn from."""
    train_share: float = Field(default=1, gt=0, le=1)
    """How much of what is learnt from is there: a fixed sample, a smaller one is part of a larger one."""
    train_share_of: Literal["interactions", "users"] = "interactions"
    """A share of all interactions, or all interactions of a share of the users."""
    noise: float = Field(default=0, ge=0, le=10)
    """How many random interactions are added to what is learnt from, in shares of the training part."""

    def changed(self) -> dict[str, Any]:
        """The options that are not at their default."""
        usual = Asking().model_dump(mode="json")
        return {name: value for name, value in self.model_dump(mode="json").items() if value != usual[name]}


def sample(questions: HeldOut, users: int | None) -> HeldOut:
    """The questions of `users` users: those whose hash comes first."""
    people = np.unique(questions.askers)
    if users is None or users >= len(people):
        return questions
    hashes = tie_hash(people, np.full_like(people, _SALT))
    asked = people[np.argsort(hashes, kind="stable")[:users]]
    return questions.take(np.flatnonzero(np.isin(questions.askers, asked)))
