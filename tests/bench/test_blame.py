"""Whose fault it is: the disk's, the data's, or the cell's."""

from __future__ import annotations

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from harness import popularity_matrix, run_here

from bench import cell as child
from bench import files, material, plan
from bench.errors import BadData, StoreError
from bench.files import stamps
from bench.limits import Limits
from bench.material import Material, made_here
from bench.planned import Planned
from bench.runner import Runner
from bench.store import Store

Usage = namedtuple("Usage", "total used free")


def test_a_plug_in_that_raises_an_error_of_a_store_fails_alone(with_zoo: None, tmp_path: Path):
    (record,) = run_here(popularity_matrix("zoo-raises-store-error"), Store(tmp_path / "store", create=True))
    assert (record.status, record.reason) == ("failed", "my own store is broken")


def _job(folder: Path) -> dict[str, Any]:
    for name in ("attempt/output", "attempt/work", "scratch"):
        (folder / name).mkdir(parents=True)
    return {"output": str(folder / "attempt" / "output"), "scratch": str(folder / "scratch")}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("name", ["scratch/model.npz", "attempt/output/x", "attempt/work/x"])
def test_a_full_disk_under_the_folders_of_a_cell_is_not_its_fault(number: int, name: str, tmp_path: Path):
    job = _job(tmp_path)
    found = child._storage(OSError(number, os.strerror(number), str(tmp_path / name)), job)
    assert found is not None
    assert child._status(found) == "storage"
    assert str(tmp_path / name) in child._reason(found)
    assert "MB free there" in child._reason(found)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/elsewhere/x"),
        OSError(errno.ENOSPC, "No space left on device", "../../elsewhere/x"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.ENOSPC, "No space left on device", 7),
        StoreError("mine"),
    ],
)
def test_what_happens_elsewhere_is_the_fault_of_the_cell(error: Exception, tmp_path: Path):
    assert child._storage(error, _job(tmp_path)) is None
    assert child._status(error) == "failed"


def test_an_error_without_a_file_counts_where_the_disk_of_the_store_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`write` names no file in its error."""
    job = _job(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 4096))
    assert child._storage(OSError(errno.ENOSPC, "No space left on device"), job) is not None
    assert child._storage(OSError(errno.EIO, "Input/output error"), job) is None


def test_data_that_changed_after_planning_interrupt_the_cell_so_that_the_next_run_tries_again(
    small_data: None, tmp_path: Path
):
    def changed(_: Planned) -> Material:
        raise BadData("data set 'tiny' changed after the matrix was planned; run it again")

    store = Store(tmp_path / "store", create=True)
    (cell,) = plan.cells(popularity_matrix())
    here = Runner(store, Limits.model_construct(time=60.0, memory=4e9), material=changed)
    record = here.run(cell, store.begin())
    assert record.status == "interrupted"
    assert "changed after the matrix was planned" in record.reason


def test_a_change_right_after_the_check_of_the_training_data_is_seen(
    small_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = Store(tmp_path / "store", create=True)
    (cell,) = plan.cells(popularity_matrix())
    assert cell.split is not None
    first = made_here(store, cell.split)
    assert first.stamps == stamps(first.training) != {}

    def meddled(folder: Path) -> bool:
        intact = files.sealed(folder)
        os.utime(folder / files.SEALS, (1, 1))
        return intact

    monkeypatch.setattr(material, "sealed", meddled)
    here = Runner(store, Limits.model_construct(time=60.0, memory=4e9))
    record = here.run(cell, store.begin())
    assert record.status == "interrupted"
    assert record.reason.startswith("the files it learnt from were changed meanwhile")
