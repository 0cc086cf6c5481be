"""What the report knows: groups of rows that may be compared, each row one algorithm, averaged over its seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.records import Context, Record
from bench.types import Ints, Longs
from reports.statistics.bootstrap import Parts
from reports.statistics.comparison import Comparison

Slices = dict[tuple[str, str], dict[str, float | None]]  # (by, name of the part) -> metric -> value

LISTED = 10  # items of a list that the report looks at
OK = "ok"
REORDER = "Sampled metrics can put algorithms in another order (Krichene and Rendle 2020)."
CORRUPT = "corrupt"  # the record says ok, and its answers cannot be read


@dataclass(frozen=True)
class Estimate:
    """A number with its spread, or the reason why it is missing."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    users: bool = False  # low … high is the 95 % interval over users; otherwise the lowest and the highest seed
    reason: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval over users, where there is one."""
        return (self.low, self.high) if self.users and self.low is not None and self.high is not None else None


MISSING = Estimate()


@dataclass(frozen=True)
class Cell:
    """One attempt, as the report shows it."""

    record: Record
    status: str
    reason: str = ""
    value: float | None = None  # the leading metric of this attempt alone
    unscored: float | None = None  # share of ranked candidates whose score was NaN
    tied: float | None = None  # share of held-out items that have the same score as another candidate
    replaced: bool = False  # a newer attempt at the same cell counts
    warnings: tuple[str, ...] = ()
    log: str = ""  # the end of what it printed, where it did not finish


@dataclass(frozen=True)
class Row:
    """One algorithm with its parameters; the estimates average over its seeds."""

    label: str
    family: str
    cells: tuple[Cell, ...]  # one for each seed
    estimates: Mapping[str, Estimate] = field(default_factory=dict)  # by column name; empty unless complete
    curves: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)  # metric -> value at each cut-off
    beyond: Mapping[str, float | None] = field(default_factory=dict)  # metrics that are not accuracy -> value
    slices: Slices = field(default_factory=dict)
    parts: tuple[Parts, ...] = ()  # of the leading metric, one for each seed; empty where it has none
    lists: Ints | None = None  # (q, LISTED) the lists of its first seed, −1 where there are no more items
    against: Mapping[str, Comparison] = field(default_factory=dict)  # by label of the other row: this one minus it
    lacking: str = ""  # of a mean over folds: of how many of them it has results, where that is not all

    @property
    def complete(self) -> bool:
        """Every seed has an answer; only such rows have numbers, for a mean over what happens to exist flatters."""
        return not self.lacking and all(cell.status == OK for cell in self.cells)

    @property
    def status(self) -> str:
        """The status that all seeds share, or how many are ok and what became of the others."""
        found = [cell.status for cell in self.cells]
        others = sorted(set(found) - {OK})
        if len(set(found)) == 1:
            return self.lacking if self.lacking and found[0] == OK else found[0]
        done = found.count(OK)
        return f"{done} of {len(found)} seeds ok, else {', '.join(others)}" if done else ", ".join(others)

    @property
    def reason(self) -> str:
        """Why the first seed without an answer has none."""
        return next((cell.reason for cell in self.cells if cell.status != OK and cell.reason), "")

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of its cells."""
        return tuple(sorted({cell.record.slot.seed for cell in self.cells}))

    def estimate(self, column: str) -> Estimate:
        """The number in a column, or an empty one."""
        return self.estimates.get(column, MISSING)


@dataclass(frozen=True)
class Group:
    """Everything measured on one split of one data set: the rows may be compared with each other."""

    dataset: str
    split: str
    split_hash: str
    context: Context | None
    rows: tuple[Row, ...]  # best first; then those without numbers
    leading: str  # the metric of the headline and the order
    held: tuple[Longs, Ints] | None = None  # (q + 1,) offsets and the held-out items of each question
    baseline: str = ""  # label of the row that the report compares all others with, besides the best
    folds: int = 0  # of how many folds it is the mean
    part_of: str = ""  # the title of that mean, where this is one of its folds

    @property
    def title(self) -> str:
        """Data set and split."""
        return f"{self.dataset} · {self.split}"

    @property
    def candidates(self) -> str:
        """Which items were ranked, in words, where it is not the whole catalogue."""
        return self.context.candidates if self.context else ""

    @property
    def remark(self) -> str:
        """What has to be said wherever these numbers stand."""
        if not self.candidates:
            return ""
        return f"Ranked were only {self.candidates}. Such numbers are no estimate of those of a full ranking. {REORDER}"

    @property
    def audit(self) -> tuple[Mapping[str, Any], ...]:
        """The findings of the leakage audit; none in a store of an older version."""
        return self.context.audit if self.context else ()

    @property
    def complete(self) -> tuple[Row, ...]:
        """The rows that have numbers."""
        return tuple(row for row in self.rows if row.complete)

    @property
    def users(self) -> int:
        """How many different users ask."""
        return len(set(self.context.users.tolist())) if self.context else 0

    @property
    def questions(self) -> int:
        """How many questions were asked."""
        return len(self.context.users) if self.context else 0

    @property
    def seeds(self) -> tuple[int, ...]:
        """All seeds of the rows that have numbers."""
        return tuple(sorted({seed for row in self.complete for seed in row.seeds}))


@dataclass(frozen=True)
class Results:
    """All that a store holds, measured."""

    groups: tuple[Group, ...]
    attempts: tuple[Cell, ...]  # every attempt, oldest first
    metrics: tuple[str, ...]
    openings: Mapping[str, str] = field(default_factory=dict)  # split hash -> how often its test part was opened
    chosen: bool = False  # the metrics were asked for, so even an empty column is shown
