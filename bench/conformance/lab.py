"""One algorithm under examination: fitted once on each exam, and shared by the checks that only look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from bench.algorithm import Algorithm, Needs
from bench.conformance import exams, generators
from bench.conformance.check import ConformanceFailure, NotExamined, told
from bench.conformance.exams import Exam
from bench.errors import BadConfig, BenchError, Unsupported
from bench.params import build
from bench.topk import top_k
from bench.types import Floats, HeldOut

Model = Algorithm[Any]


@dataclass
class Lab:
    """Fitted models of one class, with seed 0 and the usual parameters: those in `usual`, else the default ones.

    A check that changes a model fits its own.
    """

    cls: type[Model]
    usual: dict[str, Any] = field(default_factory=dict)
    _models: dict[Exam, Model | Exception] = field(default_factory=dict)

    def new(self, **params: Any) -> Model:
        """An unfitted model. Raises NotExamined where a GPU is needed and missing."""
        try:
            values = build(self.cls.Params, self.usual | params, self.cls.__name__)
        except BadConfig as error:
            raise ConformanceFailure(f"cannot be created: {error}") from None
        return self.cls(values, seed=0, device=_device(self.cls), threads=1)

    def fit(self, exam: Exam, **params: Any) -> Model:
        """A model of its own, fitted. Raises NotExamined when it says that it cannot be used here."""
        model = self.new(**params)
        try:
            model.fit(exam.training())
        except Unsupported as error:
            raise NotExamined(f"cannot be used here: {error}") from None
        except SystemExit as error:
            raise ConformanceFailure(f"fit tried to end the process (exit code {error.code})") from None
        return model

    def fitted(self, exam: Exam) -> Model:
        """The shared model of that exam; the first error is raised again each time."""
        if exam not in self._models:
            try:
                self._models[exam] = self.fit(exam)
            except Exception as error:  # whatever an algorithm raises
                self._models[exam] = error
        found = self._models[exam]
        if isinstance(found, Exception):
            raise found
        return found

    @cached_property
    def problem(self) -> str:
        """Why the model of the town is of no use to any other check, or nothing. Raises NotExamined as `fit` does."""
        try:
            query = self.held_out.query
            scores = np.asarray(self.fitted(exams.town()).score(query))
            top_k(scores, query, 1)  # raises InvalidOutput for a wrong shape or type and for infinity
        except NotExamined:
            raise
        except Exception as error:  # whatever an algorithm raises
            hint = " (the training arrays are read-only)" if "read-only" in str(error) else ""
            return f"{error if isinstance(error, BenchError | ConformanceFailure) else told(error)}{hint}"
        nothing = int(np.isnan(scores).all(axis=1).sum())
        return f"no score at all for {nothing} of {len(query)} users of the training data" if nothing else ""

    def require_sound(self) -> None:
        """Raise NotExamined when the algorithm does not fit and score at all: the check `fits` reports that."""
        if self.problem:
            raise NotExamined("it does not fit and score, see `fits`")

    @property
    def townsman(self) -> Model:
        """The shared model of the town. Raises NotExamined when it is of no use."""
        self.require_sound()
        return self.fitted(exams.town())

    @property
    def held_out(self) -> HeldOut:
        """Fresh questions and answers of the town."""
        return exams.town().held_out()

    @cached_property
    def twin(self) -> tuple[Floats, list[str]]:
        """Scores (b, n_items) of a second model, fitted exactly as the first, and the global generators it has used."""
        query = self.held_out.query
        self.townsman.score(query)  # now everything is imported that will be
        with generators.moved_on():
            before = generators.states()
            scores = self.fit(exams.town()).score(query)
            after = generators.states()
        return scores, [name for name in before if before[name] != after[name]]


def _device(cls: type[Model]) -> str:
    if Needs.GPU not in cls.needs:
        return "cpu"
    import torch

    if not torch.cuda.is_available():
        raise NotExamined("needs a GPU, and there is none")
    return "cuda"


@lru_cache(maxsize=3)
def lab_of(cls: type[Model], usual: str = "{}") -> Lab:
    """The lab of a class and of parameters in JSON; the last three are kept, so models of a long run do not pile up."""
    return Lab(cls, json.loads(usual))
