"""What the entries of the catalogue promise, without reading data."""

import json
import re
from importlib import import_module

import pytest
from command_line import one_line

from bench.datasets import catalogue
from bench.datasets.source import Part, Source, find, plain
from bench.datasets.sources import SOURCES
from bench.errors import BadConfig, BadData

WANTED = """
    movielens-small ml-100k ml-1m ml-latest-small ml-20m ml-25m ml-32m lastfm-2k gowalla citeulike-a goodbooks-10k
    book-crossing steam diginetica yelp amazon-2014-musical-instruments amazon-2018-video-games amazon-2023-all-beauty
    ncf-ml-1m sasrec-ml-1m sasrec-video s3rec-beauty amazon-scientific
"""
SHA256 = re.compile(r"[0-9a-f]{64}")


def test_what_has_to_be_there_is_there():
    assert set(WANTED.split()) <= set(SOURCES)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_an_entry_is_complete(source):
    assert re.fullmatch(r"[a-z0-9-]+", source.name)
    assert all((source.about, source.licence, source.citation, source.home, source.files))
    assert source.parts or source.by_hand or source.embedded
    module, _, function = source.reader.partition(":")
    assert callable(getattr(import_module(module), function))
    for names, hashes in {**source.files, **source.optional}.items():
        assert len(names.split("|")) == len(hashes.split("|"))
        assert all(SHA256.fullmatch(known) for known in hashes.split("|") if known)


@pytest.mark.parametrize("source", [s for s in SOURCES.values() if s.parts], ids=lambda source: source.name)
def test_a_download_brings_the_files_that_are_read(source):
    assert all(part.address.startswith("https://") for part in source.parts)
    assert all(SHA256.fullmatch(part.sha256) for part in source.parts if part.sha256)
    if all(part.kind == "file" for part in source.parts):
        brought = {part.name for part in source.parts}
        assert all(brought & set(names.split("|")) for names in source.files)
        known = {**source.files, **source.optional}
        hashes = {n: h for names, each in known.items() for n, h in zip(names.split("|"), each.split("|"), strict=True)}
        assert all(part.sha256 == hashes.get(part.name, part.sha256) for part in source.parts)


def test_no_hash_stands_for_two_files():
    hashes = [part.sha256 for source in SOURCES.values() for part in source.parts if part.sha256]
    assert len(hashes) == len(set(hashes))


def test_a_family_is_one_line_until_one_of_it_is_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    names = [entry.name for entry in catalogue.available()]
    assert "amazon-2014-<category>" in names
    assert not [name for name in names if name.startswith("amazon-2014-m")]
    folder = tmp_path / "recmatrix" / "amazon-musical-instruments-5"
    folder.mkdir(parents=True)
    (folder / "reviews_Musical_Instruments_5.json.gz").touch()
    entries = {entry.name: entry for entry in catalogue.available()}
    assert entries["amazon-2014-musical-instruments"].path == folder
    assert entries["amazon-2014-<category>"].path is None
    assert len(entries["amazon-2014-<category>"].members) == 24
    assert "amazon-2014-musical-instruments" in entries["amazon-2014-<category>"].members


def test_a_member_of_a_family_is_found_by_name_and_near_names():
    assert catalogue.check_spec("amazon-2023-video-games") == {"name": "amazon-2023-video-games"}
    with pytest.raises(BadConfig, match="did you mean 'amazon-2023-video-games'"):
        catalogue.check_spec("amazon-2023-videogames")
    with pytest.raises(BadConfig, match="unknown data set 'amazon-2014-<category>'; did you mean 'amazon-2014-"):
        catalogue.check_spec("amazon-2014-<category>")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("yelp", "agree to the terms on https://business.yelp.com/"),
        ("book-crossing", "unpack BX-CSV-Dump.zip"),
        ("diginetica", "take train-item-views.csv"),
    ],
)
def test_what_no_command_may_fetch_says_how_to_get_it(tmp_path, monkeypatch, name, how):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    for act in (catalogue.get, catalogue.load):
        with pytest.raises(BadData) as caught:
            act(name)
        assert how in str(caught.value)
        assert str(tmp_path / "recmatrix" / name) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_optional_files_and_pairs_of_names_are_verified(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    one, two = "1" * 64, "2" * 64
    source = Source("x", "", "", "", "", {"a|b": f"|{one}"}, optional={"c": two, "../other/d": ""})
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a").write_text("anything")
    assert set(catalogue._verify(source, tmp_path / "x")) == {"a"}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "d").write_text("more")
    assert set(catalogue._verify(source, tmp_path / "x")) == {"a", "../other/d"}
    (tmp_path / "x" / "c").write_text("wrong")
    with pytest.raises(BadData, match="c: not the published file"):
        catalogue._verify(source, tmp_path / "x")
    (tmp_path / "x" / "c").unlink()
    (tmp_path / "x" / "a").rename(tmp_path / "x" / "b")
    with pytest.raises(BadData, match="b: not the published file"):
        catalogue._verify(source, tmp_path / "x")
    (tmp_path / "x" / "b").unlink()
    assert find(tmp_path / "x", "a|b") is None
    with pytest.raises(BadData, match="a or b is missing"):
        catalogue._verify(source, tmp_path / "x")


def test_sizes_add_up_only_where_all_are_known():
    source = Source("x", "", "", "", "", {}, parts=(Part("https://e.org/a", size=3), Part("https://e.org/b", size=4)))
    assert source.bytes == 7
    assert Source("x", "", "", "", "", {}, parts=plain("https://e.org", {"a": ""})).bytes is None
    assert Source("x", "", "", "", "", {}).bytes is None


def test_the_list_for_people_and_for_programs(call, monkeypatch):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    shown = call("data", "list").stdout
    line = next(line for line in shown.splitlines() if line.startswith("ml-25m"))
    assert "25,000,095 rows" in line
    assert "not here" in line
    assert "no redistribution" in line
    assert "https://grouplens.org/datasets/movielens/25m/" in line
    entries = {entry["name"]: entry for entry in json.loads(call("data", "list", "--json").stdout)}
    assert entries["ml-25m"]["rows"] == 25_000_095
    assert entries["ml-25m"]["bytes"] == 261_978_986
    assert entries["ml-25m"]["path"] is None
    assert entries["yelp"]["downloadable"] is False
    assert entries["amazon-2018-<category>"]["members"][0] == "amazon-2018-all-beauty"


def test_get_for_people(call, monkeypatch):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    refused = call("data", "get", "yelp")
    assert refused.code == 2
    assert "agree to the terms" in one_line(refused)
    here = call("data", "get", "movielens-small")
    assert here.code == 0
    assert here.stdout.startswith("movielens-small is in ")
