"""From a store to groups of comparable rows: answers are measured, averaged over seeds, and given intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from bench import openings
from bench.answers import Answers
from bench.attempts import unequal
from bench.errors import BadConfig, StoreError, did_you_mean
from bench.index import uncollected
from bench.matrix import METRICS
from bench.metrics.registry import Metric, measure, parse
from bench.records import Context, Record, canonical
from bench.store import Store
from bench.titles import Titles
from reports import averages, folds, slices
from reports.averages import Seen
from reports.model import CORRUPT, LISTED, OK, Cell, Group, Results

LEADING = "ndcg@10"
LOG_LINES, LOG_WIDTH = 12, 300  # of the end of a log that the report shows


@uncollected()
def load(store: Store, metrics: Sequence[str] | None = None, *, leading: str = "", baseline: str = "") -> Results:
    """Measure everything in a store, order algorithms by `leading`, and compare all with the one called `baseline`.

    Raises BadConfig for an unknown metric or baseline, StoreError for an unreadable record.
    """
    names = tuple(dict.fromkeys(str(parse(name)) for name in (*([leading] if leading else ()), *(metrics or METRICS))))
    wanted = [parse(name) for name in dict.fromkeys([*names, *averages.drawn()])]
    leading = str(parse(leading)) if leading else _leading(names)
    records = store.records()
    latest = list(store.latest(records).values())
    baseline = known(baseline, latest) if baseline else ""
    different = unequal(records)
    groups = []
    shown: dict[str, Cell] = {}
    titles = Titles(record.slot for record in latest)
    for (_, _, split_hash), members in _grouped(latest).items():
        context = _context(store, split_hash)
        seen = [_see(store, record, context, wanted, names, leading, different) for record in members]
        shown |= {one.cell.record.attempt: one.cell for one in seen}
        rows = averages.rows(seen, context, names, leading, baseline)
        dataset, split = titles.of(members[0].slot)
        marked = f"{split} †" if context and context.candidates else split
        held = next((one.held for one in seen if one.held), None)
        groups.append(Group(dataset, marked, split_hash, context, rows, leading, held, baseline))
    attempts = tuple(shown.get(r.attempt) or Cell(r, r.status, r.reason, replaced=True) for r in records)
    whole = tuple(folds.with_means(_told_apart(groups)))
    return Results(whole, attempts, names, _openings(store, records), chosen=metrics is not None)


def _openings(store: Store, records: Iterable[Record]) -> dict[str, str]:
    """How often the test part of each split was opened, in words."""
    by_split: dict[str, list[openings.Opening]] = defaultdict(list)
    for one in openings.every(store.folder, records):
        by_split[one.split].append(one)
    return {split: openings.said(found) for split, found in by_split.items()}


def known(name: str, records: Iterable[Record]) -> str:
    """The label that is meant: one of the records', or the name of an algorithm that has only one label there.

    Raises BadConfig otherwise, with what could be meant.
    """
    labels = {record.label: record.slot.algorithm for record in records}
    if name in labels:
        return name
    own = [label for label, algorithm in labels.items() if algorithm == name]
    if len(own) > 1:
        raise BadConfig(f"{name!r} may be {' or '.join(map(repr, own))}; name one of them in full")
    if not own:
        raise BadConfig(f"no algorithm {name!r} in this store{did_you_mean(name, labels)}")
    return own[0]


def _grouped(records: Iterable[Record]) -> dict[tuple[str, str, str], list[Record]]:
    """Records by data set, split and split hash; one that failed before it had a split joins the newest."""
    newest: dict[tuple[str, str], str] = {}
    slots = [(canonical(r.slot.dataset), canonical(r.slot.split), r) for r in records]
    for dataset, split, record in slots:
        newest[dataset, split] = record.split_hash or newest.get((dataset, split), "")
    groups: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for dataset, split, record in slots:
        groups[dataset, split, record.split_hash or newest[dataset, split]].append(record)
    return groups


def _told_apart(groups: list[Group]) -> tuple[Group, ...]:
    """The same titles twice mean that the data or the split changed: such titles get the beginning of their hash."""
    titles = [group.title for group in groups]
    twice = {title for title in titles if titles.count(title) > 1}
    named = [replace(g, split=f"{g.split} [{g.split_hash[:8]}]") if g.title in twice else g for g in groups]
    return tuple(sorted(named, key=lambda group: (group.dataset, group.split)))


def _context(store: Store, split_hash: str) -> Context | None:
    try:
        return store.context(split_hash) if split_hash else None
    except StoreError:
        return None


def _see(
    store: Store,
    record: Record,
    context: Context | None,
    wanted: list[Metric],
    names: Sequence[str],
    leading: str,
    unsure: set[str],
) -> Seen:
    """A record as a cell, with its metrics where it has readable answers."""
    doubts = ("nondeterministic: two attempts at this cell gave different answers",) if record.key in unsure else ()
    cell = Cell(record, record.status, record.reason, warnings=(*record.warnings, *doubts))
    if record.status != OK:
        return Seen(replace(cell, log=_log_end(store, record)))
    try:
        if context is None:
            raise StoreError("what is known of its split is missing or unreadable")
        answers = _answers(store, record, context)
    except StoreError as error:
        return Seen(replace(cell, status=CORRUPT, reason=str(error).replace(str(store.folder), "store")))
    measured = measure(wanted, answers, context)
    unscored, tied = _shares(answers)
    cell = replace(cell, value=measured[leading].value, unscored=unscored, tied=tied)
    lists = np.ascontiguousarray(answers.lists.without_unscored().items[:, :LISTED])
    return Seen(cell, measured, slices.measured(answers, context, names), lists, (answers.offsets, answers.items))


def _log_end(store: Store, record: Record) -> str:
    """The last lines that a cell printed, without names of folders of this machine."""
    lines = store.log(record).replace(str(store.folder.resolve()), "store").splitlines()[-LOG_LINES:]
    return "\n".join(line[:LOG_WIDTH] for line in lines).strip("\n")


def _leading(names: Sequence[str]) -> str:
    return LEADING if LEADING in names else names[0]


def _answers(store: Store, record: Record, context: Context) -> Answers:
    """The answers of an ok record. Raises StoreError where they are unreadable or not those to this split."""
    answers = store.answers(record)
    if len(answers.candidates) != len(context.users):
        found = f"{len(answers.candidates)} questions are answered, its split has {len(context.users)}"
        raise StoreError(f"answers do not belong to the split: {found}")
    return answers


def _shares(answers: Answers) -> tuple[float | None, float | None]:
    """Shares of candidates without a score, and of held-out items that tie with another candidate."""
    candidates = int(answers.candidates.sum())
    unscored = float(answers.unscored.sum() / candidates) if candidates else None
    return unscored, float((answers.tied > 0).mean()) if len(answers.tied) else None
