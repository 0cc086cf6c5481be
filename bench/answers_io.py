"""Answers as Parquet files, of which every page carries a checksum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.answers import Answers
from bench.errors import StoreError
from bench.types import TopK

FILES = ("lists.parquet", "ranks.parquet", "questions.parquet")


def write_table(path: Path, columns: dict[str, Any]) -> None:
    """Write columns of one length as a Parquet file."""
    with path.open("wb") as file:  # pyarrow itself refuses a path that is no UTF-8
        pq.write_table(pa.table(columns), file, compression="zstd", write_page_checksum=True)


def read_table(path: Path) -> dict[str, Any]:
    """The columns of a Parquet file. Raises StoreError when it is missing or damaged."""
    try:
        file = pa.BufferReader(_content(path))
        table = pq.ParquetFile(file, page_checksum_verification=True).read(use_threads=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"{path}: cannot be read ({error})") from None
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _content(path: Path) -> pa.Buffer:
    """The bytes of a file in pyarrow's own memory.

    While it reads from a Python file, pyarrow may drop its last reference on a thread of its own, even after the
    reading; where the interpreter ends just then, that aborts the process (apache/arrow issue 34314).
    """
    with path.open("rb") as file:  # pyarrow itself refuses a path that is no UTF-8
        content = pa.allocate_buffer(path.stat().st_size)
        file.readinto(memoryview(content))
    return content


def write(answers: Answers, folder: Path) -> None:
    """Write lists.parquet, ranks.parquet and questions.parquet into `folder`."""
    rows, places = np.nonzero(answers.lists.items >= 0)
    best = answers.lists
    write_table(
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
    write_table(folder / "ranks.parquet", ranks)
    counts = {"held_out": np.diff(answers.offsets), "candidates": answers.candidates, "unscored": answers.unscored}
    write_table(
        folder / "questions.parquet", {**counts, "length": np.full(len(answers.candidates), best.items.shape[1])}
    )


def read(folder: Path, refused: int = 0) -> Answers:
    """The answers that `write` put there. Raises StoreError for unreadable files."""
    questions = read_table(folder / "questions.parquet")
    ranks = read_table(folder / "ranks.parquet")
    lists = read_table(folder / "lists.parquet")
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
