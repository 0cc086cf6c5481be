"""What came out, in sentences, and no more than the numbers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports import columns
from reports.columns import TRAINING, Column
from reports.model import Estimate, Group, Row

LISTED = 8  # names before "and 5 more"


@dataclass(frozen=True)
class Headline:
    """The findings on one split: one word or name to stand out, and the sentences around it."""

    title: str
    lead: str  # name of the best algorithm, or empty
    text: str
    details: tuple[str, ...] = ()


def headline(group: Group) -> Headline:
    """Which algorithm leads, and which others the data cannot tell from it."""
    column = columns.of_metric(group.leading)
    rows = [row for row in group.complete if row.estimate(group.leading).value is not None]
    if not rows:
        return Headline(group.title, "", _nothing(group))
    best, rest = rows[0], rows[1:]
    number = _number(best.estimate(group.leading), column)
    if group.folds:
        return _of_folds(group, best, len(rows), column)
    if not rest:
        return Headline(group.title, best.label, f"alone has a {column.title}: {number}. There is nothing to compare.")
    word = "highest" if column.better == "neither" else "best"
    text = f"has the {word} {column.title} of {len(rows)} algorithms: {number}."
    details = (*_warnings(group), *_separation(best, rest, column), *_left_out(group))
    return Headline(group.title, best.label, text, details)


def _of_folds(group: Group, best: Row, algorithms: int, column: Column) -> Headline:
    """The mean over folds: they share training data and users, so it has no interval."""
    estimate = best.estimate(group.leading)
    number = f"{column.text(estimate.value)} ({column.spread(estimate) or 'the same in each'})"
    text = f"has the best mean {column.title} over {group.folds} folds of {algorithms} algorithms: {number}."
    said = "Folds share training data, so their mean has no interval; those of each fold are in its table."
    return Headline(group.title, best.label, text, (*_warnings(group), said, *_left_out(group)))


def _warnings(group: Group) -> tuple[str, ...]:
    """Why these numbers should not be believed, or not be compared with others."""
    found = [f"{f['check']} ({f['count']:,} of {f['of']:,})" for f in group.audit if f["verdict"] == "leak"]
    said = f"This split leaks, so no number here can be trusted: {', '.join(found)}." if found else ""
    return tuple(sentence for sentence in (said, _future(group), group.remark) if sentence)


def _future(group: Group) -> str:
    """What a split without order asks, where most of what is learnt comes after it."""
    later = next((f for f in group.audit if f["check"] == "training after a user's own test"), None)
    if later is None or later["verdict"] != "notice" or not later["of"]:
        return ""
    share = f"{later['count'] / later['of']:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    return f"{share} of training is later than the same user's test: this asks what was left out, not what comes next."


def _nothing(group: Group) -> str:
    if group.complete:
        return f"No algorithm has a {columns.metric_title(group.leading)} here."
    return "No algorithm finished here; the reasons are listed under “What ran and what failed”."


def _number(estimate: Estimate, column: Column) -> str:
    spread = column.spread(estimate) if estimate.users else ""
    return f"{column.text(estimate.value)} {spread}".strip().replace(" ", "\N{NO-BREAK SPACE}")


def _separation(best: Row, rest: Sequence[Row], column: Column) -> tuple[str, ...]:
    estimate = best.estimate(column.name)
    tested = [row.against[best.label] for row in rest if best.label in row.against]
    if estimate.interval is None and all(comparison.p is None for comparison in tested):
        return (f"Which differences are real cannot be said: {estimate.reason or 'there is no interval'}.",)
    test = "by user, in a randomization test" + (f" corrected for {len(tested)} comparisons" if len(tested) > 1 else "")
    together = [row for row in rest if not _separated(best, row, column)]
    if not together:
        whom = "the other" if len(rest) == 1 else "all others"
        return (f"It is clearly ahead of {whom}: {test}, p < 0.05{' for each' if len(rest) > 1 else ''}.",)
    others = len(rest) - len(together)
    said = _inseparable(best, together, "any other" if others == 0 and len(rest) > 1 else "", test)
    return (*said, *_detectable(best, together, column), *_quickest(best, together), *_behind(others))


def _inseparable(best: Row, together: Sequence[Row], which: str, test: str) -> tuple[str, ...]:
    """From whom, and by which test; where every user has the same from both there was none."""
    equal = [row for row in together if best.label in row.against and row.against[best.label].same == 1]
    unsure = [row for row in together if not any(row is one for one in equal)]
    said = []
    if equal:
        said.append(f"It cannot be separated from {_names(equal)}: every user has the same value from both.")
    if unsure:
        whom = which if which and not equal else _names(unsure)
        said.append(f"It cannot be separated from {whom}: {test}, p ≥ 0.05.")
    return tuple(said)


def _separated(best: Row, row: Row, column: Column) -> bool:
    """Whether the test of the two says so; where none applies to such a metric, whether two intervals are apart."""
    comparison = row.against.get(best.label)
    if comparison is None or (comparison.p is None and not comparison.same):
        return not _overlap(best.estimate(column.name), row.estimate(column.name))
    return comparison.significant


def _detectable(best: Row, together: Sequence[Row], column: Column) -> tuple[str, ...]:
    """How large a difference from those would have had to be."""
    found = [row.against[best.label] for row in together if best.label in row.against]
    least = [comparison.detectable for comparison in found if comparison.detectable]
    if not least:
        return ()
    low, high = column.text(min(least)), column.text(max(least))
    sizes = low if low == high else f"{low} to {high}"
    return (f"With {found[0].users:,} users a difference of {sizes} would show in four of five such tests.",)


def _behind(count: int) -> tuple[str, ...]:
    if count == 0:
        return ()
    return ("The other one is clearly behind." if count == 1 else f"The other {count} are clearly behind.",)


def _overlap(a: Estimate, b: Estimate) -> bool:
    """Whether two intervals meet; a number without an interval is a point."""
    low_a, high_a = a.interval or (a.value, a.value)
    low_b, high_b = b.interval or (b.value, b.value)
    if low_a is None or high_a is None or low_b is None or high_b is None:
        return True
    return low_a <= high_b and low_b <= high_a


def _quickest(best: Row, together: Sequence[Row]) -> tuple[str, ...]:
    timed = [(row.estimate(TRAINING).value, row) for row in (best, *together)]
    known = [(value, row) for value, row in timed if value is not None]
    if len(known) < 2:
        return ()
    value, row = min(known, key=lambda pair: pair[0])
    return (f"Of those that lead, {row.label} trains quickest: {columns.seconds(value)}\N{NO-BREAK SPACE}s.",)


def _left_out(group: Group) -> tuple[str, ...]:
    missing = [row for row in group.rows if not row.complete]
    if not missing:
        return ()
    return (f"Not compared, because not finished: {_names(missing)}.",)


def _names(rows: Sequence[Row]) -> str:
    labels = [row.label for row in rows]
    if len(labels) > LISTED:
        return f"{', '.join(labels[:LISTED])} and {len(labels) - LISTED} more"
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
