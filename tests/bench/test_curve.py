"""News of training without end: neither the memory of the harness nor the record grows with it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from harness import popularity_matrix, run_here, until

from bench import plan, process
from bench.curve import MOST, Curve
from bench.limits import Limits
from bench.material import made_here
from bench.process import Child
from bench.runner import Runner
from bench.store import Store

REPORTS = 5000  # of zoo-reports-much


def _fed(reports: int) -> tuple[list[float], str]:
    curve = Curve()
    for epoch in range(reports):
        curve.add({"epoch": epoch})
    return [point["epoch"] for point in curve.points], curve.warning


def test_a_curve_of_usual_length_is_kept_whole():
    assert _fed(MOST) == (list(range(MOST)), "")


def test_a_long_curve_keeps_each_second_report_then_each_fourth():
    epochs, warning = _fed(MOST + 1)
    assert epochs == list(range(0, MOST + 1, 2))
    assert warning == "500 of 1001 reports of progress are left out of the curve"
    assert _fed(2 * MOST)[0] == list(range(0, 2 * MOST, 2))
    assert _fed(2 * MOST + 1)[0] == list(range(0, 2 * MOST + 1, 4))


def test_a_cell_that_reports_without_end_has_a_short_curve_and_one_warning(with_zoo: None, tmp_path: Path):
    (record,) = run_here(popularity_matrix("zoo-reports-much"), Store(tmp_path / "store", create=True))
    assert record.status == "ok", record.reason
    assert [point["epoch"] for point in record.curve] == list(range(0, REPORTS, 8))
    assert record.warnings == [f"{REPORTS - 625} of {REPORTS} reports of progress are left out of the curve"]


def test_news_that_nobody_reads_wait_in_the_pipe_and_none_is_lost_at_the_end(
    with_zoo: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "WAITING", 100)
    store = Store(tmp_path / "store", create=True)
    (cell,) = plan.cells(popularity_matrix("zoo-reports-much"))
    assert cell.split is not None
    runner = Runner(store, Limits.model_construct(time=60.0, memory=4e9))
    folder = store.begin()
    (folder / "output").mkdir()
    job = runner._job(cell, made_here(store, cell.split), folder)
    child = Child(job, folder, {})
    try:
        until(lambda: child.news.qsize() >= 100, "the queue is full")
        time.sleep(0.5)
        assert child.news.qsize() == 100
        assert child.running(), "it waits for somebody to read"
    finally:
        began = time.monotonic()
        child.end()
    assert time.monotonic() - began < 4
    told = [child.news.get_nowait() for _ in range(child.news.qsize())]
    epochs = [event["epoch"] for event in told if event["event"] == "epoch"]
    assert len(told) > 101, "what was in the pipe has been read"
    assert epochs == list(range(len(epochs)))
    assert json.loads((folder / "job.json").read_text(encoding="utf-8"))["algorithm"] == "zoo-reports-much"
