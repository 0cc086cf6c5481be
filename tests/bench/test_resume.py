"""Runs that are killed, interrupted, or share a store: nothing is lost, nothing runs twice, no number changes."""

from __future__ import annotations

import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from harness import PATIENCE, Bench, alive, kill, popularity_matrix, run_here, until
from record_cases import context

from bench import files, plan
from bench.engines import queue
from bench.engines.local import Local
from bench.errors import BenchError
from bench.limits import Limits
from bench.metrics.registry import measure
from bench.plan import Cell
from bench.records import Record
from bench.runner import Runner
from bench.store import Store

SLOW = """
[matrix]
datasets = ["tiny"]
metrics = ["ndcg@10", "recall@5", "coverage@10", "auc"]
[[algorithms]]
name = "zoo-slow"
grid = { variant = [0, 1, 2, 3] }
[[algorithms]]
name = "popularity"
"""
CELLS = 5


def _numbers(store: Store) -> dict[str, Any]:
    """Every metric and the hashes of all answers, by the name of the cell."""
    found: dict[str, Any] = {}
    for record in store.latest().values():
        values = measure(["ndcg@10", "recall@5", "auc"], store.answers(record), store.context(record.split_hash))
        hashes = {name: about["sha256"] for name, about in record.files.items() if name.endswith(".parquet")}
        found[f"{record.label}, {record.place}"] = ({name: measured.value for name, measured in values.items()}, hashes)
    return found


def _quality(stdout: str) -> list[str]:
    """The lines of the final table without what the clock says: the first columns up to coverage."""
    lines = stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Data set"))
    end = lines[start].index("Training")
    return [line[:end].rstrip() for line in lines[start:] if line.startswith("tiny")]


def _fitting(notes: Path) -> dict[str, int]:
    """variant -> number of the process, for each cell that has begun to fit."""
    return {p.name.split("-")[1]: int(p.name.split("-")[2]) for p in notes.iterdir()}


class Shared:
    """A store that two runs fill at the same time, undisturbed otherwise."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        matrix = self.bench.matrix(SLOW)
        runs = [self.bench.start(matrix, "--jobs", 1) for _ in range(2)]
        self.said = [run.communicate(timeout=PATIENCE) for run in runs]
        self.codes = [run.returncode for run in runs]


@pytest.fixture(scope="module")
def shared(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    return Shared(tmp_path_factory.mktemp("shared"))


def test_two_runs_share_a_store(shared: Shared):
    assert shared.codes == [0, 0], shared.said
    assert not any("Traceback" in stderr for _, stderr in shared.said)
    records = shared.bench.records()
    assert all(record.status == "ok" for record in records)
    assert len({record.key for record in records}) == CELLS
    assert len(records) == CELLS, "each cell ran once"


def test_killed_again_and_again_it_only_runs_what_is_missing_and_gives_the_same_table(
    bench: Bench, shared: Shared, tmp_path: Path
):
    matrix = bench.matrix(SLOW)
    done_before = 0
    for moment in range(3):
        notes = tmp_path / f"notes{moment}"
        notes.mkdir()
        running = bench.start(matrix, "--jobs", 2, ZOO_NOTES=str(notes))
        wanted = done_before + moment  # the first time before anything is done, later after one and three more

        def reached(wanted: int = wanted, notes: Path = notes, running: Any = running) -> bool:
            finished = len(list(bench.store.glob("cells/*/*/record.json")))
            return (finished >= wanted and bool(_fitting(notes))) or running.poll() is not None

        until(reached, "the moment to be killed")
        assert running.poll() is None, "killed before it ended"
        kill(running.pid)
        running.communicate()
        for number in _fitting(notes).values():
            until(lambda number=number: not alive(number), "the children die with it")  # type: ignore[misc]
        for record in bench.records():
            assert record.status == "ok"
            Store(bench.store).answers(record)
        done_before = len(bench.records())
    assert 0 < done_before < CELLS
    resumed = bench.run(matrix, "--jobs", 2)
    assert resumed.returncode == 0, resumed.stderr
    assert f"{CELLS - done_before} cells to run, {done_before} done already" in resumed.stdout
    assert len(bench.records()) == CELLS, "no cell ran twice"
    assert _numbers(Store(bench.store)) == _numbers(Store(shared.bench.store))
    assert len(_quality(resumed.stdout)) == CELLS
    longer = max((stdout for stdout, _ in shared.said), key=lambda stdout: len(_quality(stdout)))
    assert _quality(resumed.stdout) == _quality(longer)


INTERRUPTED = """
[matrix]
datasets = ["tiny"]
[[algorithms]]
name = "zoo-slow"
grid = { seconds = [2.0, 599.0, 598.0] }
"""


def test_an_interrupt_finishes_what_runs_and_a_second_one_stops_it(bench: Bench, tmp_path: Path):
    notes = tmp_path / "notes"
    notes.mkdir()
    running = bench.start(bench.matrix(INTERRUPTED), "--jobs", 2, ZOO_NOTES=str(notes))
    until(lambda: len(list(notes.iterdir())) == 2, "two cells are in fit")
    kill(running.pid, signal.SIGINT)
    until(lambda: len(bench.records()) == 1, "the short cell is finished all the same")
    assert bench.records()[0].status == "ok"
    assert len(list(notes.iterdir())) == 2, "no new cell was started"
    kill(running.pid, signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "the same command goes on" in stdout
    for path in notes.iterdir():
        assert not alive(int(path.name.split("-")[2]))
    assert sorted(record.status for record in bench.records()) in (["ok"], ["interrupted", "ok"])
    assert list((bench.store / "tmp").iterdir()) == []


def test_a_cell_that_another_run_finishes_meanwhile_is_not_run_again(small_data: None, tmp_path: Path):
    """While the slower run is at the first cell, another one makes the second."""
    store = Store(tmp_path / "store", create=True)
    engine = Local(Runner(store, Limits.model_construct(time=60.0, memory=4e9)), 1)
    first, second = (plan.cells(popularity_matrix(name))[0] for name in ("popularity", "random"))
    finished: list[Record] = []

    def hears(cell: Cell, record: Record) -> None:
        finished.append(record)
        if cell is first:
            queue.run([second], store, engine, lambda *_: None, lambda *_: None)

    assert queue.run([first, second], store, engine, hears, lambda *_: None)
    assert [record.label for record in finished] == ["popularity", "random"]
    assert len(store.records()) == 2


def test_the_cache_may_be_deleted(kept_store: Store):
    (first,) = kept_store.records()
    shutil.rmtree(kept_store.folder / "cache")
    (second,) = run_here(popularity_matrix(), kept_store, rerun="all")
    assert first.files["lists.parquet"] == second.files["lists.parquet"]


def test_damaged_training_data_in_the_cache_changes_no_number(kept_store: Store):
    """It is found and made again, or the run stops; it is never trained on."""
    (good,) = kept_store.records()
    (path,) = kept_store.folder.glob("cache/training/*/train.items.npy")
    data = bytearray(path.read_bytes())
    data[-400:] = bytes(400)  # the last hundred items become number 0
    path.chmod(0o644)
    path.write_bytes(data)
    try:
        (again,) = run_here(popularity_matrix(), kept_store, rerun="all")
    except BenchError as error:
        assert path.parent.name in str(error)
    else:
        assert again.files["lists.parquet"] == good.files["lists.parquet"]


def test_cells_that_find_the_damage_at_the_same_time_all_get_an_answer(
    small_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = Store(tmp_path / "store", create=True)
    usual = popularity_matrix("random")
    matrix = usual.model_copy(update={"matrix": usual.matrix.model_copy(update={"seeds": [0, 1, 2, 3]})})
    good = run_here(matrix, store, jobs=1)
    (path,) = store.folder.glob("cache/training/*/train.items.npy")
    path.chmod(0o644)
    path.write_bytes(bytes(path.stat().st_size))
    check = files.check_seal

    def slow(folder: Path) -> None:
        time.sleep(0.2)
        check(folder)

    monkeypatch.setattr(files, "check_seal", slow)
    again = run_here(matrix, store, rerun="all", jobs=2)
    assert [record.status for record in again] == ["ok"] * len(good)
    numbers = {record.key: record.files["lists.parquet"] for record in good}
    assert {record.key: record.files["lists.parquet"] for record in again} == numbers


def test_a_damaged_context_is_removed_once_though_several_look_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(tmp_path / "store", create=True)
    store.put_context("11" * 32, context())
    (store.folder / "context" / ("11" * 32) / files.SEALS).write_text("{", encoding="utf-8")
    looks: list[Path] = []
    check = files.check_seal

    def slow(folder: Path) -> None:
        looks.append(folder)
        time.sleep(0.2)
        check(folder)

    monkeypatch.setattr(files, "check_seal", slow)
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(store.knows, ["11" * 32] * 3)) == [False] * 3
    assert len(looks) == 1
    assert list((store.folder / "context").iterdir()) == []
    store.put_context("11" * 32, context())
    assert store.knows("11" * 32)


HOSTILE = ("zoo-reports-nan", "zoo-reports-numpy", "zoo-raises-surrogate", "zoo-litters")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_cell_ends_with_a_record_and_the_run_goes_on(name: str, with_zoo: None, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(popularity_matrix(name), store)
    assert store.records() == [record]
    assert record.status == "ok" or name == "zoo-raises-surrogate", record.reason
    if name == "zoo-raises-surrogate":
        assert record.status == "failed"
        assert record.reason.startswith("OSError: cannot open 'caf")
    if name == "zoo-reports-numpy":
        assert record.curve == [{"epoch": 1, "loss": 0.5, "users": 7}]
    if name == "zoo-reports-nan":
        assert [point["epoch"] for point in record.curve] == [1, 2]
