"""Tuned cells: the same budget, the defaults first, the best on the validation part, whatever trials do."""

import os
import signal

import pytest
from harness import alive, run_here, until

from bench import plan
from bench.again import cell_of
from bench.errors import BadConfig
from bench.limits import Limits, Tuning
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.store import Store


def matrix(tuning, name="zoo-tunable", seeds=(0,), split=None, **spec):
    axes = Axes(
        datasets=[{"name": "tiny"}],
        splits=[split or {"name": "user-time", "validation": 0.2}],
        seeds=list(seeds),
        tuning=Tuning(**tuning) if tuning else None,
    )
    return Matrix(matrix=axes, algorithms=[AlgorithmSpec(name=name, **spec)])


@pytest.fixture
def notes(tmp_path, monkeypatch):
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv("ZOO_NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes" / "fits"


@pytest.fixture
def store(with_zoo, tmp_path):
    return Store(tmp_path / "store", create=True)


def _fits(notes):
    return [float(line.split()[0]) for line in notes.read_text(encoding="utf-8").splitlines()]


def _trials(record):
    return record.tuning["trials"]


def test_each_algorithm_has_a_cell_as_it_is_and_one_that_is_tuned(with_zoo):
    plain = plan.cells(matrix(None))
    both = plan.cells(matrix({"trials": 5, "time": "2m"}, seeds=(0, 1)))
    assert [cell.label for cell in both] == ["zoo-tunable", "zoo-tunable (tuned, 5 trials, 2 min)"] * 2
    assert both[0].key == plain[0].key  # a store of cells without tuning stays what it is
    assert len({cell.key for cell in both}) == len({cell.slot.id for cell in both}) == 4
    space = {"place": {"low": 0.0, "high": 1.0, "log": False, "integer": False}}
    assert both[1].slot.tuning == {"space": space, "trials": 5, "time": 120.0, "metric": "ndcg@10"}
    assert both[1].versions.keys() - both[0].versions.keys() == {"optuna", "psutil", "recmatrix"}
    assert len(plan.cells(matrix({"trials": 5}, params={"place": 0.5}))) == 1  # nothing is left to tune
    (_, fixed) = plan.cells(matrix({"trials": 5}, params={"pause": 0.5}))
    assert fixed.label == "zoo-tunable (pause=0.5, tuned, 5 trials)"


def test_another_range_budget_or_metric_is_another_cell(with_zoo):
    asked = [
        matrix({"trials": 5}),
        matrix({"trials": 6}),
        matrix({"trials": 5, "time": "1m"}),
        matrix({"trials": 5, "metric": "ndcg@5"}),
        matrix({"trials": 5}, search={"place": [0.2, 0.9]}),
    ]
    assert len({plan.cells(one)[1].key for one in asked}) == len(asked)
    own = [plan.cells(matrix({"trials": 5}, search={"place": [low, 0.9]}))[1].label for low in (0.0, 0.1)]
    assert len({plan.cells(matrix({"trials": 5}))[1].label, *own}) == 3  # none of them is taken for another one


def test_the_best_on_the_validation_part_is_fitted_and_asked(store, notes):
    plain, tuned = run_here(matrix({"trials": 12}), store)
    assert (plain.status, tuned.status) == ("ok", "ok"), tuned.reason
    trials = _trials(tuned)
    assert [trial["number"] for trial in trials] == list(range(12))
    assert trials[0]["params"] == {"place": 0.1}  # the defaults come first
    best = max(trials, key=lambda trial: trial["value"])
    assert tuned.tuning["best"] == best["number"]
    assert best["value"] > trials[0]["value"]
    tried = [trial["params"]["place"] for trial in trials]
    assert sorted(_fits(notes)) == sorted([0.1, *tried, best["params"]["place"]])  # the best one is fitted once more
    assert tuned.slot.params == plain.slot.params
    assert "tune" in tuned.phases
    assert store.answers(tuned).better.sum() < store.answers(plain).better.sum()


def test_the_same_seed_gives_the_same_search(store, tmp_path):
    first = run_here(matrix({"trials": 6}), store)[1]
    again = run_here(matrix({"trials": 6}), Store(tmp_path / "other", create=True))[1]

    def told(record):
        return [(trial["params"], trial["value"], trial["status"]) for trial in _trials(record)]

    assert told(first) == told(again)
    assert first.files["ranks.parquet"] == again.files["ranks.parquet"]
    other = run_here(matrix({"trials": 6}, seeds=(1,)), store)[1]
    assert told(other)[0] == told(first)[0]  # nothing of this plug-in depends on the seed but what is tried
    assert told(other)[1:] != told(first)[1:]


@pytest.mark.parametrize(
    ("trouble", "status", "said", "limits"),
    [
        ("raises", "failed", "ValueError: no place like", {}),
        ("dies", "no_result", "", {}),
        ("sleeps", "timeout", "over the limit of 10 s", {"time": "10s"}),
        ("hogs", "oom", "over the limit of 600 MB", {"memory": "600MB"}),
    ],
)
def test_a_trial_that_fails_is_recorded_and_the_search_goes_on(store, trouble, status, said, limits):
    asked = matrix({"trials": 4}, search={"trouble": ["none", trouble]}, limits=Limits(**limits), params={"place": 0.7})
    record = run_here(asked, store)[1]
    assert record.status == "ok", record.reason
    found = {trial["params"]["trouble"]: trial for trial in _trials(record)}
    assert found["none"]["status"] == "ok"
    if trouble == "dies":
        assert found[trouble]["status"] in ("no_result", "crashed")
    else:
        assert found[trouble]["status"] == status
        assert said in found[trouble]["reason"]
    assert record.tuning["best"] == found["none"]["number"]
    assert len(_trials(record)) == 2  # there is nothing else to try


def test_limits_hold_for_each_trial_and_not_for_all_of_them(store):
    asked = matrix({"trials": 5}, params={"pause": 2.5}, limits=Limits(time="10s"))
    record = run_here(asked, store)[1]
    assert record.status == "ok", record.reason
    assert record.wall > 12


def test_a_budget_in_seconds_is_kept_to(store):
    record = run_here(matrix({"time": "4s"}, params={"pause": 0.7}), store)[1]
    trials = _trials(record)
    assert sum(trial["seconds"] for trial in trials) == pytest.approx(4, rel=0.05)
    assert trials[-1]["status"] == "cut"
    assert record.status == "ok"


def test_a_trial_that_does_not_come_back_to_python_is_cut_from_outside(store):
    asked = matrix({"time": "6s"}, search={"trouble": ["none", "calls-c"]}, params={"place": 0.7})
    record = run_here(asked, store)[1]
    assert record.status == "ok", record.reason
    found = {trial["params"]["trouble"]: trial["status"] for trial in _trials(record)}
    assert found == {"none": "ok", "calls-c": "cut"}
    assert _trials(record)[1]["seconds"] < 6 + 2.5  # a second of patience, and a look ten times a second


def test_processes_that_die_use_up_the_budget_and_leave_the_result(store):
    asked = matrix({"time": "8s"}, search={"place": [0.1, 0.9]}, params={"trouble": "dies"})
    record = run_here(asked, store)[1]
    assert record.status == "crashed"  # as the defaults do without a search
    assert {trial["status"] for trial in _trials(record)} <= {"crashed", "cut"}
    assert 8 <= sum(trial["seconds"] for trial in _trials(record)) < 16
    assert record.wall < 60


def test_proposals_and_new_processes_are_paid_from_the_budget(store):
    record = run_here(matrix({"time": "6s"}), store)[1]
    assert record.phases["tune"].wall == pytest.approx(6, rel=0.1)
    assert len(_trials(record)) > 20


def test_a_limit_of_the_last_fit_holds_for_trials_too(store):
    asked = matrix({"trials": 3}, search={"pause": [0.0, 60.0]}, params={"place": 0.7}, limits=Limits(fit="2s"))
    record = run_here(asked, store)[1]
    assert record.status == "ok", record.reason
    assert {trial["status"] for trial in _trials(record)} == {"ok", "timeout"}


def test_a_budget_that_ends_in_the_first_trial_leaves_the_defaults_with_a_warning(store):
    record = run_here(matrix({"time": "0.5s"}, params={"pause": 1.5}), store)[1]
    assert record.status == "ok", record.reason
    assert record.tuning["best"] is None
    assert [trial["status"] for trial in _trials(record)] == ["cut"]
    assert "the budget of 0.5 s was too small for one trial: these are the defaults" in record.warnings


def test_a_search_that_was_killed_goes_on_where_it_was(bench, with_zoo, notes, tmp_path):
    other = Store(tmp_path / "other", create=True)
    undisturbed = run_here(matrix({"trials": 8}, params={"pause": 0.4}), other)[1]
    before = len(_fits(notes))
    text = """
[matrix]
datasets = ["tiny"]
splits = [{ name = "user-time", validation = 0.2 }]
tuning = { trials = 8 }
[[algorithms]]
name = "zoo-tunable"
params = { pause = 0.4 }
"""
    path = bench.matrix(text)
    running = bench.start(path, "--jobs", "1")
    until(lambda: len(_fits(notes)) >= before + 5, "the fourth trial")
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    until(lambda: not alive(running.pid), "the end of the run")
    seen = len(_fits(notes))
    bench.run(path, "--jobs", "1")
    (record,) = [record for record in bench.records() if record.slot.tuning]
    assert [(t["params"], t["value"]) for t in _trials(record)] == [
        (t["params"], t["value"]) for t in _trials(undisturbed)
    ]
    assert len(_fits(notes)) - seen < 8  # those that had ended were not made again
    assert any("went on from the checkpoint" in warning for warning in record.warnings)


def test_what_is_hopeless_is_pruned_and_never_best(store):
    record = run_here(matrix({"trials": 30}, params={"trouble": "reports"}), store)[1]
    pruned = [trial for trial in _trials(record) if trial["status"] == "pruned"]
    assert pruned
    assert all(trial["seconds"] > 0 and len(trial["steps"]) < 5 for trial in pruned)
    assert record.tuning["best"] not in {trial["number"] for trial in pruned}


def test_without_a_validation_part_nothing_is_looked_at(store):
    plain, tuned = run_here(matrix({"trials": 3}, split={"name": "user-time", "validation": 0}), store)
    assert plain.status == "ok"
    assert tuned.status == "skipped"
    assert "has no validation part" in tuned.reason


def test_ratings_are_what_rmse_needs(store):
    assert "predicts no ratings" in plan.cells(matrix({"trials": 3, "metric": "rmse"}))[1].problem


def test_rmse_is_made_small(store):
    record = run_here(matrix({"trials": 6, "metric": "rmse"}, name="bias"), store)[1]
    assert record.status == "ok", record.reason
    values = [trial["value"] for trial in _trials(record)]
    assert record.tuning["best"] == values.index(min(values))
    assert record.label == "bias (tuned, 6 trials, by rmse)"


def test_both_parts_are_learnt_from_and_trials_see_the_first_alone(store, notes):
    split = {"name": "user-time", "validation": 0.2, "fit_on": "train+validation"}
    record = run_here(matrix({"trials": 3}, split=split), store, jobs=1)[1]
    assert record.status == "ok", record.reason
    sizes = [int(line.split()[1]) for line in notes.read_text(encoding="utf-8").splitlines()]
    made = plan.cells(matrix(None, split=split))[0].split.make()
    assert sizes == [len(made.both), *[len(made.train)] * 3, len(made.both)]
    assert len(made.train) < len(made.both)


def test_a_stored_search_is_planned_again_as_it_was(store):
    record = run_here(matrix({"trials": 2, "time": "1m"}, search={"place": [0.3, 0.8]}, params={"pause": 0.0}), store)[
        1
    ]
    again = cell_of(record)
    assert (again.key, again.label, again.slot) == (record.key, record.label, record.slot)


def test_ranges_belong_to_a_budget_and_budgets_have_an_end(with_zoo):
    with pytest.raises(ValueError, match="`search` is read where"):
        matrix(None, search={"place": [0, 1]})
    with pytest.raises(ValueError, match="a budget needs trials, time, or both"):
        Tuning(metric="ndcg@10")
    with pytest.raises(ValueError, match="neither 'ndcg@k' with k from 1 to 100 nor 'rmse'"):
        Tuning(trials=3, metric="recall@10")
    with pytest.raises(BadConfig, match="its ends are swapped or equal"):
        plan.cells(matrix({"trials": 3}, search={"place": [0.9, 0.1]}))
