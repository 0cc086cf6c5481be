"""The store: what is done is whole, what is damaged is found, and one cell belongs to one run at a time."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import environment
from record_cases import answers, context, record

from bench import answers_io
from bench.errors import StoreError
from bench.index import RECORD
from bench.records import Record, Slot
from bench.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", create=True)


def _commit(store: Store, **changes: Any) -> Record:
    temporary = store.begin()
    answers_io.write(answers(), temporary)
    (temporary / "log.txt").write_bytes(b"hello \x1b[31m\xff\n")
    return store.commit(temporary, record(**changes))


def test_answers_come_back_as_they_were(store: Store):
    kept, found = answers(), store.answers(_commit(store))
    np.testing.assert_array_equal(found.lists.items, kept.lists.items)
    np.testing.assert_array_equal(found.lists.scores, kept.lists.scores)
    for name in ("offsets", "items", "better", "tied", "position", "candidates", "unscored", "ratings", "predictions"):
        np.testing.assert_array_equal(getattr(found, name), getattr(kept, name), err_msg=name)


def test_a_record_comes_back_with_its_files(store: Store):
    written = _commit(store)
    assert store.records() == [written]
    assert sorted(written.files) == ["lists.parquet", "log.txt", "questions.parquet", "ranks.parquet"]
    assert store.log(written) == "hello \x1b[31m\ufffd\n"
    assert list((store.folder / "tmp").iterdir()) == []


def test_the_context_of_a_split_comes_back(store: Store):
    store.put_context("11" * 32, context())
    store.put_context("11" * 32, context())  # a second time does nothing
    found = store.context("11" * 32)
    kept = context()
    assert (found.user_ids, found.item_ids, found.titles, found.scale) == (
        kept.user_ids,
        kept.item_ids,
        kept.titles,
        kept.scale,
    )
    assert found.popularity.tolist() == [3, 0, 1]
    with pytest.raises(StoreError, match="missing or damaged"):
        store.context("22" * 32)


def test_names_on_disk_hold_no_text_of_a_person(store: Store):
    _commit(store, label="a/b c:ü", slot=Slot({"name": "né"}, {"name": "sp lit"}, "al:go", {"p": "v/w"}, 0))
    names = [path.name for path in (store.folder / "cells").rglob("*")]
    assert len(names) == 7
    assert all(re.fullmatch(r"[0-9a-f]{64}|\d{8}T\d+-[0-9a-f]{16}|[a-z]+\.(json|parquet|txt)", name) for name in names)


@pytest.mark.parametrize(
    "odd", [{"reason": "caf\udce9 \x00"}, {"curve": [{"epoch": 1, "loss": float("nan")}]}, {"warnings": ["\ud800"]}]
)
def test_what_a_plug_in_says_cannot_stop_the_store(odd: dict[str, Any], store: Store):
    written = _commit(store, **odd)
    assert [found.attempt for found in store.records()] == [written.attempt]


# What counts among several attempts.


def test_the_newest_ok_attempt_at_the_newest_key_counts(store: Store):
    days = [f"2025-01-0{day}T00:00:00+00:00" for day in range(1, 6)]
    old_key, key = "aa" * 32, "bb" * 32
    _commit(store, key=old_key, started=days[0])
    first = _commit(store, key=key, started=days[1], status="failed", reason="r")
    assert list(store.latest().values()) == [first]
    good = _commit(store, key=key, started=days[2])
    _commit(store, key=key, started=days[3], status="timeout")
    assert list(store.latest().values()) == [good]
    assert len(store.records()) == 4, "nothing is overwritten"


def test_a_cell_is_found_by_the_beginning_of_its_key_or_by_its_name(store: Store):
    one, two = _commit(store, key="abc1" * 16), _commit(store, key="abd2" * 16, label="item-knn (k=3)")
    assert store.find("abc") == one
    assert store.find("item-knn (k=3)") == two
    with pytest.raises(
        StoreError, match=r"'ab' means several cells: abc1abc1abc1 \(tiny, user-time, seed 0\); abd2abd2abd2 \("
    ):
        store.find("ab")
    with pytest.raises(StoreError, match="no cell 'zzz'"):
        store.find("zzz")


# Damage.


@pytest.mark.parametrize("name", answers_io.FILES)
def test_any_flipped_byte_is_found(name: str, store: Store):
    written = _commit(store)
    path = store.folder_of(written) / name
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(StoreError, match=f"{name}: corrupt"):
            store.answers(written)
    path.write_bytes(whole)
    store.answers(written)


@pytest.mark.parametrize("damage", ["truncated", "missing"])
def test_a_file_cut_off_or_lost_is_found(damage: str, store: Store):
    written = _commit(store)
    path = store.folder_of(written) / "ranks.parquet"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"ranks\.parquet"):
        store.answers(written)


def test_a_context_that_was_damaged_is_found(store: Store):
    store.put_context("11" * 32, context())
    path = store.folder / "context" / ("11" * 32) / "items.parquet"
    whole = path.read_bytes()
    missed = []
    for place in range(4, len(whole) - 4, max(1, len(whole) // 60)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            found = store.context("11" * 32)
        except StoreError:
            continue
        if (found.item_ids, found.titles, found.popularity.tolist()) != (
            context().item_ids,
            context().titles,
            [3, 0, 1],
        ):
            missed.append(place)
    assert missed == [], "wrong values were read without a word"


def test_one_changed_digit_in_a_record_is_found(store: Store):
    kept = _commit(store)
    path = store.folder_of(kept) / RECORD
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"wall": 1.0', '"wall": 2.0'), encoding="utf-8")
    assert store.records() == []
    assert re.search(r"record\.json: corrupt, not what was written", store.damaged()[0])
    path.write_text(text, encoding="utf-8")
    assert store.records() == [kept]


def test_one_damaged_record_does_not_hide_the_others(store: Store):
    good, bad = _commit(store, key="aa" * 32), _commit(store, key="bb" * 32)
    path = store.folder_of(bad) / RECORD
    path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert good in store.records()


def test_a_store_of_a_newer_version_is_refused(store: Store):
    written = _commit(store)
    path = store.folder_of(written) / RECORD
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8")
    with pytest.raises(StoreError, match=r"record\.json: written in format 2, .* up to 1"):
        store.records()


# A stop or a full disk at any moment.


def _failing_after(calls: int, real: Callable[..., Any]) -> Callable[..., Any]:
    left = [calls]

    def fails(*values: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*values, **named)

    return fails


@pytest.mark.parametrize(
    ("owner", "name", "calls"),
    [
        (os, "fsync", 0),
        (os, "fsync", 3),
        (Path, "write_text", 0),
        (Path, "rename", 0),
        (Path, "mkdir", 1),
    ],
)
def test_a_full_disk_is_a_store_error_and_nothing_counts_as_done(
    owner: Any, name: str, calls: int, store: Store, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _failing_after(calls, getattr(owner, name)))
        with pytest.raises(StoreError, match=r"No space left on device.* MB free") as caught:
            _commit(store)
    assert str(store.folder) in str(caught.value)
    assert store.records() == []
    assert list(store.folder.glob("cells/*/*")) == []
    assert _commit(store) in store.records()


STOPPED = """
import os, sys
sys.path.insert(0, sys.argv[2])
from record_cases import answers, record
from bench import answers_io
from bench.attempts import unequal
from bench.records import stamp
from bench.store import Store
store = Store(sys.argv[1])
real = {name: getattr(os, name) for name in ("fsync", "rename", "mkdir", "open")}
def stop_at(moment):
    count = 0
    def stopping(name):
        def call(*values, **named):
            nonlocal count
            count += 1
            if count > moment:
                os._exit(9)
            return real[name](*values, **named)
        return call
    for name in real:
        setattr(os, name, stopping(name))
for moment in range(25):
    temporary = store.begin()
    answers_io.write(answers(), temporary)
    child = os.fork()
    if child == 0:
        stop_at(moment)
        store.commit(temporary, record())
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(store.records()), flush=True)
"""


def test_a_stop_between_first_write_and_rename_leaves_nothing_that_counts(store: Store):
    """The process ends at its n-th call that opens, syncs, creates or renames, for every n until it is done."""
    command = [sys.executable, "-c", STOPPED, str(store.folder), str(Path(__file__).parent)]
    ended = subprocess.run(command, check=True, env=environment(), capture_output=True, text=True)
    told = [tuple(map(int, line.split())) for line in ended.stdout.splitlines()]
    assert [code for code, _ in told[:4]] == [9] * 4, "it was stopped"
    assert told[-1][0] == 0, "and at last it was not"
    done = 0
    for code, records in told:
        assert records >= done + (code == 0), "what is done stays done"
        done = records
    for found in store.records():
        store.answers(found)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(StoreError, match=r"file/store.*cannot write \(Not a directory\)"):
        Store(tmp_path / "file" / "store", create=True)
    with pytest.raises(StoreError, match="file: not a folder"):
        Store(tmp_path / "file")


def test_of_two_attempts_with_one_name_the_first_stays(store: Store):
    first, second = store.begin(), store.begin()
    (first / "a").write_text("1", encoding="utf-8")
    (second / "a").write_text("2", encoding="utf-8")
    final = store.folder / "cells" / "k" / "same"
    store.publish(first, final)
    store.publish(second, final)
    assert (final / "a").read_text(encoding="utf-8") == "1"
    assert not second.exists()
