"""The differences between algorithms, as tables: how large, how sure, for how many users."""

from __future__ import annotations

from dataclasses import dataclass

from reports import columns
from reports.columns import MISSING, Column
from reports.csv_table import csv_table
from reports.model import Group, Results, Row
from reports.statistics.comparison import Comparison


@dataclass(frozen=True)
class Differences:
    """All rows of a group against one of them."""

    other: Row
    column: Column
    lines: tuple[tuple[Row, Comparison], ...]

    @property
    def heading(self) -> str:
        """What the numbers are."""
        return f"{self.column.title} minus that of {self.other.label}"


def of_group(group: Group) -> list[Differences]:
    """Against the best row, and against the baseline where one was chosen."""
    found = []
    for label in dict.fromkeys(label for row in group.rows for label in row.against):
        other = next(row for row in group.rows if row.label == label)
        lines = tuple((row, row.against[label]) for row in group.rows if label in row.against)
        found.append(Differences(other, columns.of_metric(group.leading), lines))
    return sorted(found, key=lambda differences: differences.other.label != group.baseline)


def texts(comparison: Comparison) -> list[str]:
    """Difference, interval, p corrected, effect, users better off, the same, worse off, smallest that would show."""
    low, high = comparison.interval.low, comparison.interval.high
    interval = MISSING if low is None or high is None else f"[{low:+.4f}, {high:+.4f}]"
    users = [f"{100 * share:.0f} %" for share in (comparison.better, comparison.same, comparison.worse)]
    return [
        signed(comparison.value, 4),
        interval,
        p_text(comparison.holm),
        signed(comparison.effect, 2),
        *([MISSING] * 3 if comparison.value is None else users),
        MISSING if comparison.detectable is None else f"{comparison.detectable:.4f}",
    ]


HEADER = ("Difference", "95 % interval", "p (Holm)", "Cohen's d", "Better", "Same", "Worse", "Would show from")


def p_text(p: float | None) -> str:
    """A p-value with the digits that a test of some ten thousand flips can have."""
    return MISSING if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def signed(value: float | None, digits: int) -> str:
    """With a plus or a minus, unless nothing is left of it."""
    text = MISSING if value is None else f"{value:+.{digits}f}"
    return text.lstrip("+-") if text.strip("+-0.") == "" else text  # no sign where nothing is left to have one


_FIELDS = (
    *("difference", "low", "high", "users", "p_randomization", "p_holm", "p_benjamini_hochberg", "p_t_test"),
    *("p_wilcoxon", "cohens_d", "share_better", "share_same", "share_worse", "detectable", "reason"),
)


def to_csv(results: Results) -> str:
    """Every comparison, unrounded, with all tests."""
    return csv_table(
        ("dataset", "split", "metric", "algorithm", "minus", *_FIELDS),
        (
            (group.dataset, group.split, group.leading, row.label, found.other.label, *_values(comparison))
            for group in results.groups
            for found in of_group(group)
            for row, comparison in found.lines
        ),
    )


def _values(c: Comparison) -> tuple[float | str | None, ...]:
    """In the order of the fields."""
    sizes = (c.value, c.interval.low, c.interval.high, c.users, c.p, c.holm, c.false_discovery, c.t_test, c.wilcoxon)
    shares = (None, None, None) if c.value is None else (c.better, c.same, c.worse)
    return *sizes, c.effect, *shares, c.detectable, c.reason
