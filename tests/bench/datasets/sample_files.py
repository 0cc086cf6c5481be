"""Small files in the official formats, with invented values."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.types import Dataset


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into `folder`, by name; text is written as UTF-8, .gz is compressed."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder


def rows(dataset: Dataset) -> list[tuple[object, ...]]:
    """(user, item, rating, time) of each interaction, in text ids; what there is not is left out."""
    found = dataset.interactions
    columns = [
        [dataset.users.ids[user] for user in found.users],
        [dataset.items.ids[item] for item in found.items],
    ]
    columns += [[round(float(rating), 6) for rating in found.ratings]] if found.ratings is not None else []
    columns += [found.times.tolist()] if found.times is not None else []
    return list(zip(*columns, strict=True))


def features(dataset: Dataset, item: str) -> list[str]:
    """The names of an item's features."""
    matrix = dataset.items.features
    assert matrix is not None
    return [dataset.items.feature_names[column] for column in matrix[dataset.items.ids.index(item)].indices]


def told(dataset: Dataset, item: str) -> tuple[str | None, str | None]:
    """Title and text of an item."""
    row = dataset.items.ids.index(item)
    titles, texts = dataset.items.titles, dataset.items.texts
    return titles and titles[row], texts and texts[row]
