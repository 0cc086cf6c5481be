"""A cell belongs to one run at a time, and to nobody when its run was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness import environment

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
