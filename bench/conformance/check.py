"""What a check is, and the three ways in which it can end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from threadpoolctl import threadpool_limits

from bench.algorithm import Algorithm

if TYPE_CHECKING:
    from bench.conformance.lab import Lab

State = Literal["ok", "failed", "skipped"]


class ConformanceFailure(Exception):
    """An algorithm does not keep the contract; the text says where."""


class NotExamined(Exception):
    """A check cannot be made here; the text says why."""


@dataclass(frozen=True)
class Outcome:
    """How one check ended; `why` is empty when all is well."""

    check: str
    state: State
    why: str = ""


def _always(_: type[Algorithm[Any]]) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """One question to an algorithm. `examine` returns, or raises ConformanceFailure or NotExamined."""

    name: str
    asks: str
    examine: Callable[[Lab], None]
    applies: Callable[[type[Algorithm[Any]]], bool] = _always

    def __str__(self) -> str:
        return self.name

    def run(self, cls: type[Algorithm[Any]], **usual: Any) -> Outcome:
        """Put the question. Whatever else the algorithm raises is a failure with its type and text.

        `usual` are parameters to examine it with where the default ones take too long, such as a smaller model.
        """
        from bench.conformance.lab import lab_of

        try:
            with threadpool_limits(1):
                self.examine(lab_of(cls, json.dumps(usual, sort_keys=True)))
        except NotExamined as reason:
            return Outcome(self.name, "skipped", str(reason))
        except ConformanceFailure as failure:
            return Outcome(self.name, "failed", str(failure))
        except (Exception, SystemExit) as error:  # whatever an algorithm raises
            return Outcome(self.name, "failed", told(error))
        return Outcome(self.name, "ok")


def require(condition: object, failure: str) -> None:
    """Raise ConformanceFailure with the text `failure` unless the condition holds."""
    if not condition:
        raise ConformanceFailure(failure)


def told(error: BaseException) -> str:
    """`raised ValueError: …` in one line."""
    return f"raised {type(error).__name__}: {' '.join(str(error).split())}"
