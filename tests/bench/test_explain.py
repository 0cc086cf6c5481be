"""`bench plan --explain`: what changed since a cell last ran, from what to what."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from record_cases import record

from bench.explain import changed, explain, remember, remembered
from bench.limits import Limits
from bench.plan import Cell, decide
from bench.records import Record, Slot
from bench.store import Store

NOW: dict[str, Any] = {
    "data": "d1",
    "split": "s1",
    "source": "c1",
    "versions": {"numpy": "2.1", "scipy": "1.14"},
    "device": "cpu",
    "format": 1,
}
USUAL = Limits.model_construct(time=120.0, memory=2e9)
SLOT = Slot({"name": "tiny"}, {"name": "user-time", "test": 0.2}, "item-knn", {"neighbours": 50}, 0)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({}, ""),
        ({"source": "c0"}, "code changed"),
        ({"data": "d0", "split": "s0"}, "data changed"),
        ({"split": "s0"}, "split changed"),
        ({"versions": {"numpy": "2.0", "scipy": "1.14"}}, "library changed: numpy 2.0 → 2.1"),
        ({"versions": {"numpy": "2.1", "numba": "1"}}, "library changed: numba 1 → none, scipy none → 1.14"),
        ({"device": "cuda"}, "device changed"),
        ({"source": "c0", "versions": {}}, "code changed; library changed: numpy none → 2.1, scipy none → 1.14"),
    ],
)
def test_what_differs_is_named(before: dict[str, Any], said: str):
    assert changed(NOW | before, NOW) == said


def _cell(slot: Slot = SLOT, key: str = "b" * 64, **rest: Any) -> Cell:
    return Cell(slot, key, "item-knn", "neighbours", Limits(), ingredients=NOW, interactions=480, **rest)


def _why(tmp_path: Path, cell: Cell, rerun: str = "missing", *, old: Cell | None = None, **found: Any) -> str:
    """The reason for `cell`, in a store with one record."""
    store = Store(tmp_path / "store", create=True)
    store.commit(store.begin(), record(**({"slot": cell.slot, "key": "a" * 64} | found)))
    if old:
        remember([old], store)
    records = store.records()
    (decision,) = explain(decide([cell], store, rerun, USUAL, records), store, records, USUAL)
    assert decision.runs
    return decision.reason


def test_a_changed_library_is_told_from_what_to_what(tmp_path: Path):
    old = replace(_cell(key="a" * 64), ingredients=NOW | {"versions": {"numpy": "1.26", "scipy": "1.14"}})
    assert _why(tmp_path, _cell(), old=old) == "library changed: numpy 1.26 → 2.1"


def test_without_the_cache_the_record_tells_what_it_can(tmp_path: Path):
    same = {"data_hash": "d1", "split_hash": "s1", "provenance": {"versions": NOW["versions"]}}
    assert _why(tmp_path / "1", _cell(), **same | {"data_hash": "d0"}) == "data changed"
    assert _why(tmp_path / "2", _cell(), **same) == "stale: code, data or a library changed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"params": {"neighbours": 20}}, "parameters changed: neighbours 20 → 50"),
        ({"split": {"name": "user-time", "test": 0.3}}, "split changed: test 0.3 → 0.2"),
        ({"dataset": {"name": "tiny", "k_core": 5}}, "data set changed: k_core 5 → none"),
        ({"dataset": {"name": "other"}}, "new"),
        ({"seed": 1}, "new"),
        ({"algorithm": "ease"}, "new"),
        ({"params": {}, "split": {"name": "random"}}, "new"),
    ],
)
def test_a_slot_edited_in_one_place_is_told_apart_from_a_new_one(change: dict[str, Any], said: str, tmp_path: Path):
    assert _why(tmp_path, _cell(), slot=replace(SLOT, **change)) == said


def test_a_variant_that_is_still_asked_for_was_not_edited(tmp_path: Path):
    """A second point of a grid is new; it does not replace the first."""
    store = Store(tmp_path / "store", create=True)
    first, second = _cell(key="a" * 64), _cell(replace(SLOT, params={"neighbours": 90}))
    store.commit(store.begin(), record(slot=first.slot, key=first.key))
    records = store.records()
    decisions = explain(decide([first, second], store, "missing", USUAL, records), store, records, USUAL)
    assert [(decision.runs, decision.reason) for decision in decisions] == [(False, "done"), (True, "new")]


@pytest.mark.parametrize(
    ("found", "rerun", "said"),
    [
        ({"status": "failed"}, "failed", "failed"),
        ({"status": "ok"}, "all", "asked for"),
        ({"status": "timeout", "limits": {"time": 60.0, "memory": 1e9}}, "missing", "time 60 s → 120 s"),
        ({"status": "oom", "limits": {"time": 60.0, "memory": 1e9}}, "missing", "memory 1000 MB → 2000 MB"),
        ({"status": "timeout", "limits": {"time": 120.0, "memory": 1e9, "fit": 5.0}}, "missing", "fit 5 s → none"),
        (
            {"status": "skipped", "reason": "package 'x' is missing"},
            "missing",
            "skipped before: package 'x' is missing",
        ),
    ],
)
def test_a_known_cell_tells_how_it_ended_and_which_limit_grew(
    found: dict[str, Any], rerun: str, said: str, tmp_path: Path
):
    assert _why(tmp_path, _cell(), rerun, key="b" * 64, **found).endswith(said)


def test_the_cache_of_ingredients_may_be_deleted_or_damaged(tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    cell = _cell()
    remember([cell, cell], store)
    assert remembered(cell.key, store) == (NOW, 480)
    assert not any((store.folder / "tmp").iterdir())
    folder = store.folder / "cache" / "ingredients"
    for damage in ("", "[]", '{"ingredients": 3}', '{"ingredients": {}, "interactions": null}'):
        (folder / f"{cell.key}.json").write_text(damage, encoding="utf-8")
        assert remembered(cell.key, store) == ({}, 0)
    shutil.rmtree(folder)
    assert remembered(cell.key, store) == ({}, 0)
    record_: Record = record(slot=cell.slot, key="a" * 64)
    store.commit(store.begin(), record_)
    assert explain(decide([cell], store, "missing", USUAL), store, store.records(), USUAL)[0].runs
