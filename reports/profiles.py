"""One algorithm after the other: what it is, with which parameters, what it reached and took, how it failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.records import Slot
from bench.tuning.space import said
from reports import columns, costs
from reports.columns import MEMORY, TRAINING
from reports.model import Group, Results, Row
from reports.reproduce import flat


@dataclass(frozen=True)
class Place:
    """What it did on one split."""

    title: str
    numbers: tuple[tuple[str, str], ...]  # title, text
    status: str
    reason: str


@dataclass(frozen=True)
class Profile:
    """Everything that the report knows of one label."""

    label: str
    family: str
    about: dict[str, str]  # what it is, paper, package; parameters
    params: dict[str, str]
    places: tuple[Place, ...]


def of_results(results: Results) -> list[Profile]:
    """By label."""
    found: dict[str, list[tuple[Group, Row]]] = {}
    for group in results.groups:
        for row in group.rows:
            if not group.folds:
                found.setdefault(row.label, []).append((group, row))
    return [_profile(label, found[label]) for label in sorted(found)]


def _profile(label: str, rows: list[tuple[Group, Row]]) -> Profile:
    record = rows[0][1].cells[0].record
    about = {"what": record.about.get("summary", ""), "paper": record.about.get("paper", "")}
    about |= {"family": record.family, "package": record.about.get("distribution", "")}
    places = tuple(_place(group, row) for group, row in rows)
    return Profile(label, record.family, {k: v for k, v in about.items() if v}, _params(record.slot), places)


def _params(slot: Slot) -> dict[str, str]:
    """Parameters with their values, or with the range in which a search looked."""
    searched = (slot.tuning or {}).get("space", {})
    return flat(slot.params) | {name: f"searched in {said(one)}" for name, one in searched.items()}


def _place(group: Group, row: Row) -> Place:
    return Place(group.title, tuple(_numbers(group, row)) if row.complete else (), row.status, row.reason)


def _numbers(group: Group, row: Row) -> Iterator[tuple[str, str]]:
    """The leading metric with its interval and rank, and the costs."""
    column = columns.of_metric(group.leading)
    estimate = row.estimate(group.leading)
    if estimate.value is not None:
        rank = 1 + next(place for place, other in enumerate(group.rows) if other is row)
        yield column.title, f"{column.text(estimate.value)} {column.spread(estimate)}".strip()
        yield "Place", f"{rank} of {len(group.complete)}"
    for cost, name in zip(columns.COSTS, (TRAINING, MEMORY), strict=True):
        value = row.estimate(name).value
        if value is not None:
            yield cost.title, f"{cost.text(value)} {cost.unit}"
    wait = costs.of_row(row).waits[1]
    if wait is not None:
        yield "One list, p95", f"{columns.seconds(1000 * wait)} ms"
    yield from _faithfulness(row)
    epochs = max((len(cell.record.curve) for cell in row.cells), default=0)
    if epochs:
        yield "Reports of progress", str(epochs)


def _faithfulness(row: Row) -> Iterator[tuple[str, str]]:
    """How far the best item falls without its reasons and without random items; the mean over the cells that tell."""
    found = [told for cell in row.cells if "named" in (told := cell.record.faithfulness)]
    if found:
        names = ("named", "random", "further")
        named, drawn, further = (sum(told[name] for told in found) / len(found) for name in names)
        yield "Ranks lost without the reasons", f"{named:.1f}, without random items {drawn:.1f}"
        yield "Reasons cost more ranks", f"in {further:.0%} of questions"
    elif skipped := next((why for cell in row.cells if (why := cell.record.faithfulness.get("skipped"))), None):
        yield "Ranks lost without the reasons", f"not measured: {skipped}"
