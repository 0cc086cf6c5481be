"""What cells and searches may use, as a matrix file says it: `10m`, `4GB`, `{ trials = 30 }`."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bench.errors import BadConfig

TIME_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
MEMORY_UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
LIMITED_PHASES = ("fit", "recommend", "predict")
GOALS = r"ndcg@([1-9][0-9]?|100)|rmse"  # what tuning can look for


def quantity(text: str, units: dict[str, float]) -> float:
    """`10m` as 600, `4GB` as 4e9. Raises BadConfig with the units allowed."""
    match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]+)\s*", text)
    if not match or match[2] not in units or float(match[1]) <= 0:
        raise BadConfig(f"{text!r} is not a number above 0 with one of the units {', '.join(units)}")
    return float(match[1]) * units[match[2]]


def _quantity(value: Any, units: dict[str, float]) -> float:
    try:
        return quantity(str(value), units)
    except BadConfig as error:
        raise ValueError(str(error)) from None


class Strict(BaseModel):
    """A table of a matrix file: frozen, typed, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Limits(Strict):
    """What a cell may use; None stands for the default of the run."""

    time: float | None = None  # the whole cell
    memory: float | None = None
    fit: float | None = None
    recommend: float | None = None
    predict: float | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _parse(cls, value: Any, info: Any) -> Any:
        return _quantity(value, MEMORY_UNITS if info.field_name == "memory" else TIME_UNITS)

    def phases(self) -> dict[str, float]:
        """Seconds that single phases may take, where the matrix says so."""
        return {name: seconds for name in LIMITED_PHASES if (seconds := getattr(self, name)) is not None}


class Tuning(Strict):
    """What each search may use, and what it makes as good as it can on the validation part."""

    trials: int | None = Field(default=None, ge=1, le=100_000)
    time: float | None = None  # seconds
    metric: str = "ndcg@10"

    @field_validator("time", mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        return _quantity(value, TIME_UNITS)

    @field_validator("metric")
    @classmethod
    def _known(cls, metric: str) -> str:
        if not re.fullmatch(GOALS, metric):
            raise ValueError(f"{metric!r} is neither 'ndcg@k' with k from 1 to 100 nor 'rmse'")
        return metric

    @model_validator(mode="after")
    def _ends(self) -> Tuning:
        if self.trials is None and self.time is None:
            raise ValueError("a budget needs trials, time, or both")
        return self
