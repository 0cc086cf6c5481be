"""`bench verify`: damaged files, splits that leak, and splits of which nobody knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call
from harness import run_here
from record_cases import rewritten

from bench import answers_io
from bench.files import SEALS, seal, sha256
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.store import Store
from bench.verify import problems, unaudited


def _given(folder: Path, test: str) -> Matrix:
    """One cell on a split that files bring along."""
    (folder / "train.csv").write_text("user,item\nu000,i001\nu001,i002\n", encoding="utf-8")
    (folder / "test.csv").write_text(f"user,item\n{test}\n", encoding="utf-8")
    split = {"name": "given", "train": str(folder / "train.csv"), "test": str(folder / "test.csv")}
    axes = Axes(datasets=[{"name": "tiny"}], splits=[split])
    return Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="random")])


def _facts(store: Store) -> Path:
    (found,) = (store.folder / "context").glob("*/facts.json")
    return found


def _rewrite(store: Store, **changes: object) -> None:
    """What is known of the only split with some of it changed, as if it had been written so."""
    path = _facts(store)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    (path.parent / SEALS).unlink()
    seal(path.parent)


def test_a_sound_store_passes(kept_store: Store, call: Call):
    done = call("verify", kept_store.folder)
    assert done.code == 0
    assert done.stdout.strip() == "1 attempts: every file as written, no leaks"


@pytest.mark.parametrize(("test", "leaking"), [("u000,i002", 0), ("u000,i001", 1)])
def test_the_same_pair_in_training_and_test_fails(
    small_data: None, tmp_path: Path, call: Call, test: str, leaking: int
):
    store = Store(tmp_path / "store", create=True)
    run_here(_given(tmp_path, test), store)
    assert len(problems(store)) == leaking
    done = call("verify", store.folder)
    assert done.code == leaking
    assert ("leak: test pairs seen before: 1 of 1" in done.stdout) == bool(leaking)
    assert json.loads(call("verify", store.folder, "--json").stdout)["problems"] == problems(store)


def test_a_test_time_before_training_in_a_time_split_fails(kept_store: Store, call: Call):
    late = {"check": "training after a user's own test", "count": 3, "of": 9, "verdict": "leak", "meaning": "?"}
    _rewrite(kept_store, audit=[late])
    (problem,) = problems(kept_store)
    assert problem.startswith("tiny, split user-time [")
    assert problem.endswith("leak: training after a user's own test: 3 of 9")
    assert call("verify", kept_store.folder).code == 1


def test_a_split_without_an_audit_is_told(kept_store: Store, call: Call):
    _rewrite(kept_store, audit=[])
    assert unaudited(kept_store) == [kept_store.records()[0].split_hash]
    done = call("verify", kept_store.folder)
    assert done.code == 0
    assert "no audit was made of 1 splits" in done.stdout


def test_a_changed_audit_and_a_changed_answer_are_found(kept_store: Store, call: Call):
    facts = _facts(kept_store)
    facts.write_text(facts.read_text(encoding="utf-8").replace("ok", "no", 1), encoding="utf-8")
    record = kept_store.records()[0]
    answers = kept_store.folder_of(record) / "ranks.parquet"
    content = bytearray(answers.read_bytes())
    content[len(content) // 2] ^= 1
    answers.write_bytes(bytes(content))
    found = problems(kept_store)
    assert len(found) == 2
    assert all("corrupt" in problem for problem in found)
    assert call("verify", kept_store.folder).code == 1


def _sealed_again(store: Store, name: str, table: dict[str, object]) -> None:
    """Another file of answers, with its own SHA-256 in the record: as a plug-in or another program may write it."""
    record = store.records()[0]
    folder = store.folder_of(record)
    answers_io.write_table(folder / name, table)
    about = {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size}
    rewritten(store, record, files={**record.files, name: about})


def test_answers_to_another_number_of_questions_are_found(kept_store: Store):
    table = answers_io.read_table(kept_store.folder_of(kept_store.records()[0]) / "questions.parquet")
    _sealed_again(kept_store, "questions.parquet", {name: column[:-1] for name, column in table.items()})
    (problem,) = problems(kept_store)
    assert "39 questions are answered, it has 40" in problem or "cannot be measured" in problem


@pytest.mark.parametrize(("name", "column"), [("lists.parquet", "item"), ("ranks.parquet", "items")])
def test_an_item_that_the_split_does_not_have_is_found(name: str, column: str, kept_store: Store):
    table = answers_io.read_table(kept_store.folder_of(kept_store.records()[0]) / name)
    _sealed_again(kept_store, name, {**table, column: table[column] + 1000})
    (problem,) = problems(kept_store)
    assert "is not among the" in problem


def test_a_column_that_is_missing_is_found(kept_store: Store, call: Call):
    table = answers_io.read_table(kept_store.folder_of(kept_store.records()[0]) / "ranks.parquet")
    _sealed_again(kept_store, "ranks.parquet", {name: table[name] for name in ("items", "better")})
    (problem,) = problems(kept_store)
    assert "answers cannot be measured (TypeError" in problem
    assert call("verify", kept_store.folder).code == 1


def test_an_ok_result_without_answers_is_found(kept_store: Store):
    (kept,) = kept_store.records()
    rewritten(kept_store, kept, files={name: file for name, file in kept.files.items() if name != "ranks.parquet"})
    (problem,) = problems(kept_store)
    assert "an ok result without ranks.parquet" in problem


def test_an_attempt_in_the_place_of_another_is_found(kept_store: Store):
    folder = kept_store.folder_of(kept_store.records()[0])
    folder.rename(folder.with_name("20250101T000000-00000000"))
    (problem,) = problems(kept_store)
    assert problem.endswith("corrupt, the record of another attempt")


def test_leftovers_are_told_and_removed_when_asked(kept_store: Store, call: Call):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (kept_store.folder / "tmp").mkdir(exist_ok=True)
    dead, living = kept_store.folder / "tmp" / f"{ended.pid}-aa", kept_store.folder / "tmp" / f"{os.getpid()}-bb"
    for folder in (dead, living):
        folder.mkdir()
        (folder / "lists.parquet").write_bytes(b"half")
    told = call("verify", kept_store.folder)
    assert told.code == 0
    assert told.stdout.splitlines()[1:] == [f"left half-done: tmp/{dead.name}; --clean removes it"]
    assert dead.exists()
    assert json.loads(call("verify", kept_store.folder, "--json").stdout)["leftovers"] == [dead.name]
    assert f"tmp/{dead.name} (removed)" in call("verify", kept_store.folder, "--clean").stdout
    assert (dead.exists(), living.exists()) == (False, True)


def test_no_store_is_one_line(tmp_path: Path, call: Call):
    done = call("verify", tmp_path / "nowhere")
    assert done.code == 3
    assert "no store here" in done.stderr
