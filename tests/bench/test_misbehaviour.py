"""All misbehaving plug-ins in one matrix, run once: each ends as it deserves, the tame one beside them unharmed."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from harness import ZOO, alive
from zoo_run import PLAIN, QUICK_LIMIT, Run

from bench import evaluation
from bench.datasets import catalogue
from bench.params import Params
from bench.splits import catalogue as splits
from bench.types import Training


@pytest.fixture(scope="module")
def run(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("zoo"))


def test_every_cell_has_one_record_and_the_run_says_that_some_failed(run: Run):
    assert run.done.returncode == 1, run.done.stdout + run.done.stderr
    assert len(run.bench.records()) == len(PLAIN) + len(QUICK_LIMIT) + 2
    for record in run.bench.records():
        assert record.label in run.done.stdout
    assert run.done.stderr == ""
    assert "\x1b" not in run.done.stdout
    assert (run.bench.store / "report" / "index.html").exists(), "the report is written all the same"


def test_nothing_is_left_in_the_store(run: Run):
    assert list((run.bench.store / "tmp").iterdir()) == []
    for record in run.bench.records():
        for name in record.files:
            run.store.check(record, name)


# F3: memory.


@pytest.mark.parametrize("label", ["zoo-greedy", "zoo-greedy (where=child)"])
def test_memory_over_the_limit_is_oom_with_both_numbers(label: str, run: Run):
    status, reason = run.status(label)
    assert status == "oom"
    assert "over the limit of 600 MB" in reason
    used = int(reason.split(" MB")[0].rpartition(" ")[2])
    assert 600 < used < 1500
    assert run.bench.record(label).memory == pytest.approx(used * 1e6, abs=1e6)


def test_a_refused_allocation_is_oom_too(run: Run):
    assert run.status("zoo-memory-error") == ("oom", "MemoryError: cannot allocate 7 GiB")


# F4: errors and hanging.


def test_an_exception_is_failed_with_type_and_message_and_a_traceback_in_the_log(run: Run):
    status, reason = run.status("zoo-raises-in-fit")
    assert status == "failed"
    assert reason.startswith("LookupError: no such")
    log = run.bench.log("zoo-raises-in-fit")
    assert "Traceback (most recent call last)" in log
    assert "raise LookupError" in log
    assert run.status("zoo-raises-in-score") == ("failed", "ZeroDivisionError: in score")


@pytest.mark.parametrize(("label", "function"), [("zoo-sleeps", "fit"), ("zoo-hangs-in-c", "fit")])
def test_hanging_is_a_timeout_with_a_stack_dump(label: str, function: str, run: Run):
    status, reason = run.status(label)
    assert status == "timeout"
    assert reason == "over the limit of 12 s in phase fit"
    log = run.bench.log(label)
    assert "most recent call first" in log
    assert 'zoo/hanging.py", line' in log
    assert f"in {function}" in log


def test_hanging_after_a_valid_result_is_ok_with_a_warning(run: Run):
    found = run.bench.record("zoo-lingers")
    assert found.status == "ok"
    assert any("hung after its result was complete" in text for text in found.warnings)
    run.store.answers(found)


def test_crashing_after_a_valid_result_is_ok_with_a_warning(run: Run):
    found = run.bench.record("zoo-aborts-at-exit")
    assert found.status == "ok"
    assert any("SIGABRT" in text for text in found.warnings)


# F5: sudden ends.


@pytest.mark.parametrize(
    ("label", "status", "reason"),
    [
        ("zoo-segfaults", "crashed", "SIGSEGV in phase fit"),
        ("zoo-aborts", "crashed", "SIGABRT in phase recommend"),
        ("zoo-leaves-quietly", "no_result", "the process ended without a result in phase fit"),
        ("zoo-leaves-with-three", "crashed", "exit code 3 in phase fit"),
        ("zoo-calls-exit", "no_result", "the process ended without a result in phase fit"),
    ],
)
def test_a_sudden_end_is_named(label: str, status: str, reason: str, run: Run):
    assert run.status(label) == (status, reason)


def test_a_crash_leaves_its_stack_in_the_log(run: Run):
    assert "Fatal Python error: Segmentation fault" in run.bench.log("zoo-segfaults")


# F6: children.


@pytest.mark.parametrize("kind", ["child", "session", "orphan"])
def test_what_a_cell_has_started_is_gone_after_it(kind: str, run: Run):
    number = int((run.notes / f"spawned-{kind}").read_text(encoding="utf-8"))
    left = alive(number)
    if left:
        os.kill(number, 9)
    assert not left, f"the {kind} {number} still ran"


def test_no_process_of_the_run_is_left(run: Run):
    mine = str(run.bench.folder)
    left = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mine in command:
            left.append(command)
    assert left == []


# F7: noise.


def test_a_flood_of_output_is_capped_and_counted(run: Run):
    assert run.status("zoo-noisy") == ("ok", "")
    size = run.bench.record("zoo-noisy").files["log.txt"]["bytes"]
    assert 1 << 20 < size < 2 << 20
    log = run.bench.log("zoo-noisy")
    assert log.startswith("first line")
    assert "last words" in log[-200:]
    (left_out,) = [line for line in log.splitlines() if line.endswith("bytes left out]")]
    dropped = int(left_out.strip("[").split()[0])
    assert dropped + size == pytest.approx(1 << 30, abs=2000), "nothing is lost without being counted"


def test_control_characters_are_removed_when_a_log_is_shown(run: Run):
    shown = run.bench("show", "zoo-noisy", "--log", "--store", run.bench.store)
    assert shown.returncode == 0
    assert "first line" in shown.stdout
    for character in "\x1b\x07\x00\x08\x9b\x7f\u202e":
        assert character not in shown.stdout
    assert "\x1b" in run.bench.log("zoo-noisy"), "the stored log has them"


# F8: meddling.


def test_inputs_are_read_only(run: Run):
    for label in ("zoo-writes-training", "zoo-writes-query"):
        status, reason = run.status(label)
        assert (status, "read-only" in reason) == ("failed", True), f"{label}: {status} {reason}"


def test_working_folder_and_environment_matter_to_nobody_else(run: Run):
    tame, wanders = (run.store.answers(run.bench.record(label)) for label in ("zoo-tame", "zoo-wanders"))
    np.testing.assert_array_equal(tame.lists.items, wanders.lists.items)
    np.testing.assert_array_equal(tame.lists.scores, wanders.lists.scores)


def test_the_tame_one_has_the_numbers_that_it_has_alone(run: Run):
    """Computed here, in this process, from the training data."""
    data = catalogue.load({"name": "tiny"})
    split = splits.make(data, {"name": "user-time"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ZOO), *sys.path])
        tame = importlib.import_module("zoo.tame").Tame(Params())
    tame.fit(Training(split.train, data.items, data.users, split.validation))
    alone, found = evaluation.rank(tame, split.test), run.store.answers(run.bench.record("zoo-tame"))
    np.testing.assert_array_equal(found.lists.items, alone.lists.items)
    np.testing.assert_array_equal(found.lists.scores, alone.lists.scores)
    np.testing.assert_array_equal(found.better + found.position, alone.better + alone.position)


# F9: plug-ins that cannot be used.


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("missing-package", ["package 'surely_not_installed' is not installed"]),
        ("raises-at-import", ["RuntimeError: not today"]),
        ("aborts-at-import", ["SIGABRT", "imported"]),
        ("claimed-twice", ["others (others_twice:Good)", "rivals (zoo.tame:Tame)"]),
    ],
)
def test_what_cannot_be_imported_is_skipped_with_the_reason(label: str, parts: list[str], run: Run):
    status, reason = run.status(label)
    assert status == "skipped"
    assert all(part in reason for part in [f"'{label}'", *parts]), reason


def test_the_list_of_algorithms_names_what_cannot_be_used(run: Run):
    listed = run.bench("list", "algorithms")
    lines = {line.split()[0]: line for line in listed.stdout.splitlines() if line.strip()}
    assert "unavailable: package 'surely_not_installed'" in lines["missing-package"]
    assert "others" in lines["claimed-twice"]
    assert "rivals" in lines["claimed-twice"]
    assert "unavailable" not in lines["popularity"]


# F10: answers that are none.


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("zoo-wrong-shape", "score returned shape (40, 59), not (40, 60)"),
        ("zoo-wrong-type", "score returned int64 values, not floating point"),
        ("zoo-infinite", "infinite scores for 20 of 40 questions, first [0, 2, 4, 6, 8]"),
        ("zoo-nothing", "score returned object values, not floating point"),
        ("zoo-doubles", "recommend: 40 of 40 lists are wrong: question 0: an item twice; question 1: an item twice"),
    ],
)
def test_a_wrong_answer_is_invalid_output_with_counts(label: str, reason: str, run: Run):
    status, said = run.status(label)
    assert status == "invalid_output"
    assert said.startswith(reason)


def test_nothing_but_nan_is_ok_and_counted(run: Run):
    found = run.bench.record("zoo-all-nan")
    assert found.status == "ok"
    answers = run.store.answers(found)
    assert found.counts["unscored"] == answers.candidates.sum() == 40 * 60 - 40 * 10
    constant = run.store.answers(run.bench.record("zoo-constant"))
    np.testing.assert_array_equal(answers.better + answers.position, constant.better + constant.position)
