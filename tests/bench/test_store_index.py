"""The index of a store: what it remembers is true, and it may be lost or damaged at any time."""

from __future__ import annotations

import gc
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from record_cases import record

from bench import index
from bench.cli import status
from bench.errors import StoreError
from bench.index import MANY, RECORD
from bench.records import FORMAT, Record
from bench.store import Store

LONG_AGO = 10**18  # nanoseconds since 1970


def _put(store: Store, number: int, **changes: object) -> Record:
    """A record of long ago, as if another run had written it."""
    made = replace(record(key=f"{number:064x}", attempt="20250101T0-00000000"), **changes)
    folder = store.folder_of(made)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).write_text(made.to_json(), encoding="utf-8")
    os.utime(folder / RECORD, ns=(LONG_AGO + number, LONG_AGO + number))
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """MANY records, one of them with characters that end lines in some readings of text."""
    made = Store(tmp_path / "store", create=True)
    for number in range(MANY):
        _put(made, number, reason="a\u2028b\tc\n\x85" if number == 7 else "")
    return made


def _index(store: Store) -> Path:
    return store.folder / "cache" / "index"


def _opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Record], int]:
    """The records as a new process reads them, and how many record files it opened."""
    opened: list[Path] = []
    real = index._text
    with monkeypatch.context() as patch:
        patch.setattr(index, "_text", lambda path: opened.append(path) or real(path))
        return Store(store.folder).records(), len(opened)


def test_what_the_index_remembers_is_what_the_files_hold(store: Store, monkeypatch: pytest.MonkeyPatch):
    without, opened = _opened(store, monkeypatch)
    assert (len(without), opened) == (MANY, MANY)
    by_index, opened = _opened(store, monkeypatch)
    assert opened == 0
    assert by_index == without
    assert [r.reason for r in by_index if r.reason] == ["a\u2028b\tc\n\x85"]
    assert list((store.folder / "tmp").iterdir()) == []


def test_a_new_a_changed_and_a_vanished_record_are_noticed(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.records()
    _put(store, MANY)
    (store.folder_of(record(key=f"{3:064x}", attempt="20250101T0-00000000")) / RECORD).unlink()
    _put(store, 5, status="timeout")
    found, opened = _opened(store, monkeypatch)
    keys = {int(r.key, 16): r.status for r in found}
    assert (len(keys), opened) == (MANY, 2)
    assert 3 not in keys
    assert (keys[5], keys[MANY]) == ("timeout", "ok")
    assert {int(r.key, 16) for r in store.records()} == set(keys), "the same process notices it too"


@pytest.mark.parametrize("damage", ["deleted", "cut", "flipped", "not text", "of another version"])
def test_an_index_that_cannot_be_used_is_made_again(damage: str, store: Store, monkeypatch: pytest.MonkeyPatch):
    expected = store.records()
    path = _index(store)
    whole = path.read_bytes()
    match damage:
        case "deleted":
            path.unlink()
        case "cut":
            path.write_bytes(whole[:-40])
        case "flipped":
            path.write_bytes(whole.replace(b'"wall": 1.0', b'"wall": 2.0', 1))
        case "not text":
            path.write_bytes(b"\xff\xfe\x00")
        case "of another version":
            path.write_bytes(whole.replace(b"index-1", b"index-0", 1))
    assert damage == "deleted" or path.read_bytes() != whole
    found, opened = _opened(store, monkeypatch)
    assert found == expected
    assert opened == MANY
    assert _opened(store, monkeypatch) == (expected, 0)
    assert path.read_bytes() == whole


def test_a_record_written_just_now_is_read_from_its_file(store: Store, monkeypatch: pytest.MonkeyPatch):
    """It may be written once more within the same tick of the clock of the disk."""
    for number in range(MANY):
        path = store.folder_of(record(key=f"{number:064x}", attempt="20250101T0-00000000")) / RECORD
        os.utime(path)
    assert _opened(store, monkeypatch)[1] == MANY
    assert not _index(store).exists()


def test_a_damaged_record_is_told_each_time(store: Store):
    path = store.folder_of(record(key=f"{3:064x}", attempt="20250101T0-00000000")) / RECORD
    path.write_bytes(b'{"format": 1, "key": "\xff"}')
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    for _ in range(2):
        assert len(store.records()) == MANY - 1
        (problem,) = Store(store.folder).damaged()
        assert "corrupt" in problem


def _damage(store: Store) -> Path:
    path = store.folder_of(record(key=f"{3:064x}", attempt="20250101T0-00000000")) / RECORD
    path.write_text("{", encoding="utf-8")
    return path


def _looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are looked through from now on, one entry for each time."""
    looks: list[Path] = []
    real = index.scan
    monkeypatch.setattr(index, "scan", lambda folder: looks.append(folder) or real(folder))
    return looks


def test_records_and_damage_are_told_for_one_look(store: Store, monkeypatch: pytest.MonkeyPatch):
    path, looks = _damage(store), _looks(monkeypatch)
    records, (problem,) = store.contents()
    assert looks == [store.folder]
    assert (records, [problem]) == (store.records(), store.damaged())
    assert len(records) == MANY - 1
    assert str(path) in problem


def test_status_looks_once(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    path, looks = _damage(store), _looks(monkeypatch)
    status.command(store.folder, json=False)
    assert looks == [store.folder]
    assert f"damaged: {path}" in capsys.readouterr().out
    status.command(store.folder, json=True)
    assert str(path) in json.loads(capsys.readouterr().out)["damaged"][0]


@pytest.mark.parametrize("on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(on: bool, store: Store):
    _put(store, MANY, format=FORMAT + 1)
    was = gc.isenabled()
    try:
        gc.enable() if on else gc.disable()
        with pytest.raises(StoreError, match="format"):
            store.records()
        assert gc.isenabled() is on
    finally:
        gc.enable() if was else gc.disable()


def test_a_small_store_has_no_index(tmp_path: Path):
    store = Store(tmp_path / "small", create=True)
    _put(store, 1)
    assert len(store.records()) == 1
    assert not (store.folder / "cache").exists()


def test_a_store_that_cannot_be_written_is_read(store: Store, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    assert len(store.records()) == MANY
    assert not _index(store).exists()
