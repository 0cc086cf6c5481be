"""The order of cells, the budget, and cells beside each other."""

from __future__ import annotations

import itertools
import json
import time

import pytest
from command_line import Call, one_line
from harness import Bench

from bench import options
from bench.budget import Budget, informative, ordered
from bench.limits import Limits
from bench.plan import Cell
from bench.records import Slot
from bench.store import Store


def _cell(algorithm: str, data: str = "d1", split: str = "s1", seed: int = 0) -> Cell:
    slot = Slot({"name": data}, {"name": split}, algorithm, {}, seed)
    return Cell(slot, repr(slot), algorithm, "family", Limits())


SECONDS = {"slow": 30.0, "quick": 1.0, "middling": 5.0}
CELLS = [_cell(name) for name in ("middling", "slow", "quick")]


def _seconds(cell: Cell) -> float:
    return SECONDS[cell.slot.algorithm]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("given", ["middling", "slow", "quick"]),
        ("shortest", ["quick", "middling", "slow"]),
        ("longest", ["slow", "middling", "quick"]),
    ],
)
def test_orders(order: str, expected: list[str]):
    assert [cell.label for cell in ordered(CELLS, order, _seconds)] == expected


@pytest.mark.parametrize("order", ["shortest", "longest"])
def test_equal_cells_stay_in_the_order_of_the_matrix(order: str):
    cells = [_cell("quick", seed=seed) for seed in (2, 0, 1)]
    assert ordered(cells, order, _seconds) == cells


def test_every_algorithm_on_the_first_data_split_and_seed_comes_first():
    """The plan has data sets outermost and seeds innermost, as `plan.cells` makes it."""
    axes = itertools.product(("d2", "d1"), ("s1", "s2"), ("a", "b"), (7, 3))
    planned = [_cell(algorithm, data, split, seed) for data, split, algorithm, seed in axes]
    found = [(c.slot.dataset["name"], c.slot.split["name"], c.slot.seed) for c in informative(planned, planned)]
    groups = [("d2", "s1", 7), ("d1", "s1", 7), ("d2", "s2", 7), ("d1", "s2", 7)]
    groups += [(data, split, 3) for data, split, _ in groups]
    assert found == [group for group in groups for _ in ("a", "b")]
    some = informative(planned[2:], planned)
    assert some[0].slot == planned[2].slot, "what is first is said by the plan, not by what is left of it"


def test_a_cell_starts_only_if_it_fits_in_what_is_left(monkeypatch: pytest.MonkeyPatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    budget = Budget(20.0, _seconds)
    middling, slow, quick = CELLS
    assert budget.admits(middling)
    assert not budget.admits(slow)
    now = 118.5
    assert budget.admits(quick)
    assert not budget.admits(middling)
    assert budget.left_out == [slow, middling]


MATRIX = """
[matrix]
datasets = ["tiny"]
splits = ["user-time"]

[[algorithms]]
name = "zoo-slow"
grid = { seconds = [0.0, 3.0] }

[[algorithms]]
name = "popularity"
"""


def test_a_budget_leaves_out_what_does_not_fit_and_says_so(bench: Bench):
    path = bench.matrix(MATRIX)
    first = bench.run(path, "--order", "shortest", "--timing-exclusive")
    assert first.returncode == 0, first.stdout
    planned = json.loads(bench("plan", path, "--store", bench.store, "--rerun", "all", "--json").stdout)
    slow = next(row for row in planned if "seconds=3.0" in row["algorithm"])
    record = next(record for record in bench.records() if "seconds=3.0" in record.label)
    assert slow["seconds"] == pytest.approx(record.wall)
    assert slow["mb"] == pytest.approx(record.memory / 1e6)
    again = bench.run(path, "--rerun", "all", "--jobs", 1, "--order", "longest", "--budget", "2.9s")
    assert again.returncode == 0, again.stdout
    (told,) = [line for line in again.stdout.splitlines() if "left out" in line]
    assert "budget of 2.9s: zoo-slow (seconds=3.0) · tiny · user-time · seed 0" in told
    assert [record.label for record in bench.records()].count("zoo-slow (seconds=3.0)") == 1


def test_what_will_not_fit_is_named_before_the_start(kept_store: Store, call: Call):
    """No cell starts here: the budget is too small for any."""
    words = ("--algorithms", "popularity", "--datasets", "tiny", "--store", kept_store.folder, "--rerun", "all")
    done = call("run", *words, "--limit-time", "0.01s", "--budget", "0.01s")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1 cells to run")
    (record,) = kept_store.records()
    cost = f"popularity · tiny · user-time · seed 0 (about {record.wall:.0f} s of 0 s)"
    assert lines[1] == f"warning: probably over the limit, by earlier results: {cost}"
    left = "1 of 1 cells left out, they did not fit into the budget of 0.01s: popularity · tiny · user-time · seed 0"
    assert lines[2] == left
    assert done.code == 0


def test_plan_shows_costs_reasons_and_a_total(kept_store: Store, call: Call):
    words = ("plan", "--algorithms", "popularity,random", "--datasets", "tiny", "--store", kept_store.folder)
    (record,) = kept_store.records()
    done = call(*words, "--explain")
    kept, new = [line.split() for line in done.stdout.splitlines() if "user-time" in line]
    assert kept[:3] == ["keep", "done", "popularity"]
    assert new[:3] == ["run", "new", "random"]
    assert new[-2:] == ["unknown", "unknown"]
    assert done.stdout.splitlines()[-1] == "1 of 2 cells would run; time and memory unknown"
    total = call(*words, "--rerun", "all").stdout.splitlines()[-1]
    assert total.startswith("2 of 2 cells would run: about ")
    assert total.endswith(f"one after the other, at most {record.memory / 1e6:.0f} MB, and 1 of unknown cost")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--order", "shorter"], "--order shorter: not one of given, shortest, longest"),
        (["--budget", "2 hours"], "'2 hours' is not a number above 0 with one of the units"),
        (["--budget", "0s"], "'0s' is not a number above 0"),
        (["--timing-exclusive", "--jobs", "2"], "--timing-exclusive runs one cell at a time"),
        (["--threads", "4", "--timing-exclusive"], "--threads 4 is more than the 3 usable cores"),
    ],
)
def test_wrong_options_are_one_line(words: list[str], said: str, call: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(options, "usable_cores", lambda: 3)
    done = call("run", *words)
    assert done.code == 2
    assert said in one_line(done)


def test_cells_share_the_usable_cores(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(options, "usable_cores", lambda: 3)
    monkeypatch.setattr(options, "default_jobs", lambda threads: 4 // threads)
    assert [options.Options(threads=n).cells_at_a_time() for n in (1, 2, 3)] == [3, 1, 1]
    assert options.Options(timing_exclusive=True).cells_at_a_time() == 1
    assert options.Options(threads=8, jobs=2).cells_at_a_time() == 2, "asked for in so many words"
