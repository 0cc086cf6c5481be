"""Planning: which cells there are, what their keys depend on, and which of them run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness import ZOO, tiny_rows, write_csv
from record_cases import record

from bench import describe, plan, provenance, registry, sources
from bench.datasets.imported import import_file
from bench.errors import BadConfig
from bench.limits import Limits
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.plan import Cell, Decision
from bench.records import Record
from bench.store import Store

DATA: dict[str, Any] = {"datasets": [{"name": "tiny"}], "splits": [{"name": "user-time"}]}


@pytest.fixture(autouse=True, scope="module")
def with_zoo(small_data: None) -> Iterator[None]:
    """The zoo is installed, and each algorithm is asked only once what it says of itself."""
    known: dict[str, Any] = {}

    def described(wanted: list[Any]) -> list[Any]:
        new = [want for want in wanted if json.dumps(want) not in known]
        known.update(zip(map(json.dumps, new), describe.describe(new), strict=True))
        return [known[json.dumps(want)] for want in wanted]

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ZOO))
        patch.setenv("PYTHONPATH", str(ZOO), prepend=":")
        patch.setattr(plan, "describe", described)
        registry.entries.cache_clear()
        sources.path_of.cache_clear()
        yield
    registry.entries.cache_clear()
    sources.path_of.cache_clear()


def _matrix(*specs: str | dict[str, Any], **axes: Any) -> Matrix:
    named = [AlgorithmSpec(**({"name": spec} if isinstance(spec, str) else spec)) for spec in specs]
    return Matrix(matrix=Axes(**(DATA | axes)), algorithms=named)


def test_every_combination_is_one_cell_with_its_own_key():
    grid = {"name": "zoo-slow", "grid": {"seconds": [0.0, 0.5], "variant": [0, 1]}}
    axes = {"seeds": [0, 1], "splits": [{"name": "user-time"}, {"name": "user-time", "test": 0.3}, {"name": "random"}]}
    matrix = _matrix(grid, "popularity", datasets=[{"name": "tiny"}, {"name": "secrets"}], **axes)
    cells = plan.cells(matrix)
    assert len(cells) == matrix.size() == 2 * 3 * 2 * 5
    assert len({cell.key for cell in cells}) == len(cells)
    assert len({cell.slot.id for cell in cells}) == len(cells)
    assert {cell.label for cell in cells} == {
        "popularity",
        "zoo-slow (seconds=0.0)",
        "zoo-slow (seconds=0.0, variant=1)",
        "zoo-slow (seconds=0.5)",
        "zoo-slow (seconds=0.5, variant=1)",
    }
    assert plan.cells(matrix)[7].key == cells[7].key, "a key does not vary from call to call"


def test_a_default_and_the_same_value_written_out_are_one_cell():
    """They would give the same number twice, or run against each other."""
    specs = ["zoo-slow", {"name": "zoo-slow", "params": {"seconds": 0.3}}, {"name": "zoo-slow", "params": {}}]
    try:
        cells = plan.cells(_matrix(*specs))
    except BadConfig as error:
        assert "twice" in str(error)
    else:
        assert len(cells) == len({cell.key for cell in cells}) == 1


def test_the_options_of_a_split_written_out_are_the_same_split():
    """Otherwise a report would show one split as two."""
    short, full = ({"name": "user-time"}, {"name": "user-time", "test": 0.2, "validation": 0.1})
    first, second = (plan.cells(_matrix("popularity", splits=[spec]))[0] for spec in (short, full))
    assert first.slot.id == second.slot.id
    assert first.key == second.key


def _key(algorithm: str = "zoo-tame", **axes: Any) -> str:
    (cell,) = plan.cells(_matrix(algorithm, **axes))
    return cell.key


def test_what_can_change_a_number_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = {"plain": _key(), "again": _key()}
    assert keys.pop("again") == keys["plain"]
    keys["split"] = _key(splits=[{"name": "user-time", "validation": 0}])
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "versions", lambda module: {"numpy": "0.1"})
        keys["version"] = _key()
    with monkeypatch.context() as patch:
        patch.setattr(sources, "source_hash", lambda module: "other code")
        keys["source"] = _key()
    (cell,) = plan.cells(_matrix("zoo-tame"), device="cuda")
    keys["device"] = cell.key
    user, item, rating, time = tiny_rows()[-1]
    changed = [*tiny_rows()[:-1], (user, item, 1.0 if rating != 1.0 else 2.0, time)]
    columns: dict[str, Any] = {"user": "user", "item": "item", "rating": "rating", "time": "time", "time_unit": "s"}
    for name, values in (("rows", tiny_rows()), ("changed", changed)):
        import_file(write_csv(tmp_path / "d.csv", values), "versioned", scale=(1, 5), replace=True, **columns)
        keys[name] = _key(datasets=[{"name": "versioned"}])
    assert len(set(keys.values())) == len(keys), keys


def test_a_changed_file_of_the_plug_in_makes_a_stored_result_stale(tmp_path: Path):
    module = next(iter(sources.closure("zoo.tame").values()))
    assert module.exists()
    store = Store(tmp_path / "store", create=True)
    (cell,) = plan.cells(_matrix("zoo-tame"))
    store.commit(store.begin(), record(key="0" * 64, slot=cell.slot))
    (decision,) = plan.decide([cell], store, "missing", Limits())
    assert decision.runs
    assert decision.reason.startswith("stale")


def test_all_wrong_names_and_values_are_told_at_once():
    matrix = _matrix(
        "populraity",
        {"name": "zoo-slow", "params": {"seconds": -1, "varient": 2}},
        {"name": "bias", "grid": {"nonsense": [1, 2]}},
        datasets=[{"name": "tinny"}, {"name": "tiny", "kcore": 5}],
        splits=[{"name": "user-tiem"}, {"name": "user-time", "tset": 0.5}, {"name": "random", "test": 2}],
        metrics=["ndgc@10", "recall", "precision@0", "ndcg@10"],
    )
    with pytest.raises(BadConfig) as caught:
        plan.check(matrix)
    told = str(caught.value)
    for part in (
        "unknown algorithm 'populraity'; did you mean 'popularity'?",
        "algorithm 'zoo-slow': parameter 'seconds': input should be greater than or equal to 0, not -1",
        "unknown parameter 'varient'; did you mean 'variant'?",
        "algorithm 'bias': unknown parameter 'nonsense'",
        "unknown data set 'tinny'; did you mean 'tiny'?",
        "unknown data set option 'kcore'; did you mean 'k_core'?",
        "unknown split 'user-tiem'; did you mean 'user-time'?",
        "split 'user-time': unknown parameter 'tset'; did you mean 'test'?",
        "split 'random': parameter 'test'",
        "metric 'ndgc@10': unknown name; did you mean 'ndcg'?",
        "metric 'recall'",
        "metric 'precision@0'",
    ):
        assert part in told
    assert len(told.splitlines()) >= 11


def test_a_need_that_the_data_does_not_meet_is_the_reason_to_skip(tmp_path: Path):
    path = write_csv(tmp_path / "d.csv", tiny_rows(8, 12, 5))
    import_file(path, "bare", user="user", item="item")
    bias, popularity = plan.cells(
        _matrix("bias", "popularity", datasets=[{"name": "bare"}], splits=[{"name": "random"}])
    )
    assert "needs ratings" in bias.problem
    assert "'bare'" in bias.problem
    assert popularity.problem == ""
    (ordered,) = plan.cells(_matrix("popularity", datasets=[{"name": "bare"}]))
    assert "needs times or an order" in ordered.problem


@pytest.mark.parametrize("rows", [[("u", "i", 3, 1)], [("u", "i", 3, 1), ("v", "i", 3, 1)]])
def test_data_that_cannot_be_divided_is_skipped_with_the_counts(rows: list[Any], tmp_path: Path):
    import_file(write_csv(tmp_path / "d.csv", rows), "lonely", user="user", item="item", time="time", replace=True)
    (cell,) = plan.cells(_matrix("popularity", datasets=[{"name": "lonely"}]))
    assert f"{len(rows)} training and 0 test interactions" in cell.problem
    assert cell.split is None


# Which cells run. The cell and its record are made up.

CELL = Cell(record().slot, record().key, "popularity", "baseline", Limits())
USUAL = Limits.model_construct(time=60.0, memory=1e9)


def _decided(found: Record | None, rerun: str = "missing", cell: Cell = CELL, usual: Limits = USUAL) -> Decision:
    class Kept:
        def best(self, _: object) -> dict[str, Record]:
            return {found.key: found} if found else {}

        def answers(self, record: Record) -> None:
            """They are intact."""

    (decision,) = plan.decide([cell], Kept(), rerun, usual)  # type: ignore[arg-type]
    return decision


@pytest.mark.parametrize(
    ("status", "missing", "failed"),
    [
        ("ok", False, False),
        ("failed", False, True),
        ("crashed", False, True),
        ("invalid_output", False, True),
        ("no_result", False, True),
        ("timeout", False, True),
        ("oom", False, True),
        ("interrupted", True, True),
    ],
)
def test_what_runs_again(status: str, missing: bool, failed: bool):
    assert _decided(None).runs
    found = record(status=status)
    assert _decided(found).runs is missing
    assert _decided(found, "failed").runs is failed
    assert not _decided(found, "stale").runs, "only what has changed"
    assert _decided(found, "all").runs
    assert _decided(found).record == found


@pytest.mark.parametrize(("status", "limit"), [("timeout", "time"), ("oom", "memory")])
def test_a_raised_limit_runs_a_cell_again(status: str, limit: str):
    found = record(status=status, limits={"time": 60.0, "memory": 1e9})
    raised = Limits.model_construct(**{"time": 60.0, "memory": 1e9, limit: 2e9})
    other = Limits.model_construct(**{"time": 2e9, "memory": 2e9, limit: found.limits[limit]})
    assert not _decided(found).runs
    assert _decided(found, usual=raised).runs
    assert "limit raised" in _decided(found, usual=raised).reason
    assert not _decided(found, usual=other).runs, "the limit that was not met does not matter"
    own = replace(CELL, limits=Limits.model_construct(**{"time": None, "memory": None, limit: 3e9}))
    assert _decided(found, cell=own).runs, "the limit of the cell itself goes before that of the run"


def test_a_raised_limit_of_a_phase_runs_a_cell_again():
    found = record(status="timeout", limits={"time": 60.0, "memory": 1e9, "fit": 10.0})
    for fit, runs in ((10.0, False), (20.0, True), (None, True)):
        cell = replace(CELL, limits=Limits.model_construct(fit=fit))
        assert _decided(found, cell=cell).runs is runs, fit
    assert not _decided(record(status="oom", limits=found.limits)).runs, "memory ran out, not time"


def test_a_skipped_cell_runs_as_soon_as_nothing_is_in_its_way():
    found = record(status="skipped", reason="package 'x' is not installed")
    assert _decided(found).runs
    assert not _decided(found, cell=replace(CELL, problem="package 'x' is not installed")).runs


def test_what_a_given_split_lacks_is_known_before_anything_runs(tmp_path: Path):
    for name, row in (("train", "u000,i001"), ("test", "u000,i002\nu001,i001")):
        (tmp_path / f"{name}.csv").write_text(f"user,item\n{row}\n", encoding="utf-8")
    split = {"name": "given", **{part: str(tmp_path / f"{part}.csv") for part in ("train", "test")}}
    rated, unrated = plan.cells(_matrix("bias", splits=[{"name": "user-time"}, split]))
    assert rated.problem == ""
    assert unrated.problem.startswith("needs ratings, which split 'given' of data set 'tiny'")


def test_the_code_needs_and_libraries_of_the_parts_of_a_hybrid_are_its_own(monkeypatch: pytest.MonkeyPatch):
    def hybrid(first: str, second: str) -> plan.Cell:
        (cell,) = plan.cells(_matrix({"name": "hybrid-rrf", "params": {"first": first, "second": second}}))
        return cell

    before = {names: hybrid(*names).key for names in (("bias", "ease"), ("popularity", "ease"))}
    assert len(set(before.values())) == 2
    known = sources.closure
    changed = {"changed": sources.path_of("bench.errors")}
    monkeypatch.setattr(
        sources,
        "closure",
        lambda module, **options: {**known(module, **options), **(changed if module.endswith(".bias") else {})},
    )
    assert hybrid("bias", "ease").key != before["bias", "ease"]
    assert hybrid("popularity", "ease").key == before["popularity", "ease"]
    assert "implicit" in hybrid("implicit-als", "bias").versions
    assert hybrid("popularity", "content-tfidf").problem.startswith("needs item text")
    inside = {"name": "hybrid-rrf", "params": {"k": 9, "second": {"name": "ease", "params": {"l2": 7}}}}
    (cell,) = plan.cells(_matrix({"name": "hybrid-weighted", "params": {"first": inside, "second": "bias"}}))
    assert cell.label == "hybrid-weighted (first=hybrid-rrf (second=ease (l2=7.0), k=9.0), second=bias)"
