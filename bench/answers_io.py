"""Answers and contexts as Parquet and JSON files; every Parquet page carries a checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.errors import StoreError
from bench.records import Context
from bench.types import Answers, TopK

FILES = ("lists.parquet", "ranks.parquet", "questions.parquet")


def _write(path: Path, columns: dict[str, Any]) -> None:
    pq.write_table(pa.table(columns), path, compression="zstd", write_page_checksum=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"{path}: cannot be read ({error})") from None
    return {name: table.column(name).to_numpy() for name in table.column_names}


def write(answers: Answers, folder: Path) -> None:
    """Write lists.parquet, ranks.parquet and questions.parquet into `folder`."""
    rows, places = np.nonzero(answers.lists.items >= 0)
    best = answers.lists
    _write(
        folder / "lists.parquet",
        {
            "question": rows.astype(np.int32),
            "place": places.astype(np.int16),
            "item": best.items[rows, places],
            "score": best.scores[rows, places],
        },
    )
    ranks = {name: getattr(answers, name) for name in ("items", "better", "tied", "position")}
    for name in ("ratings", "predictions"):
        if getattr(answers, name) is not None:
            ranks[name] = getattr(answers, name)
    _write(folder / "ranks.parquet", ranks)
    counts = {"held_out": np.diff(answers.offsets), "candidates": answers.candidates, "unscored": answers.unscored}
    _write(folder / "questions.parquet", {**counts, "length": np.full(len(answers.candidates), best.items.shape[1])})


def read(folder: Path, refused: int = 0) -> Answers:
    """The answers that `write` put there. Raises StoreError for unreadable files."""
    questions = _read(folder / "questions.parquet")
    ranks = _read(folder / "ranks.parquet")
    lists = _read(folder / "lists.parquet")
    q = len(questions["held_out"])
    k = int(questions["length"][0]) if q else 0
    items, scores = np.full((q, k), -1, np.int32), np.full((q, k), np.nan, lists["score"].dtype)
    items[lists["question"], lists["place"]] = lists["item"]
    scores[lists["question"], lists["place"]] = lists["score"]
    return Answers(
        lists=TopK(items, scores),
        offsets=np.concatenate([[0], np.cumsum(questions["held_out"])]).astype(np.int64),
        candidates=questions["candidates"],
        unscored=questions["unscored"],
        refused=refused,
        **ranks,
    )


def write_context(context: Context, folder: Path) -> None:
    """Write facts.json, users.parquet, items.parquet."""
    facts = {name: getattr(context, name) for name in ("dataset", "split", "facts", "train_users", "scale")}
    (folder / "facts.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
    _write(folder / "users.parquet", {"user": context.users, "id": list(context.user_ids)})
    items = {"id": list(context.item_ids), "title": list(context.titles), "popularity": context.popularity}
    _write(folder / "items.parquet", items)


def read_context(folder: Path) -> Context:
    """The context that `write_context` put there. Raises StoreError when it is missing or unreadable."""
    try:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder}: no context of this split ({error})") from None
    users, items = _read(folder / "users.parquet"), _read(folder / "items.parquet")
    facts["scale"] = tuple(facts["scale"]) if facts["scale"] else None
    return Context(
        **facts,
        users=users["user"],
        user_ids=tuple(users["id"]),
        item_ids=tuple(items["id"]),
        titles=tuple(items["title"]),
        popularity=items["popularity"],
    )
