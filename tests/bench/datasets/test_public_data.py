"""Published data sets in the folder that BENCH_DATA names: counts that can be looked up."""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stand_in import Answer, Network, zipped

from bench.datasets import catalogue, sources
from bench.datasets.fetching import download

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="the variable BENCH_DATA names no folder"),
]


def test_ml_100k():
    dataset = catalogue.load("ml-100k")
    interactions = dataset.interactions
    assert (len(interactions), interactions.n_users, interactions.n_items) == (100_000, 943, 1_682)
    assert np.bincount(interactions.ratings.astype(int))[1:].tolist() == [6110, 11370, 27145, 34174, 21201]
    assert dataset.notes["duplicates"]["dropped"] == 0
    assert dataset.items.titles[dataset.items.ids.index("1")] == "Toy Story (1995)"
    assert len(dataset.items.feature_names) == 19
    assert "Misérables, Les (1995)" in dataset.items.titles
    assert {name for name in dataset.users.feature_names if name.startswith("gender")} == {"gender=F", "gender=M"}


COUNTS = {  # name -> interactions, users, items of the catalogue; ratings, times, order
    "ml-latest-small": (100_836, 610, 9_742, True, True, True),
    "ml-1m": (1_000_209, 6_040, 3_883, True, False, False),
    "ncf-ml-1m": (1_000_209, 6_040, 3_706, True, False, False),
    "sasrec-ml-1m": (999_611, 6_040, 3_416, False, False, True),
    "sasrec-video": (287_107, 31_013, 23_715, False, False, True),
    "s3rec-beauty": (198_502, 22_363, 12_101, False, False, True),
    "s3rec-sports": (296_337, 35_598, 18_357, False, False, True),
    "s3rec-toys": (167_597, 19_412, 11_924, False, False, True),
    "s3rec-yelp": (316_354, 30_431, 20_033, False, False, True),
    "s3rec-lastfm": (52_551, 1_090, 3_646, False, False, True),
    "gowalla": (1_027_370, 29_858, 40_981, False, False, False),
    "citeulike-a": (204_986, 5_551, 16_980, False, False, False),
    "lastfm-2k": (92_834, 1_892, 17_632, True, False, False),
    "amazon-2014-musical-instruments": (10_261, 1_429, 900, True, True, True),
    "amazon-scientific": (19_712, 2_928, 1_585, False, False, True),
    "gce-gnn-diginetica": (906_140, 186_670, 43_097, False, False, True),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    found = catalogue.load(name).interactions
    has = (found.ratings is not None, found.times is not None, found.ordered)
    assert (len(found), found.n_users, found.n_items, *has) == COUNTS[name]


def test_what_is_known_of_items():
    s3rec = {"beauty": 637, "sports": 2_277, "toys": 1_027, "yelp": 1_001, "lastfm": 388}
    for name, attributes in s3rec.items():
        assert len(catalogue.load(f"s3rec-{name}").items.feature_names) == attributes
    scientific = catalogue.load("amazon-scientific").items
    assert all(text != item for text, item in zip(scientific.texts, scientific.ids, strict=True))
    papers = catalogue.load("citeulike-a").items
    assert len(papers.feature_names) == 46_390  # of 46,391 words one, "no-tag", is given to no paper
    films = catalogue.load("ml-1m").items
    assert sum(len(text) > 100 for text in films.texts) > 3_000  # 3,301 abstracts, a few of them short
    assert "Misérables, Les (1995)" in films.titles
    assert catalogue.load("ncf-ml-1m").items.titles[0] == "One Flew Over the Cuckoo's Nest (1975)"
    sequences = catalogue.load("sasrec-ml-1m").items
    assert "Misérables, Les (1995)" in sequences.titles
    assert set(sequences.texts) < set(films.texts)
    assert "MALICE MIZER" in catalogue.load("lastfm-2k").items.titles


def test_sasrec_ml_1m():
    interactions = catalogue.load("sasrec-ml-1m").interactions
    assert (len(interactions), interactions.n_users, interactions.n_items) == (999_611, 6_040, 3_416)
    assert interactions.ordered
    assert interactions.times is None


def test_sasrec_order_is_the_order_of_the_file():
    dataset = catalogue.load("sasrec-ml-1m")
    user = dataset.users.ids.index("1")
    own = dataset.interactions.items[dataset.interactions.users == user]
    path = Path(os.environ["BENCH_DATA"]) / "sasrec" / "ml-1m.txt.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    expected = [line.split()[1] for line in lines if line.split()[0] == "1"]
    assert [dataset.items.ids[item] for item in own] == expected


def archive_of(name, members):
    """The entry `name` and its archive, made again from files, so that its SHA-256 is not the published one."""
    source = sources.SOURCES[name]
    (part,) = source.parts
    made = zipped({f"{part.member}/{member}": content for member, content in members.items()})
    return replace(source, parts=(replace(part, sha256="", size=None),)), made


def test_ml_latest_small_from_its_archive(tmp_path, monkeypatch):
    here = catalogue.load("ml-latest-small")
    folder = Path(os.environ["BENCH_DATA"]) / "ml-latest-small"
    source, made = archive_of("ml-latest-small", {path.name: path.read_bytes() for path in folder.iterdir()})
    monkeypatch.delenv("BENCH_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    download.get(source, Network(Answer(made)))
    assert catalogue.load("ml-latest-small").fingerprint == here.fingerprint


def test_ml_1m_from_its_archive_with_made_up_times(tmp_path, monkeypatch):
    folder = Path(os.environ["BENCH_DATA"]) / "ml-1m"
    lines = gzip.decompress((folder / "ratings-without-timestamp.dat.gz").read_bytes()).splitlines()
    timed = b"".join(b"%b::%d\n" % (line, 978300000 + number) for number, line in enumerate(lines))
    rest = {name: (folder / name).read_bytes() for name in ("movies.dat", "users.dat", "README")}
    source, made = archive_of("ml-1m", {"ratings.dat": timed, **rest})
    monkeypatch.delenv("BENCH_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    download.get(source, Network(Answer(made)))
    interactions = catalogue.load("ml-1m").interactions
    assert len(interactions) == 1_000_209
    assert interactions.times.min() == 978300000
    assert np.bincount(interactions.ratings.astype(int))[1:].tolist() == [56174, 107557, 261197, 348971, 226310]
