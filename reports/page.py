"""The page: one file that needs nothing else and asks nothing of any network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from reports import (
    attempts,
    columns,
    costs,
    differences,
    drill,
    growth,
    profiles,
    protocols,
    ranks,
    reproduce,
    slices,
    tables,
    tuning,
    uncertainty,
)
from reports.captions import bars, sample
from reports.changes import Change
from reports.columns import Column
from reports.escape import clean
from reports.figures import style
from reports.headline import headline
from reports.model import OK, Cell, Group, Results, Row
from reports.pictures import Picture
from reports.statistics import bootstrap, paired
from reports.statistics.comparison import Comparison


def render(results: Results, pictures: Sequence[Picture], changed: Sequence[Change] | None = None) -> str:
    """The page as HTML. Every text is escaped by jinja2; control characters are taken out before."""
    environment = _environment()
    rows = [row for group in results.groups for row in group.rows]
    looks, colours = style.styles(rows), style.families(rows)
    classes = {colour: f"c{place}" for place, colour in enumerate(dict.fromkeys(colours.values()))}
    css = _source(environment, "style.css") + "".join(f".{name}{{color:{c}}}\n" for c, name in classes.items())
    script = _source(environment, "page.js")
    plotly = _plotly() if pictures else ""
    shown = columns.of_results(results)
    ranked = ranks.comparable(results.groups)
    troubles, troubled = attempts.troubles(results)
    return environment.get_template("page.html.j2").render(
        css=Markup(css),  # our own files, nothing from data
        script=Markup(script),
        script_hash=_hash(script),
        plotly=_packed(plotly),
        plotly_hash=_hash(plotly),
        columns=shown,
        families={row.label: row.family for row in rows},
        headlines=[headline(group) for group in results.groups if not group.part_of],
        changed=changed,
        datasets=protocols.of_groups(results.groups, results.openings),
        profiles=profiles.of_results(results),
        drills=[(group.dataset, drill.of_group(group)) for group in results.groups if not group.folds],
        groups=[_group(group, results.groups, shown, pictures) for group in results.groups],
        signs={label: (looks[label].sign, classes[looks[label].colour], looks[label].filled) for label in looks},
        overall=[picture for picture in pictures if picture.group is None],
        ranks=ranks.table(ranked) if len(ranked) > 1 else None,
        ranked=[group.title for group in ranked],
        attempts=attempts.of_results(results),
        attempted=len(results.attempts),
        troubles=troubles,
        troubled=troubled,
        statuses=_counts(results.attempts),
        leading=columns.metric_title(results.groups[0].leading) if results.groups else "",
        period=_period(results.attempts),
        circumstances=reproduce.circumstances([cell.record for cell in results.attempts]),
        matrix=reproduce.matrix(results),
        total=columns.seconds(sum(cell.record.wall for cell in results.attempts)),
        growth=growth.of_groups(results.groups),
        tuned=[(group, found) for group in results.groups if (found := tuning.of_group(group))],
        glossary=columns.glossary(shown),
        measured=dict.fromkeys(column.name.partition("@")[0] for column in shown),
        cutoffs=sorted({int(column.name.partition("@")[2]) for column in shown if "@" in column.name}),
        phases=costs.PHASES,
        percentiles=costs.PERCENTILES,
        difference_header=differences.HEADER,
        level=round(100 * bootstrap.LEVEL),
        resamples=bootstrap.RESAMPLES,
        min_users=bootstrap.MIN_USERS,
        flips=paired.FLIPS,
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seconds"] = columns.seconds
    environment.filters["share"] = _share
    environment.filters["data"] = _data
    environment.filters["p"] = differences.p_text
    return environment


def _source(environment: jinja2.Environment, name: str) -> str:
    """A file beside the template, as it is."""
    loader = environment.loader
    return loader.get_source(environment, name)[0] if loader else ""


def _plotly() -> str:
    """The library that draws the pictures, as its package brings it."""
    return resources.files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")


@cache
def _packed(script: str) -> Markup:
    """Gzip, base64: a third of it, and the browser need not read it before a picture comes near."""
    return Markup(base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode())


def _data(value: Any) -> Markup:
    """JSON that a script element can hold: of all tags only those that pictures have in their texts."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(re.sub(r"<(?!br>|/?b>|/?extra>)", r"\\u003c", text))


def _hash(text: str) -> str:
    """The hash by which the content-security policy allows one script; styles are free, since plotly adds its own."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _share(value: float | None) -> str:
    """A share as a percentage; "none" only for exactly none."""
    if value is None:
        return columns.MISSING
    return "none" if value == 0 else "< 0.1 %" if value < 0.001 else f"{100 * value:.1f} %"


def _group(
    group: Group, groups: Sequence[Group], shown: Sequence[Column], pictures: Iterable[Picture]
) -> dict[str, Any]:
    return {
        "title": group.title,
        "dataset": group.dataset,
        "caption": sample(group) if group.complete else f"{group.title}: no results",
        "bars": bars(group),
        "lines": [_line(line, shown) for line in tables.lines(group, shown)],
        "pictures": [picture for picture in pictures if picture.group is group],
        "costs": [costs.of_row(row) for row in group.rows],
        "remark": group.remark,
        "folds": group.folds,
        "part_of": group.part_of,
        "slices": slices.of_group(group),
        "differences": [(d, [_difference(*line) for line in d.lines]) for d in differences.of_group(group)],
        "sources": [(row, columns.of_metric(group.leading), s) for row, s in uncertainty.of_group(group, groups)],
    }


def _line(line: tables.Line, shown: Sequence[Column]) -> dict[str, Any]:
    """One row of the comparison table, its numbers in the order of the columns."""
    estimates = [(column, line.row.estimate(column.name)) for column in shown]
    numbers = [
        {
            "text": column.text(estimate.value),
            "column": column.name,
            "spread": column.spread(estimate),
            "sort": "" if estimate.value is None else f"{estimate.value:.7g}",
            "best": column.name in line.best,
            "reason": estimate.reason or line.row.reason,
        }
        for column, estimate in estimates
    ]
    return {"row": line.row, "numbers": numbers}


def _difference(row: Row, comparison: Comparison) -> dict[str, Any]:
    """One row of the table of differences: each text with what it is sorted by."""
    c = comparison
    sort = (c.value, c.interval.low, c.holm, c.effect, c.better, c.same, c.worse, c.detectable)
    numbers = [
        (text, "" if key is None else f"{key:.7g}") for text, key in zip(differences.texts(c), sort, strict=True)
    ]
    return {"row": row, "numbers": numbers, "comparison": c}


def _counts(cells: Iterable[Cell]) -> Mapping[str, int]:
    """How many attempts that count have each status, ok first."""
    counts = Counter(cell.status for cell in cells if not cell.replaced)
    return dict(sorted(counts.items(), key=lambda pair: (pair[0] != OK, pair[0])))


def _period(cells: Sequence[Cell]) -> str:
    """The days on which the attempts began."""
    days = sorted({cell.record.started[:10] for cell in cells})
    return "" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
