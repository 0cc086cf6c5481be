"""Ids survive the way from each format through the data set into lists and back to text."""

import csv
import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import notebook
from bench.datasets import catalogue
from bench.datasets.imported import import_file, import_frame
from bench.registry import create

IDS = [
    "007",
    "7",
    "1e5",
    "NA",
    "null",
    "NaN",
    "None",
    "9007199254740993",
    "🎬👨‍👩‍👧",
    "\u200fשלום\u200e",
    " a ",
    "'#",
    "a,b;c|d",
    "\\N",
    "=cmd",
    "2014-03-01",
    "true",
    "x" * 10_000,
]
USERS = ["u1", "u2", "NA"]
PAIRS = [(user, item) for user in USERS for item in IDS]


def _delimited(path, separator):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(("user", "item"))
        writer.writerows(PAIRS)


def _json(path):
    lines = "".join(json.dumps({"user": u, "item": i}, ensure_ascii=False) + "\n" for u, i in PAIRS)
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())


def _parquet(path):
    pq.write_table(pa.table({"user": [u for u, _ in PAIRS], "item": [i for _, i in PAIRS]}), path)


def _atomic(path):
    path.write_text("user_id:token\titem_id:token\n" + "".join(f"{u}\t{i}\n" for u, i in PAIRS), encoding="utf-8")


WRITERS = {
    "x.csv": lambda path: _delimited(path, ","),
    "x.tsv": lambda path: _delimited(path, "\t"),
    "x.jsonl": _json,
    "x.ndjson.gz": _json,
    "x.parquet": _parquet,
    "x.inter": _atomic,
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def _check(dataset):
    """All ids are there, and the list of a user who has half of the items holds exactly the other half."""
    assert set(dataset.items.ids) == set(IDS)
    assert set(dataset.users.ids) == set(USERS)
    split = notebook.split(dataset, "random", test=0.5)
    result = notebook.evaluate(create("popularity"), split)
    query = split.test.query
    for row, listed in enumerate(result.answers.lists.items):
        had = {dataset.items.ids[number] for number in query.items[query.offsets[row] : query.offsets[row + 1]]}
        assert {dataset.items.ids[number] for number in listed if number >= 0} == set(IDS) - had


@pytest.mark.parametrize("name", WRITERS)
def test_ids_survive_each_file_format(name, tmp_path):
    path = tmp_path / name
    WRITERS[name](path)
    made = import_file(path, "mine")
    kept = catalogue.load("mine")
    assert kept.fingerprint == made.fingerprint == _framed().fingerprint
    _check(kept)


def _framed(**options):
    frame = pd.DataFrame(PAIRS, columns=["user", "item"])
    return import_frame(frame.astype(object), **options)


def test_ids_survive_a_frame():
    _check(_framed())
    kept = _framed(name="mine")
    assert catalogue.load("mine").items.ids == kept.items.ids
    coded = pd.DataFrame(PAIRS, columns=["user", "item"]).astype("category")
    assert import_frame(coded).fingerprint == kept.fingerprint


def test_many_rows_take_the_same_numbers_from_every_format(tmp_path):
    rng = np.random.default_rng(3)
    n = 70_000  # several groups of rows in Parquet and blocks of text
    frame = pd.DataFrame({"user": rng.integers(0, 900, n).astype(str), "item": rng.integers(0, 5000, n).astype(str)})
    frame["rating"] = rng.integers(1, 6, n) / 2
    frame["time"] = rng.integers(0, 10**9, n)
    frame.to_csv(tmp_path / "x.csv", index=False)
    frame.to_json(tmp_path / "x.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "x.parquet", row_group_size=10_000)
    options = {"rating": "rating", "time": "time", "scale": (0.5, 5)}
    expected = import_frame(frame, **options).fingerprint
    for name in ("x.csv", "x.jsonl", "x.parquet"):
        assert import_file(tmp_path / name, name, **options).fingerprint == expected
        assert catalogue.load(name).fingerprint == expected
