"""`bench compare`: one paired comparison in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import output

if TYPE_CHECKING:
    from reports.model import Group
    from reports.statistics.comparison import Comparison

EXAMPLES = (
    "Examples:  bench compare results ease item-knn   |   bench compare results sasrec gru4rec --metric recall@20"
)


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")],
    one: Annotated[
        str, typer.Argument(help="An algorithm, as the table names it; without parameters if there is only one.")
    ],
    other: Annotated[str, typer.Argument(help="The one to compare it with.")],
    metric: Annotated[str, typer.Option(help="By which metric.")] = "ndcg@10",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say whether two algorithms differ, by how much and for how many users, on each split where both finished."""
    from bench.store import Store
    from reports.load import known, load

    results = load(Store(store), [metric], leading=metric)
    one, other = (known(name, [cell.record for cell in results.attempts]) for name in (one, other))
    found = [(group, _comparison(group, one, other)) for group in results.groups if not group.folds]
    if json:
        output.as_json([{"dataset": g.dataset, "split": g.split, "metric": g.leading, **asdict(c)} for g, c in found])
        return
    for group, comparison in found:
        _tell(group, one, other, comparison)


def _comparison(group: Group, one: str, other: str) -> Comparison:
    """The first minus the second; with the reason where there is none."""
    from reports.against import against
    from reports.statistics.comparison import Comparison

    rows = {row.label: row for row in group.rows}
    for label in (one, other):
        if label not in rows or not rows[label].complete:
            status = rows[label].status if label in rows else "not run"
            return Comparison(reason=f"no comparison: {label} is {status} here")
    if one == other or group.context is None:
        return Comparison(reason="no comparison: that is one algorithm")
    return against([rows[one]], rows[other], group.context.users, group.leading)[0]


def _tell(group: Group, one: str, other: str, found: Comparison) -> None:
    from reports.columns import of_metric
    from reports.differences import HEADER, texts

    column = of_metric(group.leading)
    output.say(f"{group.title}, {found.users:,} users" if found.users else group.title)
    if found.value is None:
        output.say(f"  {found.reason}\n")
        return
    better = found.value > 0 if column.better == "higher" else found.value < 0
    ahead, after = (one, other) if better else (other, one)
    verdict = f"{ahead} is better than {after}" if found.significant else f"{one} and {other} cannot be separated"
    output.say(f"  {column.title} of {one} minus that of {other}; {verdict}")
    if found.reason:
        output.say(f"  {found.reason}")
    for name, text in zip(HEADER, texts(found), strict=True):
        output.say(f"  {name.replace('p (Holm)', 'p (randomization)'):<18}{text}")
    for name, p in (("p (Student)", found.t_test), ("p (Wilcoxon)", found.wilcoxon)):
        output.say(f"  {name:<18}{'—' if p is None else f'{p:.3g}'}")
    output.say("")
