"""What searches found: the defaults against the best setting, on the validation part and on the test part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from bench.tuning.planned import budget
from bench.tuning.space import holds
from bench.tuning.trials import told
from reports.columns import Column, of_metric
from reports.csv_table import csv_table
from reports.model import MISSING, OK, Estimate, Group, Results, Row

EDGE = 0.02  # share of a range that counts as its edge
Trial = Mapping[str, Any]
_FIELDS = (
    *("dataset", "split", "algorithm", "seed", "trial", "params"),
    *("metric", "value", "seconds", "status", "reason"),
)


@dataclass(frozen=True)
class Search:
    """The search of one cell."""

    seed: int
    asked: Mapping[str, Any]  # see `bench.records.Slot.tuning`
    trials: tuple[Trial, ...]
    best: Trial | None

    @property
    def importance(self) -> Mapping[str, float]:
        """Shares of the parameters in what sets good settings apart; see `bench.tuning.study.Study.importance`."""
        from bench.tuning.study import Study  # loads optuna, which only reports on tuning wait for

        study = Study(self.asked["space"], self.seed, of_metric(self.asked["metric"]).sign > 0)
        for trial in self.trials:
            study.add(told(trial))
        return study.importance()

    @property
    def seconds(self) -> float:
        """Of all trials, also of those that were given up."""
        return float(sum(trial["seconds"] for trial in self.trials))

    @property
    def setting(self) -> str:
        """The best setting in words."""
        return "the defaults" if self.best is None or self.best["number"] == 0 else _said(self.best["params"])

    @property
    def edges(self) -> list[str]:
        """Parameters whose best value lies at an edge of the range, beyond which nobody looked."""
        params = {} if self.best is None else self.best["params"]
        ranges = {name: self.asked["space"].get(name, {}) for name in params}
        return [_edge(name, value, ranges[name]) for name, value in params.items() if _at_edge(value, ranges[name])]

    def so_far(self, sign: float) -> list[tuple[int, float, float]]:
        """(trials, seconds, best value so far) after each trial that made it better, and at the end."""
        found: list[tuple[int, float, float]] = []
        spent = 0.0
        for number, trial in enumerate(self.trials, 1):
            spent += trial["seconds"]
            better = trial["status"] == OK and (not found or sign * trial["value"] > sign * found[-1][2])
            if better:
                found.append((number, spent, trial["value"]))
        return [*found, (len(self.trials), spent, found[-1][2])] if found else []


@dataclass(frozen=True)
class Tuned:
    """An algorithm that was tuned beside itself as it is; `searches` has one for each seed."""

    row: Row
    plain: Row | None
    column: Column
    searches: tuple[Search, ...]

    @property
    def budget(self) -> str:
        """What each search could use."""
        return budget(dict(self.searches[0].asked)).removeprefix("tuned, ")

    @property
    def validation(self) -> tuple[float | None, float | None]:
        """On the validation part: the defaults and the best setting, means over seeds."""
        first = [search.trials[0]["value"] for search in self.searches if search.trials]
        best = [search.best["value"] for search in self.searches if search.best is not None]
        return _mean(first, len(self.searches)), _mean(best, len(self.searches))

    @property
    def test(self) -> tuple[Estimate, Estimate]:
        """The same on the test part."""
        name = self.column.name
        return self.plain.estimate(name) if self.plain else MISSING, self.row.estimate(name)

    @property
    def overtuned(self) -> float | None:
        """How much of the gain on the validation part is not there on the test part; positive: too good to be true."""
        (before, after), (default, tuned) = self.validation, (one.value for one in self.test)
        if before is None or after is None or default is None or tuned is None:
            return None
        return self.column.sign * ((after - before) - (tuned - default))

    @property
    def ended(self) -> str:
        """How many trials ended how."""
        found = Counter(trial["status"] for search in self.searches for trial in search.trials)
        return ", ".join(f"{count} {status}" for status, count in found.most_common())

    @property
    def seconds(self) -> float:
        """Of a search, mean over seeds."""
        return fmean(search.seconds for search in self.searches)

    @property
    def importance(self) -> str:
        """Which parameters decide, in shares; empty where there are too few trials to say."""
        found = [search.importance for search in self.searches]
        shares = {name: fmean(one.get(name, 0.0) for one in found) for name in sorted(set().union(*found))}
        ranked = sorted(shares.items(), key=lambda one: -one[1])
        return ", ".join(f"{name} {100 * share:.0f} %" for name, share in ranked)

    @property
    def settings(self) -> list[str]:
        """The best setting of each seed."""
        several = len(self.searches) > 1
        return [f"seed {one.seed}: {one.setting}" if several else one.setting for one in self.searches]

    @property
    def edges(self) -> list[str]:
        """What a wider range might make better."""
        return list(dict.fromkeys(edge for search in self.searches for edge in search.edges))


def of_group(group: Group) -> list[Tuned]:
    """Every row that was tuned and ended well, best first."""
    plain = {row.cells[0].record.slot.id: row for row in group.rows if not row.cells[0].record.slot.tuning}
    found = []
    for row in group.rows:
        slot = row.cells[0].record.slot
        searches = tuple(_search(cell.record) for cell in row.cells if cell.record.tuning)
        if slot.tuning and searches and row.complete and not group.folds:
            other = plain.get(replace(slot, tuning=None).id)
            found.append(Tuned(row, other, of_metric(slot.tuning["metric"]), searches))
    return found


def _search(record: Any) -> Search:
    trials = tuple(record.tuning["trials"])
    best = next((trial for trial in trials if trial["number"] == record.tuning["best"]), None)
    return Search(record.slot.seed, record.slot.tuning, trials, best)


def to_csv(results: Results) -> str:
    """Every trial of every search."""
    return csv_table(
        _FIELDS,
        (
            (group.dataset, group.split, tuned.row.label, search.seed, *_line(trial, tuned.column.name))
            for group in results.groups
            for tuned in of_group(group)
            for search in tuned.searches
            for trial in search.trials
        ),
    )


def _line(trial: Trial, metric: str) -> Sequence[Any]:
    said = (trial["number"], _said(trial["params"]), metric, trial["value"])
    return (*said, trial["seconds"], trial["status"], trial["reason"])


def _mean(values: Iterable[float | None], count: int) -> float | None:
    """Over all seeds; None unless each has a value."""
    found = [value for value in values if value is not None]
    return fmean(found) if found and len(found) == count else None


def _said(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in params.items())


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _at_edge(value: Any, one: Mapping[str, Any]) -> bool:
    if "low" not in one or not holds(dict(one), value):  # the defaults may lie outside
        return False
    scaled = [_scaled(x, one["log"]) for x in (one["low"], value, one["high"])]
    share = (scaled[1] - scaled[0]) / (scaled[2] - scaled[0])
    near = EDGE if not one["integer"] else 0.0
    return share <= near or share >= 1 - near


def _scaled(value: float, log: bool) -> float:
    return math.log(value) if log else float(value)


def _edge(name: str, value: Any, one: Mapping[str, Any]) -> str:
    return f"{name} = {_value(value)} lies at the edge of {one['low']:g} … {one['high']:g}"
