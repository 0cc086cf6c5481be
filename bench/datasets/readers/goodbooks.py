"""Reader of goodbooks-10k: CSV in UTF-8; the rows of ratings.csv are in the order of time (README there)."""

from __future__ import annotations

from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.described import sentences, top_tags
from bench.types import Dataset


def goodbooks_10k(folder: Path, duplicates: str = "last") -> Dataset:
    """`goodbooks-10k`: titles, authors and the tags given most often make the text; these tags are features.

    Tags belong to editions (goodreads_book_id), ratings to books (book_id); books.csv has both.
    """
    rated = [Column("user_id", "id"), Column("book_id", "id"), Column("rating", "number", 1, 5)]
    users, items, ratings = tables.read(folder / "ratings.csv", rated).arrays
    described = [Column("book_id", "id"), Column("goodreads_book_id", "id"), *map(_text, ("title", "authors"))]
    books = list(zip(*tables.read(folder / "books.csv", described).columns, strict=True))
    tags = _tags(folder, {edition: item for item, edition, *_ in books})
    return build(
        "goodbooks-10k",
        users,
        items,
        ratings=ratings,
        ordered=True,
        scale=(1, 5),
        duplicates=duplicates,
        titles={item: title for item, _, title, _ in books},
        texts={item: sentences(title, authors, tags.get(item, [])) for item, _, title, authors in books},
        item_features=tags,
    )


def _text(name: str) -> Column:
    return Column(name, "text")


def _tags(folder: Path, books: dict[str, str]) -> dict[str, list[str]]:
    """Book -> its tags, from book_tags.csv (edition, tag, count) and tags.csv; `books` maps editions to books."""
    tagged = [Column("goodreads_book_id", "id"), Column("tag_id", "id"), Column("count", "number")]
    editions, tags, counts = tables.read(folder / "book_tags.csv", tagged).columns
    named = tables.read(folder / "tags.csv", [Column("tag_id", "id"), _text("tag_name")]).columns
    names = dict(zip(*named, strict=True))
    kept = [row for row, edition in enumerate(editions) if edition in books]
    return top_tags(
        [books[editions[row]] for row in kept],
        [names.get(tags[row], "") for row in kept],
        [max(counts[row], 0.0) for row in kept],  # a few counts are -1
    )
