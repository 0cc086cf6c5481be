"""Quality by groups of users, items and time: who is served well, and who is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.answers import Answers
from bench.metrics.registry import measure
from bench.metrics.slices import Slice, restricted, slices
from bench.records import Context
from reports.columns import Column, of_metric
from reports.csv_table import csv_table
from reports.model import Group, Results, Row


@dataclass(frozen=True)
class Sliced:
    """One criterion on one split: a row for each algorithm, a column for each group."""

    by: str
    names: tuple[str, ...]
    column: Column
    rows: tuple[tuple[Row, tuple[float | None, ...]], ...]


def measured(
    answers: Answers, context: Context, names: Sequence[str]
) -> dict[tuple[str, str], dict[str, float | None]]:
    """Every metric on every slice of one cell's answers."""
    found = {}
    for part in slices(context, answers):
        values = measure(names, *restricted(answers, context, part))
        found[part.by, f"{part.name} ({_size(part)})"] = {name: value.value for name, value in values.items()}
    return found


def _size(part: Slice) -> str:
    """How many questions or held-out items are in a part, whichever it divides."""
    if part.questions.all():
        return f"{int(part.held.sum()):,} held out"
    count = int(part.questions.sum())
    return f"{count:,} question{'s' * (count != 1)}"


def of_group(group: Group) -> list[Sliced]:
    """The leading metric by each criterion that has at least two groups with a value."""
    rows = [row for row in group.complete if row.slices]
    keys = list(dict.fromkeys(key for row in rows for key in row.slices))
    found = []
    for by in dict.fromkeys(key[0] for key in keys):
        own = [key for key in keys if key[0] == by]
        known = [key for key in own if any(row.slices.get(key, {}).get(group.leading) is not None for row in rows)]
        if len(known) > 1:
            lines = tuple((row, tuple(row.slices.get(k, {}).get(group.leading) for k in known)) for row in rows)
            found.append(Sliced(by, tuple(name for _, name in known), of_metric(group.leading), lines))
    return found


def to_csv(results: Results) -> str:
    """Every metric by every criterion, one line for each algorithm and group."""
    return csv_table(
        ("dataset", "split", "algorithm", "by", "group", *results.metrics),
        (
            (group.dataset, group.split, row.label, by, name, *map(values.get, results.metrics))
            for group in results.groups
            for row in group.complete
            for (by, name), values in row.slices.items()
        ),
    )
