"""Estimates of time and memory from earlier records. All expected values are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from record_cases import record

from bench.estimates import Estimate, Estimates
from bench.explain import remember
from bench.limits import Limits
from bench.plan import Cell
from bench.planned import Planned
from bench.records import Phase, Record, Slot
from bench.store import Store

USUAL = Limits.model_construct(time=60.0, memory=1e9)


def _slot(data: str = "small", **rest: Any) -> Slot:
    return Slot(**({"dataset": {"name": data}, "split": {"name": "random"}, "algorithm": "als"} | rest))


def _cell(data: str = "small", size: int = 1000, **rest: Any) -> Cell:
    slot = _slot(data, **({"params": {}, "seed": 0} | rest))
    split = Planned(data, "random", f"split of {data}", f"hash of {data}")
    return Cell(slot, repr(slot), "als", "factors", Limits(), split=split, interactions=size)


def _record(data: str = "small", **rest: Any) -> Record:
    changes = {name: rest.pop(name) for name in ("params", "seed", "split", "algorithm") if name in rest}
    values = {"slot": _slot(data, **({"params": {}, "seed": 0} | changes)), "data_hash": f"hash of {data}"}
    return record(**(values | {"wall": 5.0, "memory": 350 * 10**6} | rest))


def _estimates(cells: list[Cell], *records: Record, **rest: Any) -> Estimates:
    return Estimates(cells, records, USUAL, None, **rest)


def test_the_same_data_cost_the_same():
    cell = _cell(seed=3)
    assert _estimates([cell], _record()).of(cell) == Estimate(5.0, 350e6)
    assert _estimates([cell], _record(algorithm="ease")).of(cell) is None
    assert _estimates([cell]).of(cell) is None
    skipped = replace(cell, problem="no ratings")
    assert _estimates([skipped]).of(skipped) == Estimate(0.0, 0.0)


def test_other_data_are_scaled_by_interactions_but_for_start_up():
    """5 s of which 1 s is start-up, and 350 MB of which 150 MB are there without data; ten times the data."""
    small, large = _cell(), _cell("large", 10_000)
    phases = {"load": Phase(1.0, 1.0, 1), "fit": Phase(3.0, 3.0, 1)}
    found = _estimates([small, large], _record(phases=phases)).of(large)
    assert found is not None
    assert found.seconds == pytest.approx(1 + 4 * 10)
    assert found.memory == pytest.approx(150e6 + 200e6 * 10)


def test_data_of_unknown_size_tell_nothing_unless_the_store_remembers(tmp_path: Path):
    cell = _cell("large", 10_000)
    assert _estimates([cell], _record()).of(cell) is None
    store = Store(tmp_path / "store", create=True)
    known = replace(_cell(), key="ab" * 32)
    remember([known], store)
    found = Estimates([cell], [_record(key=known.key)], USUAL, store).of(cell)
    assert found == Estimate(50.0, 150e6 + 200e6 * 10)


def test_the_nearest_record_counts():
    """The same data go before the same parameters, these before the same split, and that before a good end."""
    cells = [cell, *_] = [_cell(), _cell("large", 10_000)]
    far = _record("large", wall=100.0)
    other_params = _record(params={"factors": 8}, wall=7.0)
    other_split = _record(split={"name": "user-time"}, wall=8.0)
    ended = _record(status="timeout", wall=60.5)

    def seconds(*records: Record) -> float:
        found = _estimates(cells, *records).of(cell)
        assert found is not None
        return found.seconds

    assert seconds(far) == 10.0
    assert seconds(far, other_params) == 7.0
    assert seconds(far, other_split, other_params) == 8.0
    assert seconds(other_split, ended, far) == 60.5
    assert seconds(ended, _record(wall=6.0), other_split) == 6.0
    assert seconds(_record(wall=6.0), ended) == 6.0, "a good end is kept when a later attempt was slower"


def test_what_failed_early_tells_nothing():
    for status in ("failed", "crashed", "skipped", "interrupted", "no_result", "invalid_output"):
        assert _estimates([_cell()], _record(status=status)).of(_cell()) is None


def test_a_guess_where_nothing_is_known():
    als, ease, unknown = _cell(), _cell(algorithm="ease"), _cell(algorithm="bpr")
    cells = [als, ease, unknown]
    assert _estimates(cells).guess(unknown) == 6.0, "a tenth of the time limit"
    assert _estimates(cells, budget=20.0).guess(unknown) == 2.0, "a tenth of the budget"
    own = replace(unknown, limits=Limits.model_construct(time=30.0))
    assert _estimates(cells).guess(own) == 3.0
    estimates = _estimates(cells, _record(wall=5.0), _record(algorithm="ease", wall=8.0))
    assert estimates.guess(unknown) == 6.5, "the mean of 5 and 8"
    estimates.add(_record(algorithm="bpr", wall=20.0))
    assert estimates.guess(unknown) == 20.0
    assert estimates.guess(als) == 5.0


def test_what_will_break_a_limit_is_named():
    cell = _cell()
    assert _estimates([cell], _record()).over(cell) == ""
    assert _estimates([cell]).over(cell) == ""
    assert _estimates([cell], _record(status="timeout", wall=60.4)).over(cell) == "about 60 s of 60 s"
    assert _estimates([cell], _record(memory=2 * 10**9)).over(cell) == "about 2000 MB of 1000 MB"
    own = replace(cell, limits=Limits.model_construct(time=4.0))
    assert _estimates([own], _record()).over(own) == "about 5 s of 4 s"


def test_a_search_costs_its_trials_and_no_more_than_its_time():
    """5 s of which 1 s is start-up: four for each trial, and for the last fit."""
    phases = {"load": Phase(1.0, 1.0, 1), "fit": Phase(3.0, 3.0, 1)}
    tuning = {"space": {}, "metric": "ndcg@10"}
    many, short = (_cell(tuning={**tuning, "trials": 50}), _cell(tuning={**tuning, "trials": 50, "time": 30.0}))
    found = _estimates([many, short], _record(phases=phases))
    assert [found.guess(cell) for cell in (many, short)] == [pytest.approx(5 + 50 * 4), pytest.approx(5 + 30)]
    assert found.over(many) == ""  # the limit of a minute is one for each trial


def test_what_a_search_cost_tells_nothing_of_a_plain_cell():
    searched = _slot(params={}, seed=0, tuning={"space": {}, "trials": 50})
    assert _estimates([_cell()], _record(slot=searched)).of(_cell()) is None
