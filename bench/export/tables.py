"""A store as four tables, piece by piece, so that no table has to fit into the memory.

records     every attempt: what ran, how it ended, what it cost; the metrics of those that count
per_user    cell, question, user, metric, value
lists       cell, question, user, place (from 1), item, title, score
held_out    cell, question, user, item, title, rank (from 1), better, tied, rating, prediction

An attempt counts if the report shows it: the newest good one at the current key of its slot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.answers import Answers
from bench.matrix import METRICS
from bench.metrics.measured import Measured
from bench.metrics.registry import measure, parse
from bench.records import Context, Record, canonical
from bench.store import Store
from bench.titles import Titles

_QUESTION = [("cell", pa.string()), ("question", pa.int32()), ("user", pa.string())]
_ITEM = [("item", pa.string()), ("title", pa.string())]
_SHARED = {
    "per_user": [*_QUESTION, ("metric", pa.string()), ("value", pa.float64())],
    "lists": [*_QUESTION, ("place", pa.int32()), *_ITEM, ("score", pa.float64())],
    "held_out": [
        *_QUESTION,
        *_ITEM,
        *((name, pa.int64()) for name in ("rank", "better", "tied")),
        *((name, pa.float64()) for name in ("rating", "prediction")),
    ],
}
_TEXTS = ("cell", "attempt", "dataset", "split", "algorithm", "name", "family", "params", "tuning")
_ENDING = ("status", "reason", "started")
_RECORD = [
    *((name, pa.string()) for name in _TEXTS),
    ("seed", pa.int64()),
    *((name, pa.string()) for name in _ENDING),
    ("counts", pa.bool_()),
    *((name, pa.float64()) for name in ("seconds", "fit_seconds", "recommend_seconds")),
    ("memory_bytes", pa.int64()),
]

ROWS = 500_000  # of one piece
Piece = tuple[str, Any]  # the name of a table, and some of its rows as a pyarrow table
Arrays = dict[str, NDArray[Any]]  # columns of one length, with numbers of questions and items


def schemas(metrics: Sequence[str] | None = None) -> dict[str, Any]:
    """The columns of each table as pyarrow schemas. Raises BadConfig for an unknown metric."""
    names = [(name, pa.float64()) for name in _names(metrics)]
    return {name: pa.schema(columns) for name, columns in {"records": [*_RECORD, *names], **_SHARED}.items()}


def pieces(store: Store, metrics: Sequence[str] | None = None) -> Iterator[Piece]:
    """The rows of all tables, cell by cell. Raises StoreError where answers that count are missing or damaged."""
    columns, names = schemas(metrics), _names(metrics)
    records = store.records()
    counting = {record.attempt for record in store.latest(records).values()}
    titles = Titles(record.slot for record in records)
    rows = []
    for record in records:
        row = {**_row(record, titles), "counts": record.attempt in counting}
        if row["counts"] and record.status == "ok":
            answers, context = store.answers(record), store.context(record.split_hash)
            measured = measure(names, answers, context)
            row |= {name: found.value for name, found in measured.items()}
            found = {"per_user": _per_user(measured), "lists": _lists(answers), "held_out": _held_out(answers)}
            for name, arrays in found.items():
                yield from ((name, piece) for piece in _blocks(record, context, arrays, columns[name]))
        rows.append(row)
    yield "records", pa.Table.from_pylist(rows, columns["records"])


def _names(metrics: Sequence[str] | None) -> list[str]:
    return list(dict.fromkeys(str(parse(name)) for name in metrics or METRICS))


def _row(record: Record, titles: Titles) -> dict[str, Any]:
    slot, phases = record.slot, record.phases
    texts = (record.key, record.attempt, *titles.of(slot), record.label, slot.algorithm, record.family)
    searched = (canonical(slot.params), canonical(slot.tuning) if slot.tuning else "")
    return {
        **dict(zip(_TEXTS, (*texts, *searched), strict=True)),
        **{name: getattr(record, name) for name in _ENDING},
        **{f"{name}_seconds": phases[name].wall for name in ("fit", "recommend") if name in phases},
        "seed": slot.seed,
        "seconds": record.wall,
        "memory_bytes": record.memory,
    }


def _per_user(measured: dict[str, Measured]) -> Arrays:
    """The values of the metrics that have one for each question; NaN where the metric is undefined there."""
    found = {name: values for name, m in measured.items() if (values := m.per_question) is not None}
    questions = [np.arange(len(values)) for values in found.values()]
    return {
        "question": np.concatenate([np.empty(0, np.int64), *questions]),
        "metric": np.repeat(np.array(list(found), object), [len(values) for values in found.values()]),
        "value": np.concatenate([np.empty(0), *found.values()]),
    }


def _lists(answers: Answers) -> Arrays:
    rows, places = np.nonzero(answers.lists.items >= 0)
    scores = answers.lists.scores[rows, places].astype(np.float64)
    return {"question": rows, "place": places + 1, "item": answers.lists.items[rows, places], "score": scores}


def _held_out(answers: Answers) -> Arrays:
    unknown = np.full(len(answers.items), np.nan)
    return {
        "question": np.repeat(np.arange(len(answers.candidates)), np.diff(answers.offsets)),
        "item": answers.items,
        "rank": answers.better.astype(np.int64) + answers.position + 1,
        "better": answers.better,
        "tied": answers.tied,
        "rating": unknown if answers.ratings is None else answers.ratings.astype(np.float64),
        "prediction": unknown if answers.predictions is None else answers.predictions.astype(np.float64),
    }


def _blocks(record: Record, context: Context, arrays: Arrays, schema: Any) -> Iterator[Any]:
    """Tables of at most ROWS rows, with numbers of questions and items told as users, ids and titles; NaN is null."""
    users, ids, titles = (
        pa.array(texts, pa.string()) for texts in (context.user_ids, context.item_ids, context.titles)
    )
    for start in range(0, len(arrays["question"]), ROWS):
        columns = {name: pa.array(values[start : start + ROWS], from_pandas=True) for name, values in arrays.items()}
        columns["cell"] = pa.repeat(pa.scalar(record.key), len(columns["question"]))
        columns["user"] = users.take(columns["question"])
        if "item" in columns:
            columns |= {"item": ids.take(columns["item"]), "title": titles.take(columns["item"])}
        yield pa.table(columns).select(schema.names).cast(schema)
