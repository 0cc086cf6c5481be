"""The columns of a comparison: what they are called, which direction is better, how their numbers are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.metrics.registry import definition, parse
from reports.model import Estimate, Results, Row

MISSING = "—"
TRAINING, MEMORY = "training", "memory"  # columns that are no metrics: seconds, and bytes
_ARROWS = {"higher": "↑", "lower": "↓", "neither": ""}
_SHORT = {"ndcg", "rmse", "mae", "map", "mrr", "auc", "ips", "snips", "ctr"}  # words written in capitals


@dataclass(frozen=True)
class Column:
    """One column of numbers."""

    name: str  # "ndcg@10", "training", "memory"
    title: str
    better: Literal["higher", "lower", "neither"]
    unit: str = ""  # as shown in tables

    @property
    def heading(self) -> str:
        """The title with its unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def arrow(self) -> str:
        """↑ where higher is better, ↓ where lower is."""
        return _ARROWS[self.better]

    @property
    def sign(self) -> float:
        """By which a value is multiplied so that higher is better."""
        return -1.0 if self.better == "lower" else 1.0

    @property
    def direction(self) -> str:
        """The same along an axis from left to right."""
        return {"higher": "→ better", "lower": "← better", "neither": "neither direction is better"}[self.better]

    def text(self, value: float | None) -> str:
        """A number as it is shown, without its unit."""
        if value is None:
            return MISSING
        if self.name == MEMORY:
            return f"{value / 1e6:,.0f}"
        return seconds(value) if self.name == TRAINING else f"{value:.4f}"

    def spread(self, estimate: Estimate) -> str:
        """`[low, high]` for a 95 % interval over users, `low – high` for seeds, nothing where there is neither."""
        if estimate.low is None or estimate.high is None:
            return ""
        low, high = self.text(estimate.low), self.text(estimate.high)
        if estimate.users:
            return f"[{low}, {high}]"
        return f"{low} – {high}" if low != high else ""

    def best(self, rows: tuple[Row, ...]) -> frozenset[int]:
        """Places of the best rows, among those that have a number: all that read the same as the best one."""
        return self._ranked(rows)[0]

    def second(self, rows: tuple[Row, ...]) -> frozenset[int]:
        """Places of all rows that read the same as the best one after those; none beside several best ones."""
        best, second = self._ranked(rows)
        return second if len(best) == 1 else frozenset()

    def _ranked(self, rows: tuple[Row, ...]) -> tuple[frozenset[int], frozenset[int]]:
        values = {place: row.estimate(self.name).value for place, row in enumerate(rows)}
        known = {place: value for place, value in values.items() if value is not None}
        if len(known) < 2 or self.better == "neither":
            return frozenset(), frozenset()
        ordered = sorted(set(known.values()), reverse=self.better == "higher")
        texts = list(dict.fromkeys(self.text(value) for value in ordered))
        first, second = (
            frozenset(place for place, value in known.items() if self.text(value) in texts[rank : rank + 1])
            for rank in (0, 1)
        )
        return first, second


COSTS = (Column(TRAINING, "Training", "lower", "s"), Column(MEMORY, "Memory", "lower", "MB"))


def seconds(value: float) -> str:
    """Seconds with three significant digits, and no digits that a clock does not have."""
    if value < 0.001:
        return "< 0.001"
    return (
        f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
        if value < 10
        else f"{value:,.1f}"
        if value < 100
        else f"{value:,.0f}"
    )


def metric_title(name: str) -> str:
    """`Hit rate@10` for `hit_rate@10`, `NDCG SNIPS@10` for `ndcg_snips@10`."""
    words, at, cutoff = name.partition("@")
    first, *rest = (word.upper() if word in _SHORT else word for word in words.split("_"))
    return " ".join([first[:1].upper() + first[1:], *rest]) + at + cutoff


def of_metric(name: str) -> Column:
    """The column of a metric."""
    return Column(name, metric_title(name), definition(parse(name)).better)


def glossary(shown: Sequence[Column]) -> dict[str, str]:
    """What the metrics among the columns mean, by title without cut-off."""
    known = [definition(parse(column.name)) for column in shown if column not in COSTS]
    return {metric_title(one.label): one.meaning for one in known}


def of_results(results: Results) -> tuple[Column, ...]:
    """Ranking metrics, then training time and memory, then errors of predicted ratings where any are there."""
    rows = [row for group in results.groups for row in group.rows]
    metrics = [of_metric(name) for name in results.metrics]
    shown = [c for c in metrics if results.chosen or any(row.estimate(c.name).value is not None for row in rows)]
    errors = [column for column in shown if definition(parse(column.name)).kind == "ratings"]
    return (*(column for column in shown if column not in errors), *COSTS, *errors)
