"""A search that was stopped goes on in its own ranges only."""

import json

import pytest
from record_cases import record

from bench.errors import BadConfig
from bench.limits import Limits
from bench.plan import Cell
from bench.records import Slot
from bench.store import Store
from bench.tuning import begun

L2 = {"low": 10.0, "high": 1000.0, "log": True, "integer": False}


def _cell(**changes):
    tuning = {"trials": 5, "metric": "ndcg@10", "space": {"l2": L2}} | changes
    slot = Slot({"name": "tiny"}, {"name": "user-time"}, "ease", {"l2": 500.0}, 0, tuning)
    return Cell(slot, json.dumps(tuning), "ease (tuned, 5 trials)", "linear", Limits())


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store", create=True)
    folder = store.scratch / "key-of-before"
    folder.mkdir(parents=True)
    begun.remember(_cell(), folder)
    (folder / "tune" / "trials.jsonl").write_text("\n", encoding="utf-8")
    return store


def test_the_same_ranges_or_another_budget_are_fine(store):
    begun.check([_cell(), _cell(trials=6)], store, anew=False)
    assert (store.scratch / "key-of-before" / "tune" / "trials.jsonl").is_file()


def test_other_ranges_are_refused_with_the_difference(store):
    wider = _cell(space={"l2": {**L2, "high": 5000.0}, "kind": {"choices": ["a", "b"]}})
    with pytest.raises(BadConfig) as told:
        begun.check([wider], store, anew=False)
    (line,) = str(told.value).splitlines()
    assert "ease (tuned, 5 trials), tiny: kind not searched → a, b; l2 10 … 1000 → 10 … 5000" in line
    assert "--rerun all" in line


def test_begun_anew_the_stopped_search_is_forgotten(store):
    begun.check([_cell(space={"l2": {**L2, "high": 5000.0}})], store, anew=True)
    assert not (store.scratch / "key-of-before").exists()


def test_damaged_notes_and_cells_without_a_search_are_nothing(store):
    (store.scratch / "key-of-before" / "tune" / "slot.json").write_text("{half", encoding="utf-8")
    begun.check([_cell(space={"l2": {**L2, "high": 5000.0}})], store, anew=False)
    plain = record().slot
    begun.check([Cell(plain, "k", "popularity", "baseline", Limits())], store, anew=True)
    assert (store.scratch / "key-of-before").is_dir()  # and nothing is taken away for them


def test_a_search_that_another_run_is_making_is_left_to_it(store):
    wider = _cell(space={"l2": {**L2, "high": 5000.0}})
    with store.claim("key-of-before") as held:
        assert held
        begun.check([wider], store, anew=True)
        begun.check([wider], store, anew=False)
    assert (store.scratch / "key-of-before").is_dir()


def test_one_of_two_tables_of_an_algorithm_goes_on_with_its_own(store):
    wider = _cell(space={"l2": {**L2, "high": 5000.0}})
    for cells in ([_cell(), wider], [wider, _cell()]):
        begun.check(cells, store, anew=True)
        assert (store.scratch / "key-of-before").is_dir()
    begun.check([wider], store, anew=True)
    assert not (store.scratch / "key-of-before").exists()
