"""Cells that are ended from outside, and cells that touch what others use: the others keep their numbers."""

from __future__ import annotations

import _thread
import re
import subprocess
import threading
from pathlib import Path

import pytest
from harness import PATIENCE, Bench, alive, kill, popularity_matrix, until

from bench import plan
from bench.engines import queue
from bench.execute import Outcome, execute
from bench.matrix import AlgorithmSpec, Matrix
from bench.options import Options
from bench.store import Store
from bench.verify import problems

TWO = """
[matrix]
datasets = ["tiny"]
[[algorithms]]
name = "zoo-slow"
params = { seconds = 599.0 }
[[algorithms]]
name = "zoo-tame"
"""


def test_a_kill_from_outside_is_no_overrun_of_the_limit_and_ends_no_other_cell(bench: Bench, tmp_path: Path):
    """As the kernel does it when the memory of the machine runs out."""
    notes = tmp_path / "notes"
    notes.mkdir()
    running = bench.start(bench.matrix(TWO), "--jobs", 1, ZOO_NOTES=str(notes))
    until(lambda: bool(list(notes.iterdir())), "the cell is in fit")
    (number,) = (int(path.name.split("-")[2]) for path in notes.iterdir())
    kill(number)
    _, stderr = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1, stderr
    killed = next(record for record in bench.records() if record.slot.algorithm == "zoo-slow")
    assert killed.status == "crashed"
    assert re.fullmatch(r"SIGKILL.* in phase fit", killed.reason), killed.reason
    assert bench.record("zoo-tame").status == "ok"


def test_one_interrupt_stops_a_cell_when_its_grace_time_is_over(
    with_zoo: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    notes = tmp_path / "notes"
    notes.mkdir()
    monkeypatch.setenv("ZOO_NOTES", str(notes))
    monkeypatch.setattr(queue, "GRACE", 1.0)
    slow = AlgorithmSpec(name="zoo-slow", params={"seconds": 599.0}, grid={"variant": [0, 1]})
    store = Store(tmp_path / "store", create=True)

    def interrupt() -> None:
        until(lambda: bool(list(notes.iterdir())), "the first cell is in fit")
        _thread.interrupt_main()

    once = threading.Thread(target=interrupt)
    once.start()
    outcome = execute(plan.cells(Matrix(matrix=popularity_matrix().matrix, algorithms=[slow])), store, Options(jobs=1))
    once.join()
    assert outcome.exit_code == 130
    (record,) = store.records()
    assert (record.status, record.reason) == ("interrupted", "stopped in phase fit")
    (note,) = notes.iterdir()
    assert not alive(int(note.name.split("-")[2]))
    assert list((store.folder / "tmp").iterdir()) == []
    assert problems(store) == []


def test_standard_input_is_empty_whatever_that_of_the_harness_holds(bench: Bench):
    matrix = bench.matrix('[matrix]\ndatasets = ["tiny"]\n[[algorithms]]\nname = "zoo-asks"\n')
    options = {**bench._options({}), "stdin": subprocess.PIPE}
    with subprocess.Popen(bench._command(["run", matrix, "--store", bench.store]), **options) as running:  # type: ignore[call-overload]
        stdout, stderr = running.communicate("the words of a person\n", timeout=PATIENCE)
    assert running.returncode == 0, stdout + stderr
    assert "input: ''" in bench.log("zoo-asks")


REWRITER, TAME = (AlgorithmSpec(name=name) for name in ("zoo-rewrites-files", "zoo-tame"))


def _run(store: Store, *algorithms: AlgorithmSpec, jobs: int = 1) -> Outcome:
    matrix = Matrix(matrix=popularity_matrix().matrix, algorithms=[*algorithms])
    return execute(plan.cells(matrix), store, Options(jobs=jobs))


def test_a_cell_whose_files_change_while_it_runs_gives_no_result(with_zoo: None, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    slow = AlgorithmSpec(name="zoo-slow", params={"seconds": 6.0})
    outcome = _run(store, REWRITER, slow, jobs=2)
    assert outcome.exit_code == 1
    assert {record.slot.algorithm for record in outcome.records} == {REWRITER.name, slow.name}
    for record in outcome.records:
        assert record.status == "interrupted"
        assert record.reason.startswith("the files it learnt from were changed meanwhile")
    assert _run(store, slow).exit_code == 0, "it runs again, with the files made again"


def test_files_that_a_cell_rewrites_are_made_again_for_the_next_one(with_zoo: None, tmp_path: Path):
    """Their hash is checked before each cell; the numbers are those of a store that the culprit never saw."""
    store, alone = (Store(tmp_path / name, create=True) for name in ("store", "alone"))
    culprit, found = _run(store, REWRITER, TAME).records
    (expected,) = _run(alone, TAME).records
    assert (found.status, expected.status) == ("ok", "ok")
    assert found.started > culprit.started
    for name in ("lists.parquet", "ranks.parquet"):
        assert found.files[name]["sha256"] == expected.files[name]["sha256"]
    for path in (store.folder / "cache" / "training").glob("*/*.npy"):
        other = alone.folder / "cache" / "training" / path.parent.name / path.name
        assert path.read_bytes() == other.read_bytes()
    assert list((store.folder / "tmp").iterdir()) == []
