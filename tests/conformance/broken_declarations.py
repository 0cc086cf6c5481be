"""Algorithms that are saved or declared wrongly, each with the checks that have to notice."""

import pickle

from broken_base import Sound, SoundParams, caught_by
from pydantic import ConfigDict, field_validator

from bench import persistence
from bench.params import Params, number


@caught_by("save-load")
class LosesOnSave(Sound):
    """Saves its weights rounded to a tenth."""

    def save(self, folder):
        persistence.save({**vars(self), "weights": self.weights.round(1)}, folder)


@caught_by("save-load")
class LosesMeans(Sound):
    """Saves all that ranking needs, and not what predicting needs."""

    def save(self, folder):
        persistence.save({**vars(self), "means": self.means * 0}, folder)


@caught_by("save-load", "no-pickle")
class CannotSave(Sound):
    """Keeps a dictionary, for which the default `save` has no form."""

    def fit(self, train):
        super().fit(train)
        self.about = {1: "one"}


@caught_by("no-pickle")
class Pickles(Sound):
    """Pickles its weights."""

    def save(self, folder):
        folder.mkdir(exist_ok=True)
        (folder / "model.bin").write_bytes(pickle.dumps(vars(self)))

    @classmethod
    def load(cls, folder):
        model = cls.__new__(cls)
        vars(model).update(pickle.loads((folder / "model.bin").read_bytes()))  # noqa: S301  # what it is caught for
        return model


class UnboundedParams(SoundParams):
    """A number without bounds."""

    neighbours: int = 5
    """How many."""


@caught_by("bounds")
class Unbounded(Sound):
    """Accepts minus five neighbours."""

    Params = UnboundedParams


class ClippingParams(SoundParams):
    """A silent repair."""

    @field_validator("shrinkage", mode="before")
    @classmethod
    def clip(cls, value):
        return min(max(value, 0), 100)


@caught_by("bounds")
class Clips(Sound):
    """Puts the nearest allowed value in the place of a wrong one."""

    Params = ClippingParams


class LenientParams(SoundParams):
    """Unknown names are ignored."""

    model_config = ConfigDict(extra="ignore")


@caught_by("bounds")
class Lenient(Sound):
    """Takes a misspelt parameter without a word."""

    Params = LenientParams


class BadDefaultParams(Params):
    """A default outside the bounds."""

    shrinkage: float = number(200, low=0, high=100)
    """Pulls rare pairs towards zero."""


@caught_by("parameters-described", "fits")
class BadDefault(Sound):
    """Its default is refused, so no model can be created."""

    Params = BadDefaultParams


class SilentParams(Params):
    """A field of which nothing is said."""

    shrinkage: float = number(1, low=0, high=100)


@caught_by("parameters-described")
class Silent(Sound):
    """Does not say what its parameter does."""

    Params = SilentParams


@caught_by("declaration")
class BadName(Sound):
    """A name that no command line can carry."""

    name = "My Algorithm!"


@caught_by("declaration")
class Homeless(Sound):
    """Belongs to no family."""

    family = ""


@caught_by("declaration")
class Speechless(Sound):
    __doc__ = None
