"""A search that was stopped goes on in its own ranges only."""

import json

import pytest
from record_cases import record

from bench.errors import BadConfig
from bench.matrix import Limits
from bench.plan import Cell
from bench.records import Slot
from bench.tuning import begun

L2 = {"low": 10.0, "high": 1000.0, "log": True, "integer": False}


def _cell(**changes):
    tuning = {"trials": 5, "metric": "ndcg@10", "space": {"l2": L2}} | changes
    slot = Slot({"name": "tiny"}, {"name": "user-time"}, "ease", {"l2": 500.0}, 0, tuning)
    return Cell(slot, json.dumps(tuning), "ease (tuned, 5 trials)", "linear", Limits())


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "key-of-before"
    folder.mkdir()
    begun.remember(_cell(), folder)
    (folder / "tune" / "trials.jsonl").write_text("\n", encoding="utf-8")
    return tmp_path


def test_the_same_ranges_or_another_budget_are_fine(scratch):
    begun.check([_cell(), _cell(trials=6)], scratch, anew=False)
    assert (scratch / "key-of-before" / "tune" / "trials.jsonl").is_file()


def test_other_ranges_are_refused_with_the_difference(scratch):
    wider = _cell(space={"l2": {**L2, "high": 5000.0}, "kind": {"choices": ["a", "b"]}})
    with pytest.raises(BadConfig) as told:
        begun.check([wider], scratch, anew=False)
    (line,) = str(told.value).splitlines()
    assert "ease (tuned, 5 trials), tiny: kind not searched → a, b; l2 10 … 1000 → 10 … 5000" in line
    assert "--rerun all" in line


def test_begun_anew_the_stopped_search_is_forgotten(scratch):
    begun.check([_cell(space={"l2": {**L2, "high": 5000.0}})], scratch, anew=True)
    assert not (scratch / "key-of-before").exists()


def test_damaged_notes_and_cells_without_a_search_are_nothing(scratch):
    (scratch / "key-of-before" / "tune" / "slot.json").write_text("{half", encoding="utf-8")
    begun.check([_cell(space={"l2": {**L2, "high": 5000.0}})], scratch, anew=False)
    plain = record().slot
    begun.check([Cell(plain, "k", "popularity", "baseline", Limits())], scratch, anew=False)
