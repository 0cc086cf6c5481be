"""`bench store merge`: everything sound arrives, nothing is overwritten, the sources are not touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Call, one_line
from record_cases import answers, context, record, rewritten

from bench import answers_io
from bench.errors import BadConfig
from bench.index import RECORD
from bench.merging import merge
from bench.records import Record, digest
from bench.store import Store

SPLIT = "11" * 32


def _store(path: Path) -> Store:
    return Store(path, create=True)


def _commit(store: Store, length: int = 3, **changes: Any) -> Record:
    temporary = store.begin()
    answers_io.write(answers(length=length), temporary)
    return store.commit(temporary, record(**changes))


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of each file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}


def test_two_stores_become_one_and_stay_as_they_were(tmp_path: Path, call: Call):
    one, two = _store(tmp_path / "one"), _store(tmp_path / "two")
    written = [_commit(one, key="aa" * 32), _commit(two, key="bb" * 32)]
    two.put_context(SPLIT, context())
    before = _files(one.folder), _files(two.folder)
    done = call("store", "merge", one.folder, two.folder, "--into", tmp_path / "all")
    assert (done.code, done.stdout.strip()) == (
        0,
        f"{tmp_path / 'all'}: 2 attempts and 1 splits copied, 0 attempts were there already",
    )
    target = Store(tmp_path / "all")
    assert target.records() == sorted(written, key=lambda r: r.attempt)
    for found in target.records():
        assert target.answers(found).items.tolist() == answers().items.tolist()
    assert target.context(SPLIT).titles == context().titles
    assert (_files(one.folder), _files(two.folder)) == before
    assert list((target.folder / "tmp").iterdir()) == []
    again = merge([one, two], target)
    assert (again.copied, again.present, again.contexts, again.problems) == (0, 2, 0, [])


def test_the_lists_of_installed_packages_come_along(tmp_path: Path):
    source, target = _store(tmp_path / "source"), _store(tmp_path / "target")
    listed = {"numpy": "2.4.0"}
    (source.folder / "environment").mkdir()
    for name in (digest(listed), "aa" * 32):
        (source.folder / "environment" / f"{name}.json").write_text(json.dumps(listed, indent=1), encoding="utf-8")
    done = merge([source], target)
    assert [path.stem for path in (target.folder / "environment").iterdir()] == [digest(listed)]
    assert len(done.problems) == 1
    assert "aaaa.json: corrupt" in done.problems[0]


@pytest.mark.parametrize(("length", "told"), [(3, 0), (2, 1)])
def test_two_answers_at_one_key_are_kept_and_compared(length: int, told: int, tmp_path: Path, call: Call):
    one, two = _store(tmp_path / "one"), _store(tmp_path / "two")
    _commit(one), _commit(two, length)
    done = call("store", "merge", two.folder, "--into", one.folder)
    assert done.code == 0
    assert done.stdout.count("nondeterministic: two attempts at abababababab gave different answers") == told
    assert len(one.records()) == 2


def test_what_is_damaged_is_told_and_left_out(tmp_path: Path, call: Call):
    source = _store(tmp_path / "source")
    good, bad, unreadable = (_commit(source, key=name * 32) for name in ("aa", "bb", "cc"))
    source.put_context(SPLIT, context())
    for path in (
        source.folder_of(bad) / "ranks.parquet",
        source.folder_of(unreadable) / RECORD,
        source.folder / "context" / SPLIT / "facts.json",
    ):
        path.write_bytes(path.read_bytes()[:-2])
    done = call("store", "merge", source.folder, "--into", tmp_path / "all")
    assert done.code == 1
    assert done.stdout.count("not copied: ") == 3
    assert Store(tmp_path / "all").records() == [good]
    assert not (tmp_path / "all" / "context" / SPLIT).exists()


def test_the_same_attempt_with_another_record_stays_as_it_is(tmp_path: Path):
    source, target = _store(tmp_path / "source"), _store(tmp_path / "target")
    name = "20250101T000000000000-0123abcd"  # as they were given before they told the content
    written = rewritten(source, _commit(source), name)
    merge([source], target)
    rewritten(source, written, name, wall=2.0)
    done = merge([source], target)
    assert (done.copied, len(done.problems)) == (0, 1)
    assert "differs from the attempt of that name" in done.problems[0]
    assert target.records() == [written]


@pytest.mark.parametrize("changes", [{"key": "cc" * 32}, {"files": {"../../../secret": {"sha256": "", "bytes": 1}}}])
def test_a_record_that_points_elsewhere_is_refused(changes: dict[str, Any], tmp_path: Path):
    source, target = _store(tmp_path / "source"), _store(tmp_path / "target")
    kept = _commit(source)
    moved = source.folder_of(rewritten(source, kept, **changes))
    if moved.parent.name != kept.key:  # the record of another cell, in the folder of this one
        moved.rename(source.folder_of(kept).with_name(moved.name))
        moved.parent.rmdir()
    assert [record.attempt for record in source.records()] == [moved.name]
    done = merge([source], target)
    assert (done.copied, len(done.problems)) == (0, 1)
    assert "corrupt" in done.problems[0]
    assert target.records() == []


def test_a_store_is_not_merged_into_itself(tmp_path: Path, call: Call):
    store = _store(tmp_path / "store")
    with pytest.raises(BadConfig, match="into itself"):
        merge([store], Store(tmp_path / "store" / "cells" / ".."))
    done = call("store", "merge", tmp_path / "nowhere", "--into", store.folder)
    assert done.code == 3
    assert "no store here" in one_line(done)
