"""The search of one cell, in its own process: the defaults first, then what the study proposes, until the budget ends.

A trial learns from the training part and is judged on the validation part; nothing else is there.
"""

from __future__ import annotations

import gc
import math
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from bench.algorithm import Algorithm
from bench.errors import Unsupported
from bench.tuning.goal import Goal
from bench.tuning.space import Space
from bench.tuning.study import Study
from bench.tuning.trials import Journal, Trial
from bench.types import Training

_LONG = 1.0  # seconds of a trial that are worth a collection of garbage
_REPEATED = 0.2  # seconds after which the end is told again to whom it did not reach
Make = Callable[[dict[str, Any]], Algorithm[Any]]  # from the parameters that are searched
Tell = Callable[..., None]  # news for the harness


class _Cut(BaseException):
    """The budget has ended; no `except Exception` of an algorithm catches it."""


class _Hopeless(BaseException):
    """The trial is not worth its time."""


@dataclass(frozen=True)
class Tuning:
    """What a search is asked for; see `bench.limits.Tuning`."""

    space: Space
    metric: str
    trials: int | None = None
    time: float | None = None  # seconds

    def left(self, done: list[Trial]) -> float:
        """Seconds of the budget."""
        return math.inf if self.time is None else self.time - sum(trial.seconds for trial in done)

    def over(self, done: list[Trial]) -> bool:
        """Whether there is no more budget."""
        return len(done) >= (self.trials or math.inf) or self.left(done) <= 0


@dataclass
class Search:
    """One search; `status` names what an exception means as the status of a trial, `reason` says it in words."""

    tuning: Tuning
    make: Make
    training: Training
    defaults: dict[str, Any]
    seed: int
    tell: Tell
    status: Callable[[Exception], str]
    reason: Callable[[Exception], str]

    def run(self, folder: Path) -> dict[str, Any]:
        """The best setting on the validation part; the defaults where no trial has a value.

        `folder` keeps the journal. Raises Unsupported where the defaults do, for they say what the data lacks.
        """
        journal, goal = Journal(folder), Goal(self.tuning.metric)
        study = Study(self.tuning.space, self.seed, goal.larger)
        done = journal.trials()
        for trial in done:
            study.add(trial)
        began = _started() if done else time.monotonic()  # who goes on in another process pays for its start
        while not self.tuning.over(done):
            params = study.propose() if done else self.defaults
            if params is None:
                break
            journal.begin(len(done), params)
            left = self.tuning.left(done) - (time.monotonic() - began)
            self.tell(event="trial", left=None if math.isinf(left) else left)
            trial = self._attempt(len(done), params, study if done else None, goal, left)
            trial = replace(trial, seconds=time.monotonic() - began)
            began = time.monotonic()
            journal.end(trial)
            self.tell(event="trial over")
            study.add(trial)
            done.append(trial)
            if trial.seconds > _LONG:
                gc.collect()  # what one trial leaves behind is no memory of the next
        best = goal.best(done)
        found = {"trials": [asdict(trial) for trial in done], "best": best and best.number}
        self.tell(event="tuned", values=found)
        if best is None:
            self.tell(event="warning", text=f"{self._why_none(done)}: these are the defaults")
        return best.params if best else self.defaults

    def _why_none(self, done: list[Trial]) -> str:
        """Why there is no best trial."""
        if [trial.status for trial in done] == ["cut"]:
            return f"the budget of {self.tuning.time:g} s was too small for one trial"
        return f"none of {len(done)} trials ended well"

    def _attempt(self, number: int, params: dict[str, Any], study: Study | None, goal: Goal, left: float) -> Trial:
        """One trial, and how it ended."""
        steps: list[tuple[int, float]] = []
        value, reason = None, ""

        def hears(epoch: int, **values: float) -> None:
            if study is None or (heard := goal.heard(values)) is None:
                return
            steps.append((int(epoch), heard))
            if study.hopeless(*steps[-1]):
                raise _Hopeless

        try:
            with _deadline(left):
                value, status = self._value(params, goal, hears), "ok"
        except _Cut:
            status = "cut"
        except _Hopeless:
            status, value = "pruned", steps[-1][1]
        except Exception as error:
            if isinstance(error, Unsupported) and study is None:
                raise
            traceback.print_exc()
            status, reason = self.status(error), self.reason(error)
        return Trial(number, params, status, 0.0, value, reason, tuple(steps))

    def _value(self, params: dict[str, Any], goal: Goal, hears: Callable[..., None]) -> float:
        alone = self.training.selection or self.training
        model = self.make(params)
        model.fit(replace(alone, report=hears, scratch=None))
        return goal.value(model, alone)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise _Cut inside after some seconds; a library that does not come back to Python is stopped by the harness."""
    if math.isinf(seconds):
        yield
        return

    running = [True]

    def cut(_signal: int, _frame: FrameType | None) -> None:
        if running:
            raise _Cut

    before = signal.signal(signal.SIGALRM, cut)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), _REPEATED)
    try:
        yield
        running.clear()  # from here on nothing is cut
    finally:
        running.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _started() -> float:
    """When this process began, by the clock of time.monotonic()."""
    return time.monotonic() - (time.time() - float(psutil.Process().create_time()))
