"""Full disks, folders that cannot be written, damaged and newer stores, as the command line meets them."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call, one_line
from harness import ZOO, Bench, environment, popularity_matrix, run_here

from bench import plan
from bench.errors import StoreError
from bench.limits import Limits
from bench.records import Record
from bench.store import RECORD, Store
from reports.load import load


def test_a_store_below_a_file_is_refused_in_one_line(call: Call, small_data: None, tmp_path: Path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = call("run", "--datasets", "tiny", "--algorithms", "popularity", "--store", tmp_path / "file" / "results")
    assert done.code == 3
    line = one_line(done)
    assert str(tmp_path / "file" / "results") in line
    assert "Not a directory" in line


@pytest.mark.parametrize("words", [["status"], ["report"], ["show", "x", "--store"]])
def test_a_store_that_is_not_there_is_named(words: list[str], call: Call, tmp_path: Path):
    done = call(*words, tmp_path / "nowhere")
    assert done.code == 3
    assert str(tmp_path / "nowhere") in one_line(done)
    assert not (tmp_path / "nowhere").exists()


def _with_small_files(bench: Bench, limit: int, *words: str) -> subprocess.CompletedProcess[str]:
    """`bench run` where no file can grow beyond `limit` bytes, as on a disk that is nearly full."""
    return subprocess.run(
        [sys.executable, "-m", "bench", "run", *words, "--store", str(bench.store)],
        cwd=bench.folder,
        env=environment(ZOO, PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_full_disk_while_the_data_is_written_stops_the_run(bench: Bench):
    done = _with_small_files(bench, 1000, "--datasets", "tiny", "--algorithms", "popularity")
    assert done.returncode == 3, done.stderr
    (line,) = done.stderr.splitlines()
    assert str(bench.store) in line
    assert "File too large" in line
    assert "MB free" in line
    assert Store(bench.store).records() == []


def test_a_full_disk_while_a_cell_writes_its_answers_is_not_the_fault_of_the_cell(bench: Bench, kept_store: Store):
    """The training data is there already; the lists of 40 users and 46 items need more than 2,500 bytes."""
    matrix = bench.matrix('[matrix]\ndatasets = ["tiny"]\nsplits = ["user-time"]\n[[algorithms]]\nname = "random"\n')
    done = _with_small_files(bench, 2500, str(matrix))
    assert [record.label for record in kept_store.records()] == ["popularity"], "the cell is not blamed"
    assert done.returncode == 3, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert str(bench.store) in line
    assert re.search(r"MB free there, about \d+\.\d kB needed$", line), line
    assert len(list(kept_store.folder.glob("cells/*/*"))) == 1
    again = run_here(popularity_matrix("random"), kept_store)
    assert [record.status for record in again] == ["ok"]


def _without_privileges() -> None:
    """Nobody may write into a folder that is read-only, not even root: take that capability off the next program."""
    ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def _read_only(bench: Bench, *words: object) -> subprocess.CompletedProcess[str]:
    """A command while nothing below the folder of the store can be written."""
    folders = [bench.store, *(path for path in bench.store.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        return subprocess.run(
            [sys.executable, "-m", "bench", *map(str, words)],
            cwd=bench.folder,
            env=environment(ZOO, PYTHONDONTWRITEBYTECODE="1"),
            preexec_fn=_without_privileges if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are those of Linux")
def test_a_read_only_store_takes_no_result_and_blames_no_cell(bench: Bench, kept_store: Store):
    done = _read_only(bench, "run", "--datasets", "tiny", "--algorithms", "random", "--store", bench.store)
    assert done.returncode == 3, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert str(bench.store) in line
    assert "Permission denied" in line
    assert "MB free there" in line
    assert [record.label for record in kept_store.records()] == ["popularity"]


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are those of Linux")
def test_a_read_only_store_is_read(bench: Bench, kept_store: Store):
    for words in (["status"], ["verify"], ["report", "-o", bench.folder / "report"]):
        done = _read_only(bench, words[0], bench.store, *words[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    assert (bench.folder / "report" / "index.html").is_file()


def _flip(store: Store, record: Record, name: str) -> Path:
    path = store.folder_of(record) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


def test_a_flipped_byte_is_found_excluded_and_repaired(call: Call, kept_store: Store):
    (record,) = kept_store.records()
    path = _flip(kept_store, record, "ranks.parquet")
    with pytest.raises(StoreError, match=r"ranks\.parquet: corrupt"):
        kept_store.answers(record)
    shown = call("show", record.key[:8], "--store", kept_store.folder)
    assert shown.code == 3
    assert str(path) in one_line(shown)
    (row,) = load(kept_store).groups[0].rows
    assert row.status == "corrupt"
    assert row.estimate("ndcg@10").value is None
    (decision,) = plan.decide(plan.cells(popularity_matrix()), kept_store, "failed", Limits())
    assert decision.runs, "the message promises that `bench run --rerun failed` repairs it"


@pytest.mark.parametrize("damage", ["flipped", "truncated", "missing"])
def test_rerun_failed_repairs_it_and_the_number_is_the_same(damage: str, call: Call, kept_store: Store):
    (record,) = kept_store.records()
    path = kept_store.folder_of(record) / "lists.parquet"
    match damage:
        case "flipped":
            _flip(kept_store, record, path.name)
        case "truncated":
            path.write_bytes(path.read_bytes()[:-100])
        case "missing":
            path.unlink()
    words = ["run", "--datasets", "tiny", "--algorithms", "popularity", "--splits", "user-time"]
    usual = call(*words, "--store", kept_store.folder)
    assert usual.code == 1, "a damaged result is not passed over in silence"
    assert "1 stored results are corrupt" in usual.stdout
    assert len(kept_store.records()) == 1
    assert call(*words, "--rerun", "failed", "--store", kept_store.folder).code == 0
    old, new = kept_store.records()
    assert new.files == old.files | {"log.txt": new.files["log.txt"]}
    kept_store.answers(new)
    assert [row.status for row in load(kept_store).groups[0].rows] == ["ok"]


def test_an_intact_result_is_not_run_again_with_rerun_failed(kept_store: Store):
    (decision,) = plan.decide(plan.cells(popularity_matrix()), kept_store, "failed", Limits())
    assert not decision.runs


def test_a_newer_store_is_refused_by_every_command_and_nothing_is_added(call: Call, kept_store: Store):
    (record,) = kept_store.records()
    path = kept_store.folder_of(record) / RECORD
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 1', '"format": 7'), encoding="utf-8")
    run = ["run", "--datasets", "tiny", "--algorithms", "popularity", "--store"]
    for words in (["status"], ["report"], ["show", "popularity", "--store"], run):
        done = call(*words, kept_store.folder)
        assert done.code == 3
        line = one_line(done)
        assert "format 7" in line
        assert "up to 1" in line
    assert len(list(kept_store.folder.glob("cells/*/*"))) == 1
