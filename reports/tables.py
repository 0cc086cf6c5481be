"""The comparison as a table: for the terminal, as CSV, as Markdown, as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.store import Store
from reports import columns
from reports.columns import Column
from reports.csv_table import csv_table
from reports.escape import clean, latex, markdown
from reports.load import load
from reports.model import Group, Results, Row

_UNITS = {columns.TRAINING: "_seconds", columns.MEMORY: "_bytes"}


@dataclass(frozen=True)
class Line:
    """One row of the table: an algorithm on a split of a data set."""

    group: Group
    row: Row
    best: frozenset[str]  # names of the columns in which it is the best of its group
    second: frozenset[str]  # and of those in which it comes next

    @property
    def differs(self) -> bool:
        """Whether the test tells it apart, in the leading metric, from the baseline or else from the best."""
        other = self.row.against.get(reference(self.group))
        return other is not None and other.significant

    @property
    def seeds(self) -> str:
        """How many seeds the numbers average over."""
        return str(len(self.row.seeds))


@dataclass(frozen=True)
class Table:
    """Lines by data set and split, in each the best first."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def remarks(self) -> list[str]:
        """What has to be said below the table."""
        marked = {line.group.title: line.group.remark for line in self.lines if line.group.remark}
        return [f"† {title.removesuffix(' †')}: {remark}" for title, remark in marked.items()]

    @property
    def header(self) -> list[str]:
        """What stands above the columns of `texts`."""
        headings = [f"{c.heading} {c.arrow}".strip() for c in self.columns]
        return ["Data set", "Split", "Algorithm", *headings, "Seeds", "Status"]

    def texts(self) -> list[list[str]]:
        """The table as one shows it in a terminal; control characters are removed."""
        return [
            [
                *(clean(text) for text in (line.group.dataset, line.group.split, line.row.label)),
                *(column.text(line.row.estimate(column.name).value) for column in self.columns),
                line.seeds,
                clean(line.row.status),
            ]
            for line in self.lines
        ]

    def records(self) -> list[dict[str, Any]]:
        """The table for programs: numbers unrounded, seconds and bytes, None where there is none."""
        limits = {c.name for c in self.columns for line in self.lines if line.row.estimate(c.name).interval}
        return [_record(line, self.columns, limits) for line in self.lines]


def summary(store: Store, metrics: Sequence[str] | None = None) -> Table:
    """One line per data set, split and algorithm, averaged over seeds. Errors as in `reports.load.load`."""
    return of_results(load(store, metrics))


def of_results(results: Results) -> Table:
    """The table of results that are already loaded."""
    shown = columns.of_results(results)
    return Table(shown, tuple(line for group in results.groups for line in lines(group, shown)))


def lines(group: Group, shown: Sequence[Column]) -> list[Line]:
    """The lines of one group."""
    best = {column.name: column.best(group.rows) for column in shown}
    second = {column.name: column.second(group.rows) for column in shown}

    def names(places: dict[str, frozenset[int]], place: int) -> frozenset[str]:
        return frozenset(name for name, where in places.items() if place in where)

    return [Line(group, row, names(best, place), names(second, place)) for place, row in enumerate(group.rows)]


def reference(group: Group) -> str:
    """Label of the algorithm with which marks compare: the baseline, or else the best."""
    return group.baseline or (group.rows[0].label if group.rows else "")


def _record(line: Line, shown: Sequence[Column], limits: set[str]) -> dict[str, Any]:
    row = line.row
    found: dict[str, Any] = {"dataset": line.group.dataset, "split": line.group.split, "algorithm": row.label}
    found |= {"candidates": line.group.candidates or "the whole catalogue", "family": row.family}
    found |= {"seeds": len(row.seeds), "status": row.status, "reason": row.reason}
    for column in shown:
        estimate = row.estimate(column.name)
        found[column.name + _UNITS.get(column.name, "")] = estimate.value
        if column.name in limits:
            found[f"{column.name}_low"], found[f"{column.name}_high"] = estimate.interval or (None, None)
    return found


def to_csv(table: Table) -> str:
    """Comma-separated, with numbers unrounded and 95 % limits as columns of their own."""
    records = table.records()
    return csv_table(records[0], (record.values() for record in records)) if records else ""


def to_markdown(table: Table) -> str:
    """One table for each data set and split, the best of each column bold, the next underlined."""
    parts = []
    for group, members in _by_group(table):
        header = ["Algorithm", *(f"{markdown(c.heading)} {c.arrow}".strip() for c in table.columns), "Status"]
        rows = [header, ["---", *["---:"] * len(table.columns), "---"]]
        for line in members:
            numbers = _numbers(line, table.columns, markdown, "**{}**", "<ins>{}</ins>", "{}\\*")
            rows.append([markdown(line.row.label), *numbers, markdown(line.row.status)])
        text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        parts.append(f"### {markdown(group.title)}\n\n{markdown(caption(group))}\n\n{text}\n")
    return "\n".join(parts)


def to_latex(table: Table) -> str:
    """One `table` with booktabs rules for each data set and split, best bold, next underlined."""
    parts = ["% \\usepackage{booktabs}\n"]
    arrows = {"↑": r" $\uparrow$", "↓": r" $\downarrow$", "": ""}
    for group, members in _by_group(table):
        header = ["Algorithm", *(latex(c.heading) + arrows[c.arrow] for c in table.columns)]
        rows = []
        for line in members:
            numbers = _numbers(line, table.columns, latex, r"\textbf{{{}}}", r"\underline{{{}}}", r"{}\rlap{{*}}")
            status = "" if line.row.complete else f" ({latex(line.row.status)})"
            rows.append(f"{latex(line.row.label)}{status} & {' & '.join(numbers)} \\\\")
        body = "\n".join([" & ".join(header) + r" \\", r"\midrule", *rows])
        head = f"\\begin{{table}}\n\\centering\n\\caption{{{latex(f'{group.title}. {caption(group)}')}}}\n"
        layout = f"\\begin{{tabular}}{{l{'r' * len(table.columns)}}}\n\\toprule\n"
        parts.append(f"{head}{layout}{body}\n\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n")
    return "\n".join(parts)


def caption(group: Group) -> str:
    """What was averaged over."""
    users = f"{group.users:,} users"
    asked = users if group.questions == group.users else f"{group.questions:,} questions of {users}"
    counts = sorted({len(row.seeds) for row in group.complete})
    said = f"{asked}; {_averaged(counts)}." if counts else "No results."
    return " ".join(text for text in (said, marks(group), group.remark) if text)


def _averaged(counts: Sequence[int]) -> str:
    """Over how many seeds, where rows have different numbers of them."""
    if len(counts) > 1:
        return f"each a mean over its own {counts[0]} to {counts[-1]} seeds"
    return "1 seed" if counts == [1] else f"mean over {counts[0]} seeds"


def marks(group: Group) -> str:
    """What the star beside a number of the leading metric means; empty where nothing was tested."""
    other = reference(group)
    if not any(other in row.against for row in group.rows):
        return ""
    title = columns.metric_title(group.leading)
    return f"* {title} differs from that of {other} (randomization test, Holm's correction, p < 0.05)."


def _by_group(table: Table) -> list[tuple[Group, list[Line]]]:
    groups = {id(line.group): line.group for line in table.lines}
    return [(group, [line for line in table.lines if line.group is group]) for group in groups.values()]


def _numbers(
    line: Line, shown: Sequence[Column], escape: Callable[[str], str], best: str, second: str, mark: str
) -> list[str]:
    found = []
    for column in shown:
        text = escape(column.text(line.row.estimate(column.name).value))
        if column.name in line.best:
            text = best.format(text)
        elif column.name in line.second:
            text = second.format(text)
        found.append(mark.format(text) if column.name == line.group.leading and line.differs else text)
    return found
