"""One free text for an item: its title, then what else is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MOST_TAGS = 20  # in the text of an item; the others are used less often there


def sentences(*parts: str | Iterable[str]) -> str:
    """`Toy Story (1995). Animation, Comedy. funny, toys`: texts, and lists of names joined by commas."""
    told = ""
    for part in parts:
        said = (part if isinstance(part, str) else ", ".join(part)).strip()
        between = "" if not told or not said else " " if told.endswith((".", "!", "?")) else ". "
        told += between + said
    return told


def top_tags(items: Any, tags: Any, weights: Any = None) -> dict[str, list[str]]:
    """The tags of each item that were given most often, the most frequent first, equal ones by name.

    `items` and `tags` (n,) are text, one row for each use; `weights` (n,) says how often instead.
    """
    table = pa.table({"item": pa.array(items), "tag": pa.array(tags)})
    table = table.append_column("uses", pa.array([1] * len(table) if weights is None else weights, pa.float64()))
    table = table.filter(pc.not_equal(table["tag"], ""))
    counted = table.group_by(["item", "tag"]).aggregate([("uses", "sum")])
    counted = counted.sort_by([("item", "ascending"), ("uses_sum", "descending"), ("tag", "ascending")])
    found: dict[str, list[str]] = {}
    for item, tag in zip(counted["item"].to_pylist(), counted["tag"].to_pylist(), strict=True):
        own = found.setdefault(item, [])
        if len(own) < MOST_TAGS:
            own.append(tag)
    return found
