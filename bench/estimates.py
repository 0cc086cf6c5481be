"""What a cell will cost, by what the nearest cell of the same algorithm did cost.

With n interactions in the data set of the cell and m in that of the record, s seconds of start-up in the record:

    seconds = s + (wall − s) · n / m,      memory = b + (peak − b) · n / m,      b = min(peak, BASE)

A cell that is tuned costs as much more as its budget says: wall − s for each trial, and no more than its time. What it
did cost tells nothing of other cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from bench.explain import remembered
from bench.limits import Limits
from bench.plan import Cell, limits_of
from bench.records import Record, canonical
from bench.store import Store

BASE = 150e6  # bytes; about what the process of a cell holds before it has any data
TELLING = ("ok", "timeout", "oom")  # what failed early says little about what it would have cost
UNKNOWN_SHARE = 0.1  # of the time limit, or of a smaller budget, where there is no record at all


@dataclass(frozen=True)
class Estimate:
    """What one cell is expected to cost."""

    seconds: float  # of wall time
    memory: float  # bytes, the peak of the whole process tree


class Estimates:
    """Estimates for planned cells, from the records of a store and from those that are added during a run."""

    def __init__(
        self,
        planned: Iterable[Cell],
        records: Iterable[Record],
        usual: Limits,
        store: Store | None,
        budget: float | None = None,
    ) -> None:
        self._planned, self._usual, self._store = list(planned), usual, store
        self._budget = budget or math.inf  # seconds for all cells together
        self._sizes = {cell.split.data_fingerprint: cell.interactions for cell in self._planned if cell.split}
        self._kept: dict[str, dict[str, Record]] = {}  # algorithm -> slot but for its seed -> record
        self._mean: float | None = None
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Learn from one more record; of those that differ in seed only, the newest that ended well counts."""
        if record.status not in TELLING or record.slot.tuning:
            return
        if record.data_hash not in self._sizes and self._store and (size := remembered(record.key, self._store)[1]):
            self._sizes[record.data_hash] = size
        kept = self._kept.setdefault(record.slot.algorithm, {})
        same = canonical([record.slot.dataset, record.slot.split, record.slot.params])
        if record.status == "ok" or same not in kept or kept[same].status != "ok":
            kept[same] = record
            self._mean = None

    def of(self, cell: Cell) -> Estimate | None:
        """What the cell will cost; None where no record tells."""
        if cell.problem:
            return Estimate(0.0, 0.0)
        found = self._kept.get(cell.slot.algorithm, {}).values()
        near = max(
            (record for record in found if self._ratio(record, cell)),
            key=lambda r: self._nearness(r, cell),
            default=None,
        )
        if near is None:
            return None
        ratio = self._ratio(near, cell)
        start = max(0.0, near.wall - sum(phase.wall for phase in near.phases.values())) if near.phases else 0.0
        base, once = min(near.memory, BASE), (near.wall - start) * ratio
        return Estimate(start + once + _search(cell, once), base + (near.memory - base) * ratio)

    def guess(self, cell: Cell) -> float:
        """Seconds; where they are not known the mean of the known cells.

        Without any it is a tenth of the time limit, or of the budget where that is less: something has to start.
        """
        known = self.of(cell)
        if known:
            return known.seconds
        if self._mean is None:
            costs = [estimate.seconds for other in self._planned if not other.problem and (estimate := self.of(other))]
            self._mean = fmean(costs) if costs else math.nan
        if not math.isnan(self._mean):
            return self._mean
        return UNKNOWN_SHARE * min(limits_of(cell, self._usual).time or math.inf, self._budget)

    def over(self, cell: Cell) -> str:
        """Which limit the cell will probably break, and by what; empty when none."""
        estimate, limits = self.of(cell), limits_of(cell, self._usual)
        if estimate is None:
            return ""
        if limits.time and not cell.slot.tuning and estimate.seconds > limits.time:  # a search has it for each trial
            return f"about {estimate.seconds:.0f} s of {limits.time:.0f} s"
        if limits.memory and estimate.memory > limits.memory:
            return f"about {estimate.memory / 1e6:.0f} MB of {limits.memory / 1e6:.0f} MB"
        return ""

    def _ratio(self, record: Record, cell: Cell) -> float:
        """How many times larger the data of the cell are; 0 where it is not known."""
        if cell.split and record.data_hash == cell.split.data_fingerprint:
            return 1.0
        size = self._sizes.get(record.data_hash)
        return cell.interactions / size if size else float(record.slot.dataset == cell.slot.dataset)

    def _nearness(self, record: Record, cell: Cell) -> tuple[bool, bool, bool, bool, float, str]:
        """Larger for what tells more: the same data first, then parameters, split, a good end, and a like size."""
        ratio = self._ratio(record, cell)
        return (
            record.slot.dataset == cell.slot.dataset,
            record.slot.params == cell.slot.params,
            record.slot.split == cell.slot.split,
            record.status == "ok",
            -abs(math.log(ratio)) if ratio else -math.inf,
            record.started,
        )


def _search(cell: Cell, once: float) -> float:
    """Seconds of the search of a cell, whose own part takes `once`; 0 where nothing is tuned."""
    tuning = cell.slot.tuning
    if tuning is None:
        return 0.0
    return float(min(tuning.get("trials", math.inf) * once, tuning.get("time", math.inf)))
