"""Shipped settings: written from searches, taken where nothing else is said, and fit for the algorithms of today."""

import sys
import tomllib

import pytest
from harness import run_here

from bench import plan, presets
from bench.describe import describe
from bench.errors import BadConfig
from bench.limits import Tuning
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.presets import __main__ as writing
from bench.store import Store

SHIPPED = sorted(presets.FOLDER.glob("*.toml"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for module in (presets, writing):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    presets._file.cache_clear()
    yield tmp_path
    presets._file.cache_clear()


def matrix(preset="tuned", tuning=None, dataset=None, **spec):
    axes = Axes(datasets=[dataset or {"name": "tiny"}], splits=[{"name": "user-time"}], preset=preset, tuning=tuning)
    return Matrix(matrix=axes, algorithms=[AlgorithmSpec(**{"name": "ease", **spec})])


def test_the_best_of_a_search_is_written_and_taken_for_its_data_set(folder, small_data, tmp_path, monkeypatch):
    store = Store(tmp_path / "store", create=True)
    record = run_here(matrix("defaults", Tuning(trials=3), search={"l2": [1.0, 100.0]}), store)[1]
    monkeypatch.setattr(sys, "argv", ["presets", str(store.folder)])
    assert writing.main() == 0
    presets._file.cache_clear()
    written = tomllib.loads((folder / "tiny.toml").read_text(encoding="utf-8"))
    best = record.tuning["trials"][record.tuning["best"]]
    assert written["ease"]["params"] == best["params"]
    assert written["ease"]["budget"] == "3 trials"
    assert (written["ease"]["validation"], written["ease"]["trial"]) == (best["value"], best["number"])
    assert written["ease"]["space"] == record.slot.tuning["space"]
    (cell,) = plan.cells(matrix())
    assert cell.slot.params["l2"] == best["params"]["l2"]
    (usual,) = plan.cells(matrix("defaults"))
    assert usual.slot.params["l2"] == 500.0


def test_what_a_matrix_says_itself_and_other_data_are_left_alone(folder, small_data):
    (folder / "tiny.toml").write_text("[ease]\nparams = { l2 = 7.0 }\n", encoding="utf-8")
    assert [cell.slot.params["l2"] for cell in plan.cells(matrix(grid={"l2": [3.0, 4.0]}))] == [3.0, 4.0]
    assert plan.cells(matrix(dataset={"name": "tiny", "k_core": 2}))[0].slot.params["l2"] == 500.0
    assert plan.cells(matrix(name="popularity"))[0].label == "popularity"
    with pytest.raises(ValueError, match="a search starts with the defaults; leave out preset or tuning"):
        matrix(tuning=Tuning(trials=2))


def test_settings_that_no_longer_fit_are_told(folder, small_data):
    (folder / "tiny.toml").write_text("[ease]\nparams = { l3 = 7.0 }\n", encoding="utf-8")
    with pytest.raises(BadConfig, match=r"preset for data set 'tiny': .*unknown parameter 'l3'; did you mean 'l2'"):
        plan.cells(matrix())


def test_an_unknown_preset_is_refused_in_a_line(call, small_data, tmp_path):
    done = call("plan", "--algorithms", "ease", "--datasets", "tiny", "--preset", "tunned")
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert "--preset tunned: not one of defaults, tuned; did you mean 'tuned'?" in done.stderr


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_fits_the_algorithms_and_says_where_it_comes_from(path):
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    assert entries
    for found in describe([(name, entry["params"]) for name, entry in entries.items()]):
        assert not found.wrong
    for entry in entries.values():
        assert entry["params"].keys() == entry["space"].keys()
        assert entry["split"]["name"] and entry["budget"] and entry["seconds"] > 0
        assert entry["validation"] is not None


def test_what_has_no_tuned_settings_is_told_before_it_runs_with_its_defaults(folder, bench):
    done = bench.run("--datasets", "tiny", "--algorithms", "popularity,random", "--preset", "tuned")
    assert done.returncode == 0
    assert "warning: no tuned settings for tiny: popularity, random; defaults instead" in done.stdout
    (folder / "tiny.toml").write_text("[ease]\nparams = { l2 = 7.0 }\n", encoding="utf-8")
    assert presets.missing([{"name": "tiny"}], ["ease"]) == []
    assert presets.missing([{"name": "tiny", "k_core": 2}], ["ease"]) == [
        "no tuned settings for tiny (k_core=2): ease; defaults instead"
    ]
