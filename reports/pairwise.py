"""Two algorithms, split by split: whether they differ, by how much, for how many users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from reports.against import against
from reports.columns import of_metric
from reports.differences import HEADER, texts
from reports.load import known
from reports.model import Group, Results
from reports.statistics.comparison import Comparison


def lines(results: Results, one: str, other: str) -> Iterator[str]:
    """What to say of them. Raises BadConfig for a name that is not in the results, or stands for several."""
    for group, labels, found in _compared(results, one, other):
        yield f"{group.title}, {found.users:,} users" if found.users else group.title
        yield from (f"  {line}" for line in _told(group, *labels, found))
        yield ""


def facts(results: Results, one: str, other: str) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"dataset": group.dataset, "split": group.split, "metric": group.leading, **asdict(found)}
        for group, _, found in _compared(results, one, other)
    ]


def _compared(results: Results, one: str, other: str) -> Iterator[tuple[Group, tuple[str, str], Comparison]]:
    records = [cell.record for cell in results.attempts]
    labels = known(one, records), known(other, records)
    return ((group, labels, _comparison(group, *labels)) for group in results.groups if not group.folds)


def _comparison(group: Group, one: str, other: str) -> Comparison:
    """The first minus the second; with the reason where there is none."""
    rows = {row.label: row for row in group.rows}
    for label in (one, other):
        if label not in rows or not rows[label].complete:
            status = rows[label].status if label in rows else "not run"
            return Comparison(reason=f"no comparison: {label} is {status} here")
    if one == other or group.context is None:
        return Comparison(reason="no comparison: that is one algorithm")
    return against([rows[one]], rows[other], group.context.users, group.leading)[0]


def _told(group: Group, one: str, other: str, found: Comparison) -> Iterator[str]:
    if found.value is None:
        yield found.reason
        return
    column = of_metric(group.leading)
    ahead, after = (one, other) if column.sign * found.value > 0 else (other, one)
    verdict = f"{ahead} is better than {after}" if found.significant else f"{one} and {other} cannot be separated"
    yield f"{column.title} of {one} minus that of {other}; {verdict}"
    if found.reason:
        yield found.reason
    for name, text in zip(HEADER, texts(found), strict=True):
        yield f"{name.replace('p (Holm)', 'p (randomization)'):<18}{text}"
    for name, p in (("p (Student)", found.t_test), ("p (Wilcoxon)", found.wilcoxon)):
        yield f"{name:<18}{'—' if p is None else f'{p:.3g}'}"
