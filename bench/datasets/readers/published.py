"""Readers of the sequences that papers published: SASRec's pairs and S3-Rec's lines of items."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pyarrow as pa

from bench.datasets.build import build
from bench.datasets.readers.adjacency import read_adjacency, repeated
from bench.datasets.readers.renumbered_films import described_films
from bench.datasets.readers.sequences import pairs
from bench.datasets.source import find
from bench.errors import BadData
from bench.types import Dataset


def _sasrec(name: str, files: str, numbers: str, folder: Path, duplicates: str = "keep") -> Dataset:
    """One `user item` a line, the lines of a user in the order of time.

    Items that are films of MovieLens 1M by the file `numbers` are described as there.
    """
    path = find(folder, files)
    if path is None:
        raise BadData(f"{folder}: {files.replace('|', ' or ')} is missing")
    users, items = pairs(path)
    described = described_films(folder, numbers, " ") if numbers else {}
    return build(name, users, items, ordered=True, duplicates=duplicates, **described)


sasrec_ml_1m = partial(_sasrec, "sasrec-ml-1m", "ml-1m.txt.gz|ml-1m.txt", "sas_to_original_items.txt")
sasrec_video = partial(_sasrec, "sasrec-video", "Video.txt", "")


def _s3rec(name: str, what: str, folder: Path, duplicates: str = "keep") -> Dataset:
    """One user a line, then its items in the order of time. The numbered attributes of an item are its features."""
    users, counts, items = read_adjacency(folder / f"{what}.txt")
    attributes = _attributes(folder / f"{what}_item2attributes.json")
    return build(
        name,
        repeated(users, counts),
        pa.array(items, pa.string()),
        ordered=True,
        duplicates=duplicates,
        item_features={item: attributes.get(item, []) for item in set(items)},
    )


s3rec_beauty = partial(_s3rec, "s3rec-beauty", "Beauty")
s3rec_sports = partial(_s3rec, "s3rec-sports", "Sports_and_Outdoors")
s3rec_toys = partial(_s3rec, "s3rec-toys", "Toys_and_Games")
s3rec_yelp = partial(_s3rec, "s3rec-yelp", "Yelp")
s3rec_lastfm = partial(_s3rec, "s3rec-lastfm", "LastFM")


def _attributes(path: Path) -> dict[str, list[str]]:
    """Item -> its attributes, from {"item": [number, …], …}."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return {item: [f"attribute={int(number)}" for number in numbers] for item, numbers in found.items()}
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise BadData(f"{path}: expected an object of lists of numbers ({error})") from None
