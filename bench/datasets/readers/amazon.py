"""Readers of the Amazon reviews of 2014, 2018 and 2023: who rated what and when, and what the items are.

What reviews say is no text of an item: it is written together with the interaction that is to be predicted. Where it is
asked for, it comes with that interaction.
"""

from __future__ import annotations

import html
from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.formats.json_lines import JsonLines
from bench.datasets.readers.amazon_items import described
from bench.datasets.readers.described import sentences
from bench.errors import BadData
from bench.types import Dataset

MILLISECONDS = 1e3
REVIEW = [
    Column("reviewerID", "id"),
    Column("asin", "id"),
    Column("overall", "number", 1, 5),
    Column("unixReviewTime", "number"),
]
WRITTEN = [Column("summary", "text"), Column("reviewText", "text")]
RATING = [
    Column("user_id", "id"),
    Column("parent_asin", "id"),
    Column("rating", "number", 1, 5),
    Column("timestamp", "number"),
]


def amazon_2014(folder: Path, duplicates: str = "last", reviews: bool = False) -> Dataset:
    """`amazon-2014-<category>` from reviews_<Category>_5.json.gz; items from meta_<Category>.json.gz."""
    path, category = _only(folder, "reviews_", "_5.json.gz")
    return _made(2014, category, _reviewed(path, reviews), folder / f"meta_{category}.json.gz", duplicates)


def amazon_2018(folder: Path, duplicates: str = "last", reviews: bool = False) -> Dataset:
    """`amazon-2018-<category>` from <Category>_5.json.gz; items from meta_<Category>.json.gz."""
    path, category = _only(folder, "", "_5.json.gz")
    return _made(2018, category, _reviewed(path, reviews), folder / f"meta_{category}.json.gz", duplicates)


def amazon_2023(folder: Path, duplicates: str = "last") -> Dataset:
    """`amazon-2023-<category>` from <Category>.csv.gz, times in milliseconds; items from meta_<Category>.jsonl.gz."""
    path, category = _only(folder, "", ".csv.gz")
    meta = folder / f"meta_{category}.jsonl.gz"
    return _made(2023, category, tables.read(path, RATING), meta, duplicates, MILLISECONDS)


def _reviewed(path: Path, texts: bool) -> tables.Table:
    return JsonLines(path).read([*REVIEW, *WRITTEN] if texts else REVIEW)


def _only(folder: Path, before: str, after: str) -> tuple[Path, str]:
    """The one file of ratings in `folder`, and the category in its name."""
    found = sorted(folder.glob(f"{before}*{after}"))
    if len(found) != 1:
        raise BadData(f"{folder}: expected one file {before}*{after}, found {len(found)}")
    return found[0], found[0].name.removeprefix(before).removesuffix(after)


def _made(edition: int, category: str, table: tables.Table, meta: Path, duplicates: str, unit: float = 1.0) -> Dataset:
    """The data set; where the file `meta` is, rated items have titles, texts and categories."""
    users, items, ratings, times, *texts = table.arrays
    written = [html.unescape(sentences(*parts)) for parts in zip(*table.columns[4:], strict=True)] if texts else None
    known = described(meta, set(table.columns[1])) if meta.is_file() else {}
    return build(
        f"amazon-{edition}-{category.lower().replace('_', '-')}",
        users,
        items,
        ratings=ratings,
        times=times / unit,
        reviews=written,
        scale=(1, 5),
        duplicates=duplicates,
        titles={item: told.title for item, told in known.items()} or None,
        texts={item: told.text for item, told in known.items()} or None,
        item_features={item: told.categories for item, told in known.items()} or None,
    )
