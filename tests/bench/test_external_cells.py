"""A cell whose model is a script in another process: what goes wrong there is its result, and nothing is left."""

from __future__ import annotations

from pathlib import Path

from harness import Bench, alive

MATRIX = """
[matrix]
datasets = ["tiny"]
metrics = ["ndcg@10"]
[[algorithms]]
name = "external"
[[algorithms]]
name = "external"
params = {{ script = "own.py", options = {{ does = "{does}" }} }}
limits = {{ time = "{time}" }}
"""
SCRIPT = """
import os, pathlib, sys, time

def fit(training, options):
    if options["does"] == "hang":
        pathlib.Path("{folder}/number").write_text(str(os.getpid()))
        time.sleep(600)
    if options["does"] == "lack":
        import no_such_package
    print("learnt from", len(training.users))

def score(model, questions):
    import numpy as np
    return np.tile(np.arange(questions.n_items, dtype=float), (len(questions), 1))
"""


def _run(bench: Bench, does: str, time: str = "5m") -> str:
    """Run the example and a script that does something; the label of the latter."""
    (bench.folder / "own.py").write_text(SCRIPT.format(folder=bench.folder), encoding="utf-8")
    done = bench.run(bench.matrix(MATRIX.format(does=does, time=time)), "--keep-models")
    assert done.returncode == (1 if does == "hang" else 0), done.stderr
    assert bench.record("external").status == "ok"
    return f'external (options={{"does": "{does}"}}, script={bench.folder / "own.py"})'


def test_a_script_named_from_the_folder_of_the_run_is_a_cell_like_any_other(bench: Bench):
    label = _run(bench, "learn")
    record = bench.record(label)
    assert (record.status, record.model, record.warnings) == ("ok", "kept", []), record.reason
    assert "learnt from" in bench.log(label)


def test_a_missing_package_is_a_skipped_cell(bench: Bench):
    record = bench.record(_run(bench, "lack"))
    assert record.status == "skipped"
    assert record.reason.startswith("own.py: package 'no_such_package' is not installed for ")


def test_a_script_that_hangs_is_stopped_with_its_process(bench: Bench):
    record = bench.record(_run(bench, "hang", "6s"))
    assert record.status == "timeout"
    assert not alive(int((bench.folder / "number").read_text(encoding="utf-8")))
    assert not list(Path(bench.store).rglob("peer-*"))


def test_a_wrong_script_is_refused_before_anything_runs(bench: Bench):
    done = bench.run(bench.matrix(MATRIX.format(does="x", time="5m")))
    assert done.returncode == 2
    assert f"script: there is no file {bench.folder / 'own.py'}" in done.stderr
