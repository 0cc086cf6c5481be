"""What the hybrids have in common: registered algorithms, created, fitted and asked as one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce
from operator import and_, or_
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from pydantic import Field, field_validator

from bench import persistence, registry
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import BadConfig, InvalidOutput, Unsupported, did_you_mean
from bench.needs import in_words, unmet
from bench.params import Params, build
from bench.types import Floats, Query, Training

_PARTS = ("first", "second")
Specification = dict[str, Any]  # {"name": …, "params": {…}}


def specification(value: object) -> Specification:
    """A part with all its parameters, from its name or from {"name": …, "params": {…}}.

    Raises ValueError for an unknown algorithm or parameter, with the nearest name, or a value out of bounds.
    """
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise ValueError('a part is the name of an algorithm, or { name = "…", params = { … } }')
    unknown = sorted(set(given) - {"name", "params"})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} of a part{did_you_mean(unknown[0], ['name', 'params'])}")
    params = given.get("params", {})
    if not isinstance(params, dict):
        raise ValueError(f"the parameters of a part are a table, not {params!r}")
    try:
        built = build(registry.load(given["name"]).Params, params, given["name"])
    except BadConfig as error:
        raise ValueError(str(error)) from None
    return {"name": given["name"], "params": built.model_dump(mode="json")}


def part(default: str) -> Any:
    """A field that holds an algorithm, which is this one unless another is given."""
    return Field(default_factory=partial(specification, default))


class HybridParams(Params):
    """Which two algorithms."""

    first: Specification = part("item-knn")
    """An algorithm: its name, or { name = "…", params = { … } }."""
    second: Specification = part("user-knn")
    """The other one."""

    @field_validator(*_PARTS, mode="before")
    @classmethod
    def _complete(cls, value: object) -> Specification:
        return specification(value)


P = TypeVar("P", bound=Params)


class Hybrid(Algorithm[P]):
    """Algorithms on the same data, two unless a class says otherwise.

    Each has the seed, device and threads of the hybrid, and a scratch of its own. The flags of the class are those of
    the default parts; with others, `abilities` says what holds. A part that needs what the data does not have, and a
    question by a new user to a part that serves none, raise Unsupported.
    """

    family = "hybrid"
    compiles = True  # a part may
    Params: ClassVar[type[Any]] = HybridParams
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS
    takes_both: ClassVar[Can] = Can.SERVE_NEW_USERS
    unsaved: ClassVar[tuple[str, ...]] = ()  # attributes that are made anew after loading
    part_names: ClassVar[tuple[str, ...]] = _PARTS  # the parameters that hold its parts

    @classmethod
    def parts(cls, params: P) -> list[str]:
        """The names of all registered algorithms that this one is made of, parts of parts as well."""
        found = set()
        for inner, values in cls._loaded(params):
            found |= {inner.name, *inner.parts(values)}
        return sorted(found)

    @classmethod
    def abilities(cls, params: P) -> tuple[Needs, Can]:
        """What the data must have for these parts, and what they can do together.

        All needs of all. Of the abilities, those in `takes_both` where all parts have them, the others where one has.
        """
        needs, cans = Needs.NOTHING, []
        for inner, values in cls._loaded(params):
            needed, able = inner.abilities(values)
            needs |= needed
            cans.append(able)
        every, some = reduce(and_, cans), reduce(or_, cans)
        together = (every & cls.takes_both) | (some & ~cls.takes_both)
        return needs, Can.RANK | (together & (Can.PERSONALISE | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS))

    @classmethod
    def content(cls, params: P) -> dict[str, str]:
        """What decides the answers of the parts, under their names."""
        found: dict[str, str] = {}
        for name, (inner, values) in zip(cls.part_names, cls._loaded(params), strict=True):
            found |= {f"{name}.{what}": sha for what, sha in inner.content(values).items()}
        return found

    @classmethod
    def _loaded(cls, params: P) -> list[tuple[type[Algorithm[Any]], Any]]:
        """Class and parameters of each part."""
        ones = [getattr(params, name) for name in cls.part_names]
        loaded = [(registry.load(one["name"]), one) for one in ones]
        return [(inner, build(inner.Params, one["params"], one["name"])) for inner, one in loaded]

    def fit(self, train: Training) -> None:
        """Fit all parts. Raises Unsupported where the data lacks what a part needs, and whatever the parts raise."""
        for name in self.part_names:
            made = self._created(getattr(self.params, name))
            needs, _ = made.abilities(made.params)
            if lacking := unmet(needs, train.interactions, train.items, train.users, self.device):
                raise Unsupported(f"{self.name}: its part {made.name!r} needs {in_words(lacking)}, which is not there")
            made.fit(_for_part(train, name))
            setattr(self, name, made)

    def asked(self, name: str, query: Query) -> Floats:
        """(b, n_items) scores of one part, whatever the candidates.

        Raises Unsupported for new users where it does not serve them, and InvalidOutput for what are no scores.
        """
        model: Algorithm[Any] = getattr(self, name)
        if Can.SERVE_NEW_USERS not in model.can and (query.users < 0).any():
            raise Unsupported(f"{self.name}: its part {model.name!r} serves no new users")
        scores = np.asarray(model.score(replace(query, candidates=None)))
        if scores.shape != (len(query), query.n_items) or np.isinf(scores).any():
            raise InvalidOutput(f"{self.name}: its part {model.name!r} gave infinite scores or not one for each item")
        return scores

    def save(self, folder: Path) -> None:
        """Write each part into a folder of its own."""
        apart = {*self.part_names, *self.unsaved}
        persistence.save({name: value for name, value in vars(self).items() if name not in apart}, folder)
        for name in self.part_names:
            getattr(self, name).save(folder / name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The hybrid that `save` wrote."""
        hybrid = super().load(folder)
        for name in cls.part_names:
            setattr(hybrid, name, registry.load(getattr(hybrid.params, name)["name"]).load(folder / name))
        return hybrid

    def _created(self, one: Specification) -> Algorithm[Any]:
        facts: dict[str, Any] = {"seed": self.seed, "device": self.device, "threads": self.threads}
        return registry.create(one["name"], **facts, **one["params"])


def _for_part(train: Training, name: str) -> Training:
    """The same data; what the part writes and reports bears its name."""

    def report(epoch: int, **values: float) -> None:
        train.report(epoch, **{f"{name}_{key}": value for key, value in values.items()})

    scratch = None if train.scratch is None else train.scratch / name
    selection = None if train.selection is None else _for_part(train.selection, name)
    return replace(train, scratch=scratch, report=report, selection=selection)
