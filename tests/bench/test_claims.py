"""A cell belongs to one run at a time, to nobody when its run was killed; of two results the first counts."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness import environment
from record_cases import answers, record

from bench import answers_io
from bench.attempts import unequal
from bench.records import Record, stamp
from bench.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", create=True)


def test_a_cell_is_held_by_one_run_at_a_time(store: Store):
    with store.claim("aa" * 32) as first, store.claim("aa" * 32) as second, store.claim("bb" * 32) as other:
        assert (first, second, other) == (True, False, True)
    with store.claim("aa" * 32) as again:
        assert again


HOLDS = """
import sys, time
from bench.store import Store
with Store(sys.argv[1]).claim("aa" * 32) as ours:
    print(ours, flush=True)
    time.sleep(600)
"""


def test_a_cell_is_free_again_when_its_run_was_killed(store: Store):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(store.folder)], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline() == "True\n"
        with store.claim("aa" * 32) as ours:
            assert not ours
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with store.claim("aa" * 32) as ours:
        assert ours


def test_of_two_runs_at_one_cell_the_first_result_counts(store: Store):
    def attempt(scores: float, began: str, **changes: Any) -> Record:
        temporary, found = store.begin(), answers()
        found.lists.scores[0, 0] = scores
        answers_io.write(found, temporary)
        return store.commit(temporary, record(**changes), began)

    earlier = attempt(9.0, stamp())
    began = stamp()  # two runs begin now
    first = attempt(5.0, began)
    assert attempt(5.0, began) == first, "the same answers: the second is dropped"
    assert [found.attempt for found in store.records()] == [earlier.attempt, first.attempt]
    assert attempt(6.0, began) == first, "other answers: the first still counts"
    kept = next(found for found in store.records() if found.second_to)
    assert kept.second_to == first.attempt
    assert store.best()[first.key] == first
    assert unequal(store.records()) == {first.key}, "and it is told"
    assert attempt(6.0, began, status="failed").status == "failed", "a failure is no second result"
    assert attempt(7.0, stamp()) == store.best()[first.key], "a later run replaces it"
