"""`bench store gc`: what no result needs goes, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import Call, one_line
from record_cases import answers, context, record

from bench import answers_io
from bench.errors import StoreError
from bench.garbage import find, remove
from bench.leftovers import DAY, at_work, fresh_name, in_progress, leftovers, removing
from bench.records import Record
from bench.store import Store

USED, UNUSED = "cd" * 32, "11" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", create=True)


def _commit(store: Store, day: int = 1, length: int = 3, **changes: Any) -> Record:
    temporary = store.begin()
    answers_io.write(answers(length=length), temporary)
    return store.commit(temporary, record(started=f"2025-01-0{day}T00:00:00+00:00", **changes))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "file").write_bytes(b"12345")
    return path


def _dead() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return ended.pid


def test_what_no_result_uses_goes(store: Store, call: Call):
    _commit(store)
    _commit(store, key="bb" * 32, status="interrupted")
    store.put_context(USED, context())
    store.put_context(UNUSED, context())
    cache = store.folder / "cache"
    kept = [
        _folder(cache / "training" / USED),
        _folder(cache / "scratch" / ("bb" * 32)),
        store.folder / "context" / USED,
    ]
    gone = [
        _folder(cache / "training" / UNUSED),
        _folder(cache / "scratch" / ("ab" * 32)),
        _folder(store.folder / "tmp" / f"{_dead()}-aa"),
        store.folder / "context" / UNUSED,
    ]
    said = call("store", "gc", store.folder, "--dry-run")
    assert said.code == 0
    assert "           5  cache/scratch/abab" in said.stdout
    assert "4 would go, " in said.stdout
    assert all(path.exists() for path in (*kept, *gone)), "nothing has changed"
    done = call("store", "gc", store.folder)
    assert "4 removed, " in done.stdout
    assert [path.exists() for path in (*kept, *gone)] == [True] * 3 + [False] * 4
    assert len(store.records()) == 2
    assert list((store.folder / "tmp").iterdir()) == []
    assert "0 removed, 0 bytes" in call("store", "gc", store.folder).stdout


def test_attempts_that_a_newer_one_replaces_go_only_when_asked(store: Store):
    first, failed, best, later = (
        _commit(store, 1),
        _commit(store, 2, status="failed"),
        _commit(store, 3),
        _commit(store, 4, status="timeout"),
    )
    assert find(store) == []
    found = find(store, replaced=True)
    assert [garbage.path for garbage in found] == [store.folder_of(first), store.folder_of(failed)]
    remove(store, found)
    assert store.records() == [best, later]
    store.answers(best)


def test_an_attempt_with_other_answers_stays(store: Store):
    """It is the proof that the cell is not deterministic."""
    _commit(store, 1, length=2), _commit(store, 2)
    assert find(store, replaced=True) == []


def test_an_attempt_stays_when_the_newer_one_is_damaged(store: Store):
    _commit(store, 1)
    path = store.folder_of(_commit(store, 2)) / "lists.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    assert find(store, replaced=True) == []


@pytest.mark.parametrize("status", ["ok", "failed"])
def test_stale_attempts_go_when_asked_and_an_ok_result_of_today_is_there(status: str, store: Store):
    old, new = _commit(store, 1, key="aa" * 32), _commit(store, 2, key="bb" * 32, status=status)
    store.set_current({new.slot.id: new.key})
    assert find(store, replaced=True) == []
    found = [garbage.path for garbage in find(store, stale=True)]
    assert found == ([store.folder_of(old)] if status == "ok" else [])


def test_what_a_damaged_record_may_need_stays(store: Store):
    (store.folder_of(_commit(store)) / "record.json").write_text("{", encoding="utf-8")
    store.put_context(USED, context())
    assert find(store) == []


def test_a_cell_that_runs_keeps_its_scratch(store: Store):
    _commit(store)
    scratch = _folder(store.folder / "cache" / "scratch" / ("ab" * 32))
    with store.claim("ab" * 32):
        assert remove(store, find(store)) == []
    assert scratch.exists()


def test_a_store_in_use_is_left_alone(store: Store, call: Call):
    _folder(store.folder / "tmp" / f"{os.getpid()}-aa")
    store.put_context(UNUSED, context())
    done = call("store", "gc", store.folder)
    assert done.code == 3
    assert "a run is using this store" in one_line(done)
    assert store.knows(UNUSED)


def test_a_run_between_two_cells_keeps_what_no_result_uses_yet(store: Store, call: Call):
    """Nothing else of it lies in tmp/ then: its next cell answers a split of which there is no result."""
    store.put_context(UNUSED, context())
    with at_work(store.folder):
        assert leftovers(store.folder) == []
        with pytest.raises(StoreError, match="a run is using this store"):
            remove(store, find(store))
        assert store.knows(UNUSED)
    assert list((store.folder / "tmp").iterdir()) == []
    assert len(remove(store, find(store))) == 1


def test_what_a_run_has_used_since_it_was_found_stays(store: Store):
    store.put_context(USED, context())
    found = find(store)
    assert [garbage.path.name for garbage in found] == [USED]
    with at_work(store.folder):
        _commit(store)
    assert remove(store, found) == []
    assert store.knows(USED)


def test_no_run_begins_while_something_is_removed(store: Store):
    began = threading.Event()

    def run() -> None:
        with at_work(store.folder):
            began.set()

    with removing(store.folder):
        beginner = threading.Thread(target=run)
        beginner.start()
        assert not began.wait(0.3)
    assert began.wait(30)
    beginner.join()


def test_the_mark_of_a_run_that_was_killed_is_a_leftover(store: Store):
    code = (
        "import os, sys; from pathlib import Path; from bench.leftovers import at_work\n"
        "with at_work(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(store.folder)], check=False)
    (mark,) = leftovers(store.folder)
    Store(store.folder, create=True)
    assert not mark.exists()
    assert remove(store, find(store)) == []


def test_only_where_a_process_number_counts_it_tells_whether_its_folder_is_alive(store: Store):
    """Another container or machine has numbers of its own: there this number may live, or be somebody else's here."""
    own, here, rest = fresh_name().split("-")
    assert own == str(os.getpid())
    elsewhere = "0" * 8 if here != "0" * 8 else "1" * 8
    names = {
        "own, alive": f"{own}-{here}-{rest}",
        "own, dead": f"{_dead()}-{here}-{rest}",
        "elsewhere, young": f"{_dead()}-{elsewhere}-{rest}",
        "elsewhere, old": f"{own}-{elsewhere}-{rest}",
        "older version, dead": f"{_dead()}-{rest}",
        "older version, alive": f"{own}-{rest}",
    }
    for what, name in names.items():
        path = _folder(store.folder / "tmp" / name)
        age = DAY + 60 if what == "elsewhere, old" else 60 if what.startswith("elsewhere") else 3 * DAY
        os.utime(path, (time.time() - age,) * 2)
    dead = {what for what in names if what.endswith(("dead", "old"))}
    assert {path.name for path in leftovers(store.folder)} == {names[what] for what in dead}
    assert {path.name for path in in_progress(store.folder)} == {names[what] for what in set(names) - dead}
    Store(store.folder, create=True)
    assert {path.name for path in (store.folder / "tmp").iterdir()} == {names[what] for what in set(names) - dead}


def test_everything_in_tmp_is_named_the_same_way(store: Store):
    with at_work(store.folder):
        store.begin()
        names = [path.name.split("-") for path in (store.folder / "tmp").iterdir()]
    assert [name[:2] for name in names] == [fresh_name().split("-")[:2]] * 2
