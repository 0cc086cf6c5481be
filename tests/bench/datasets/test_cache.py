"""Copies of data sets: when they are used, and that they are never used for data that have changed (F20)."""

import json
import logging
import os
import time

import pytest

from bench.datasets import cache, catalogue, importing, sources
from bench.datasets.build import build
from bench.datasets.imported import import_file
from bench.datasets.source import Source
from bench.errors import BadData

ROWS = "who,what,stars\na,x,4\nb,x,2\na,y,5\n"
OLD = time.time() - 3600


@pytest.fixture(autouse=True)
def homes(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    return tmp_path


@pytest.fixture
def reads(monkeypatch):
    """The data sets that were read from their files."""
    found = []
    load = importing.load

    def counted(folder, meta, duplicates):
        found.append((meta["name"], duplicates))
        return load(folder, meta, duplicates)

    monkeypatch.setattr(importing, "load", counted)
    return found


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(ROWS, encoding="utf-8")
    return import_file(path, "mine", user="who", item="what", rating="stars")


def copies(homes):
    return sorted((homes / "cache" / "datasets").iterdir())


def same(one, other):
    return (one.fingerprint, one.notes, one.users, one.items) == (
        other.fingerprint,
        other.notes,
        other.users,
        other.items,
    )


def test_the_second_load_reads_the_copy(homes, mine, reads):
    first = catalogue.load("mine")
    second = catalogue.load("mine")
    assert reads == [("mine", "last")]
    assert same(first, second)
    assert second.fingerprint == mine.fingerprint
    assert second.notes["source"] == "imported from r.csv"
    assert [path.name for path in (homes / "cache" / "datasets").iterdir()] == [copies(homes)[0].name]


def test_every_choice_of_options_has_a_copy_of_its_own(homes, mine, reads):
    choices = [{}, {"duplicates": "keep"}, {"k_core": 1}, {"min_rating": 4}, {"min_rating": 4, "duplicates": "keep"}]
    first = [catalogue.load({"name": "mine", **choice}) for choice in choices]
    again = [catalogue.load({"name": "mine", **choice}) for choice in choices]
    assert len(reads) == len(choices) == len(copies(homes))
    assert all(same(one, other) for one, other in zip(first, again, strict=True))
    assert again[3].notes["filters"] == {"min_rating": 4, "k_core": None, "applied": "before the split"}


def test_wrong_options_are_refused_in_the_same_words(mine):
    for value in ("10", float("nan"), [1]):
        for _ in range(2):
            with pytest.raises(Exception, match=r"is a number|nothing is left"):
                catalogue.load({"name": "mine", "min_rating": value})


def test_a_replaced_data_set_is_read_anew(homes, mine, reads, tmp_path):
    catalogue.load("mine")
    (tmp_path / "r.csv").write_text(ROWS + "c,x,1\n", encoding="utf-8")
    import_file(tmp_path / "r.csv", "mine", user="who", item="what", rating="stars", replace=True)
    assert len(catalogue.load("mine").users) == 3
    import_file(tmp_path / "r.csv", "mine", user="who", item="what", rating="stars", scale=(1, 5), replace=True)
    assert catalogue.load("mine").interactions.scale == (1, 5)  # the same rows, other facts about them
    assert len(reads) == 3
    assert len(copies(homes)) == 1


def test_a_damaged_copy_is_made_again_without_a_word(homes, mine, reads, caplog):
    first = catalogue.load("mine")
    (copy,) = copies(homes)
    whole = copy.read_bytes()
    for content in (b"", whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"something else"):
        copy.write_bytes(content)
        assert same(catalogue.load("mine"), first)
        assert copy.read_bytes() == whole
    assert len(reads) == 5
    assert not caplog.records


def test_other_code_makes_copies_old(mine, reads, monkeypatch):
    catalogue.load("mine")
    monkeypatch.setattr(cache, "_code", lambda: "another")
    catalogue.load("mine")
    assert len(reads) == 2


@pytest.mark.parametrize("place", ["cache", "cache/datasets", "cache/hashes"])
def test_a_cache_that_cannot_be_written_is_no_error(homes, mine, reads, place):
    (homes / place).parent.mkdir(exist_ok=True)
    (homes / place).write_text("a file where a folder should be", encoding="utf-8")
    first = catalogue.load("mine")
    assert same(first, catalogue.load("mine"))
    assert len(reads) == (1 if place == "cache/hashes" else 2)


def test_a_stop_in_the_middle_of_writing_leaves_nothing(homes):
    def parts():
        yield b"a"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.write_atomic(homes / "cache" / "x", parts())
    assert list((homes / "cache").iterdir()) == []


@pytest.fixture
def hashed(monkeypatch):
    """The files whose SHA-256 was computed."""
    found = []
    sha256 = cache.sha256

    def counted(path):
        found.append(path.name)
        return sha256(path)

    monkeypatch.setattr(cache, "sha256", counted)
    return found


def put(path, content, when=OLD):
    path.write_text(content, encoding="utf-8")
    os.utime(path, (when, when))


def test_an_unchanged_file_is_hashed_once(homes, hashed, monkeypatch):
    monkeypatch.setattr(cache, "SETTLED", 0)  # otherwise the file, just written, would be hashed each time
    path = homes / "data.csv"
    put(path, "one")
    seen = cache.Hashes()
    assert len({seen.sha256(path) for _ in range(3)}) == 1
    assert hashed == ["data.csv"]
    assert seen.warnings == []
    put(path, "two")  # the same size and the same time, but for that of the change of the inode
    seen.sha256(path)
    assert hashed == ["data.csv"] * 2
    assert "data.csv has changed since it was read last" in seen.warnings[0]


def test_a_file_just_written_is_hashed_again(homes, hashed):
    path = homes / "data.csv"
    path.write_text("one", encoding="utf-8")
    seen = cache.Hashes()
    assert seen.sha256(path) == seen.sha256(path)
    assert hashed == ["data.csv"] * 2


def test_checking_a_data_set_hashes_its_files_anew(homes, found, monkeypatch):
    monkeypatch.setattr(cache, "SETTLED", 0)
    found.write_text("a x\nb y\n", encoding="utf-8")
    before = catalogue.load("found").notes["files"]
    state = cache._state(found)
    monkeypatch.setattr(cache, "_state", lambda path: state)  # as if nothing had changed
    found.write_text("a x\nc y\n", encoding="utf-8")
    assert catalogue.load("found").notes["files"] == before
    assert catalogue.check("found")["files"] != before


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"state": null}', "null", '{"state": 1, "sha256": 5}'])
def test_a_damaged_note_is_no_error(homes, content):
    path = homes / "data.csv"
    path.write_text("one", encoding="utf-8")
    seen = cache.Hashes()
    found = seen.sha256(path)
    (note,) = (homes / "cache" / "hashes").iterdir()
    note.write_text(content, encoding="utf-8")
    assert seen.sha256(path) == found
    assert json.loads(note.read_text(encoding="utf-8"))["sha256"] == found
    assert seen.warnings == []


def read_lines(folder, duplicates="last"):
    """A reader of a made-up source."""
    users, items = zip(*(line.split() for line in (folder / "r.txt").read_text("utf-8").splitlines()), strict=True)
    return build("found", users, items, duplicates=duplicates)


@pytest.fixture
def found(homes, monkeypatch):
    """A data set whose file has no published SHA-256."""
    source = Source("found", "about", "licence", "citation", f"{__name__}:read_lines", {"r.txt": ""})
    monkeypatch.setitem(sources.SOURCES, "found", source)
    monkeypatch.setattr(
        catalogue, "_resolve", lambda target, real=catalogue._resolve: READERS.get(target) or real(target)
    )
    folder = homes / "given" / "found"
    folder.mkdir(parents=True)
    monkeypatch.setenv("BENCH_DATA", str(homes / "given"))
    return folder / "r.txt"


READERS = {f"{__name__}:read_lines": read_lines}


def test_a_file_that_changed_under_its_copy_is_read_anew_with_a_warning(found, caplog):
    found.write_text("a x\nb y\n", encoding="utf-8")
    first = catalogue.load("found")
    assert "warnings" not in first.notes
    found.write_text("a x\nc y\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        second = catalogue.load("found")
    assert second.users.ids == ("a", "c")
    assert second.fingerprint != first.fingerprint
    (warning,) = second.notes["warnings"]
    assert warning.startswith(
        f"{found} has changed since it was read last: its SHA-256 was {first.notes['files']['r.txt'][:12]}…"
    )
    assert "what was kept of it is not used" in warning
    assert [record.getMessage() for record in caplog.records] == [warning]
    assert "warnings" not in catalogue.load("found").notes  # it is said once
    found.write_text("a x\nd y\n", encoding="utf-8")
    (warning,) = catalogue.check("found")["warnings"]
    assert "has changed since it was read last" in warning


def test_a_published_file_that_changed_stays_an_error(found, monkeypatch):
    found.write_text("a x\nb y\n", encoding="utf-8")
    published = catalogue.load("found").notes["files"]
    source = Source("found", "about", "licence", "citation", f"{__name__}:read_lines", published)
    monkeypatch.setitem(sources.SOURCES, "found", source)
    assert len(catalogue.load("found").interactions) == 2
    found.write_text("a x\nc y\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(BadData, match="not the published file"):
            catalogue.load("found")
