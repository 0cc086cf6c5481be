"""`bench score`: the metrics of lists that come from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output

if TYPE_CHECKING:
    from bench.metrics.measured import Measured
    from bench.scoring.answers import Judged

METRICS = "precision@10,recall@10,hit_rate@10,ndcg@10,map@10,mrr@10"
EXAMPLES = (
    "Examples:  bench score lists.csv --test test.csv   |   "
    "bench score lists.parquet --test test.csv --train train.csv --metrics ndcg@20,coverage@20"
)


def command(
    lists: Annotated[Path, typer.Argument(help="CSV, TSV (.gz too) or Parquet with user, item and rank or score.")],
    test: Annotated[Path, typer.Option(help="The held-out interactions: user, item and, if known, rating.")],
    train: Annotated[Path | None, typer.Option(help="The training interactions, for metrics that need them.")] = None,
    metrics: Annotated[str, typer.Option(help="Metrics with commas.")] = METRICS,
    per_user: Annotated[Path | None, typer.Option(help="Write the values of each user to this CSV or Parquet.")] = None,
    user: Annotated[str | None, typer.Option(help="The column of users (usual: user, user_id).")] = None,
    item: Annotated[str | None, typer.Option(help="The column of items (usual: item, item_id).")] = None,
    rank: Annotated[str | None, typer.Option(help="The column of ranks; 1 is the best (usual: rank).")] = None,
    score: Annotated[
        str | None, typer.Option(help="The column of scores, if there are no ranks (usual: score).")
    ] = None,
    rating: Annotated[str | None, typer.Option(help="The column of held-out ratings (usual: rating).")] = None,
    separator: Annotated[str | None, typer.Option(help="What stands between columns of text files.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Score lists that come from anywhere with the code that scores our own.

    Every user of the test is a question; one without a list counts as 0. A metric that the files do not tell is null,
    with the reason.
    """
    from bench.cli.request import names
    from bench.scoring.answers import judge
    from bench.scoring.measure import check_per_user, write_per_user
    from bench.scoring.measure import score as measured_by
    from bench.scoring.rows import Columns, check_named, read_lists, read_pairs

    given = {"user": user, "item": item, "rank": rank, "score": score, "rating": rating}
    columns = Columns({role: name for role, name in given.items() if name is not None}, separator)
    if per_user is not None:
        check_per_user(per_user)
    check_named([lists, test, *([train] if train else [])], columns)
    listed = read_lists(lists, columns)
    judged = judge(listed, read_pairs(test, columns), read_pairs(train, columns) if train else None)
    found = measured_by(judged, names(metrics) or [])
    if per_user is not None:
        write_per_user(per_user, judged.context.user_ids, found)
    values = _values(judged, found)
    order = f"{listed.role}, from the column {listed.column!r}"
    if json:
        output.as_json({"lists": lists, "test": test, "order": order, "facts": judged.facts, "metrics": values})
        return
    output.say(output.table(("metric", "value", "95 % interval", "users"), [_line(*each) for each in values.items()]))
    output.say()
    told = {"lists are ordered by": order, **{name: count for name, count in judged.facts.items() if count}}
    width = max(map(len, told))
    for name, value in told.items():
        output.say(f"{name.ljust(width)}  {value}")


def _values(judged: Judged, found: dict[str, Measured]) -> dict[str, dict[str, Any]]:
    """Value, interval over users and number of users of each metric, or the reason why it has none."""
    from reports.statistics.bootstrap import Parts, intervals

    parts = {
        name: Parts(m.numerator, m.denominator, m.root)
        for name, m in found.items()
        if m.value is not None and m.numerator is not None and m.denominator is not None
    }
    spread = dict(zip(parts, intervals(judged.context.users, list(parts.values())), strict=True))
    return {
        name: {
            "value": m.value,
            "low": spread[name].low if name in spread else None,
            "high": spread[name].high if name in spread else None,
            "users": int((parts[name].denominator > 0).sum()) if name in parts else None,
            "reason": m.reason or (spread[name].reason if name in spread else "no interval: not a mean over users"),
        }
        for name, m in found.items()
    }


def _line(name: str, value: dict[str, Any]) -> tuple[str, str, str, str]:
    if value["value"] is None:
        return name, "—", value["reason"], "—"
    between = value["reason"] if value["low"] is None else f"{value['low']:.4f} to {value['high']:.4f}"
    return name, f"{value['value']:.4f}", between, "—" if value["users"] is None else str(value["users"])
