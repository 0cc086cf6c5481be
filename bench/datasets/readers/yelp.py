"""Reader of the Yelp open data set: JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats.cells import Column
from bench.datasets.formats.json_lines import JsonLines
from bench.datasets.readers.described import sentences
from bench.datasets.readers.lines import lines
from bench.errors import BadData
from bench.types import Dataset


def yelp(folder: Path, duplicates: str = "last") -> Dataset:
    """`yelp` from yelp_academic_dataset_review.json and yelp_academic_dataset_business.json.

    Categories are the features of a business; name, categories and city make its text. What reviews say is left out: a
    review is written with the interaction that is to be predicted.
    """
    wanted = [Column("user_id", "id"), Column("business_id", "id"), Column("stars", "number", 1, 5)]
    users, items, stars, times = (
        JsonLines(folder / "yelp_academic_dataset_review.json").read([*wanted, Column("date", "date")]).arrays
    )
    businesses = dict(_businesses(folder / "yelp_academic_dataset_business.json"))
    return build(
        "yelp",
        users,
        items,
        ratings=stars,
        times=times,
        scale=(1, 5),
        duplicates=duplicates,
        titles={item: name for item, (name, _, _) in businesses.items()},
        texts={item: sentences(*told) for item, told in businesses.items()},
        item_features={item: categories for item, (_, categories, _) in businesses.items()},
    )


def _businesses(path: Path) -> Iterator[tuple[str, tuple[str, list[str], str]]]:
    """Business -> name, categories, city."""
    for line, text in lines(path):
        try:
            found = json.loads(text)
            categories = [name.strip() for name in (found["categories"] or "").split(",") if name.strip()]
            yield str(found["business_id"]), (str(found["name"]), categories, str(found["city"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadData(f"{path}, line {line}: no description of a business ({error!r})") from None
