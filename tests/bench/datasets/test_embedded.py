"""The data that come with the program, and the catalogue around them."""

import gzip
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from bench.datasets import catalogue, sources
from bench.errors import BadConfig, BadData

FOLDER = sources.EMBEDDED / "movielens-small"


@pytest.fixture(scope="module")
def small():
    return catalogue.load("movielens-small")


def test_files_are_what_was_written_and_small():
    # of the uncompressed text, so that a repacked file is still recognised
    expected = {
        "ratings.csv.gz": "8b050389ec1bcd856ac4e86a5855376d5e3e548046a8192b44d0adab5c1a1ed9",
        "movies.csv.gz": "c8e7665b4d8a6c7648634d905ff2e48317098a93f10649cfe82a284f1776452c",
    }
    for name, digest in expected.items():
        raw = (FOLDER / name).read_bytes()
        assert len(raw) < 1_000_000
        assert raw[4:8] == b"\0\0\0\0"  # no time stamp in the gzip header
        assert hashlib.sha256(gzip.decompress(raw)).hexdigest() == digest
    assert "10.1145/2827872" in (FOLDER / "NOTICE.md").read_text(encoding="utf-8")


def test_counts(small):
    interactions = small.interactions
    assert (len(interactions), interactions.n_users, interactions.n_items) == (100_004, 671, 9_066)
    assert interactions.scale == (0.5, 5)
    assert interactions.ordered
    assert small.notes["duplicates"] == {"policy": "last", "dropped": 0}
    values, counts = np.unique(interactions.ratings, return_counts=True)
    assert values.tolist() == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
    assert counts.tolist() == [1101, 3326, 1687, 7271, 4449, 20064, 10538, 28750, 7723, 15095]
    assert (interactions.times.min(), interactions.times.max()) == (789652009, 1476640644)


def test_fingerprint(small):
    # part of every key of a result: a change here makes all stored results stale
    assert small.fingerprint == "8d7ee0fd9705f05b4afd82751a1542f603779e2a06ea37d7e664c99aac4ca471"


def test_films_have_titles_years_and_genres(small):
    items = small.items
    toy_story = items.ids.index("1")
    assert items.titles[toy_story] == "Toy Story (1995)"
    assert items.texts[toy_story] == "Toy Story (1995). Adventure, Animation, Children, Comedy, Fantasy"
    row = items.features[toy_story].indices
    assert [items.feature_names[c] for c in row] == ["Adventure", "Animation", "Children", "Comedy", "Fantasy"]
    assert len(items.feature_names) == 19
    assert "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)" in items.titles


def test_films_without_title_show_their_id(small):
    untitled = {
        i for i, (own, title) in enumerate(zip(small.items.ids, small.items.titles, strict=True)) if own == title
    }
    assert {small.items.ids[i] for i in untitled} == {"108548", "108583", "143410", "151307", "162376"}
    assert np.isin(small.interactions.items, list(untitled)).sum() == 7


def test_histories_are_in_time_order(small):
    within = np.diff(small.interactions.users) == 0
    assert (np.diff(small.interactions.times)[within] >= 0).all()


def test_listing_imports_nothing_heavy():
    code = (
        "import sys, bench.datasets.catalogue as c; c.available();"
        "print([m for m in ('numpy', 'pandas', 'pyarrow', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_available_says_what_is_here(tmp_path, monkeypatch):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    entries = {entry.name: entry for entry in catalogue.available()}
    assert entries["movielens-small"].path == FOLDER
    assert not entries["movielens-small"].needs_download
    assert entries["ml-100k"].needs_download
    assert entries["ml-100k"].downloadable
    assert "non-commercial" in entries["movielens-small"].licence


def test_unknown_names_and_options():
    with pytest.raises(BadConfig, match="unknown data set 'movielens-smal'; did you mean 'movielens-small'"):
        catalogue.load("movielens-smal")
    with pytest.raises(BadConfig, match="unknown data set option 'kcore'; did you mean 'k_core'"):
        catalogue.load({"name": "movielens-small", "kcore": 5})
    with pytest.raises(BadConfig, match="unknown data set ''"):
        catalogue.load({"k_core": 5})


def test_options_are_applied():
    dataset = catalogue.load({"name": "movielens-small", "min_rating": 4, "k_core": 20})
    interactions = dataset.interactions
    assert interactions.ratings.min() == 4
    assert np.bincount(interactions.users).min() >= 20
    assert np.bincount(interactions.items).min() >= 20


def test_missing_data_say_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "downloaded"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(BadData, match=r"downloaded.ml-100k or .*bench data get ml-100k"):
        catalogue.load("ml-100k")
    with pytest.raises(BadData, match="BENCH_DATA"):
        catalogue.get("yelp")


def test_changed_files_are_refused(tmp_path, monkeypatch):
    for path in FOLDER.iterdir():
        (tmp_path / "movielens-small").mkdir(exist_ok=True)
        (tmp_path / "movielens-small" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("bench.datasets.source.EMBEDDED", tmp_path)
    assert catalogue.check("movielens-small")["interactions"] == 100_004
    with (tmp_path / "movielens-small" / "ratings.csv.gz").open("r+b") as file:
        file.seek(1000)
        file.write(b"x")
    for act in (catalogue.check, catalogue.load, catalogue.get):
        with pytest.raises(BadData, match=r"ratings\.csv\.gz: not the published file"):
            act("movielens-small")


def test_check_states_the_facts():
    facts = catalogue.check("movielens-small")
    assert (facts["users"], facts["items"], facts["ratings"], facts["times"]) == (671, 9066, True, True)
    assert facts["scale"] == (0.5, 5)
    assert set(facts["files"]) == {"ratings.csv.gz", "movies.csv.gz"}
