"""`bench tune`: a budget for all, ranges from the command line, and what is refused."""

import json

import pytest
from command_line import one_line

from bench.store import Store

WHAT = ("--algorithms", "ease,popularity", "--datasets", "tiny")


def test_each_algorithm_is_compared_with_itself_at_its_best(bench):
    done = bench("tune", *WHAT, "--trials", 3, "--search", "ease.l2=1:100", "--store", bench.store)
    assert done.returncode == 0, done.stderr
    (record,) = (record for record in bench.records() if record.slot.tuning)
    assert record.label in done.stdout
    assert [record.label for record in bench.records()].count("popularity") == 1  # it has nothing to tune
    assert record.slot.tuning["space"] == {"l2": {"low": 1.0, "high": 100.0, "log": True, "integer": False}}
    shown = bench("show", record.label, "--store", bench.store).stdout
    best = record.tuning["trials"][record.tuning["best"]]
    assert ["parameter", "l2", str(best["params"]["l2"])] in [line.split() for line in shown.splitlines()]
    assert f"the best: ndcg@10 {best['value']:.4f} on the validation part, ok in " in shown
    again = bench("tune", *WHAT, "--trials", 3, "--search", "ease.l2=1:100", "--store", bench.store)
    assert again.returncode == 0
    assert len(bench.records()) == 3  # all of it was kept
    repeated = bench("repeat", record.key[:12], "--store", bench.store)
    assert repeated.returncode == 0, repeated.stdout
    assert (bench.store / "report" / "tables" / "trials.csv").is_file()


def test_plan_and_matrix_file_know_tuning(call, small_data, tmp_path):
    path = tmp_path / "m.toml"
    text = '[matrix]\ndatasets = ["tiny"]\ntuning = {{ {} }}\n[[algorithms]]\nname = "ease"\nsearch = {{ l2 = {} }}\n'
    path.write_text(text.format('trials = 2, time = "5m"', "[1, 100]"), encoding="utf-8")
    done = call("plan", path, "--store", tmp_path / "s", "--json")
    plain, searched = (cell["algorithm"] for cell in json.loads(done.stdout))
    assert plain == "ease"
    assert searched.startswith("ease (tuned, 2 trials, 5 min, ranges ")
    path.write_text(text.format("trials = 0", "[100, 1]"), encoding="utf-8")
    done = call("plan", path, "--store", tmp_path / "s")
    assert done.code == 2
    assert "m.toml, line 3: matrix.tuning.trials: input should be greater than or equal to 1" in done.stderr
    path.write_text(text.format("trials = 2", "[100, 1]"), encoding="utf-8")
    assert "parameter 'l2': its ends are swapped or equal: 100 is not below 1" in one_line(call("plan", path))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "a search needs a budget: --trials, --time, or both"),
        (("--time", "5"), "--time: '5' is not a number above 0 with one of the units s, m, h, d"),
        (("--trials", "3", "--metric", "recall@10"), "--metric: 'recall@10' is neither 'ndcg@k'"),
        (("--trials", "3", "--preset", "tuned"), "a search starts with the defaults; leave out the preset"),
        (("--trials", "3", "--search", "l2=1:2"), "--search l2=1:2: expected ALGORITHM.PARAMETER=LOW:HIGH"),
        (
            ("--trials", "3", "--search", "eas.l2=1:2"),
            "--search eas.…: no algorithm of this matrix; did you mean 'ease'?",
        ),
        (
            ("--trials", "3", "--search", "ease.l3=1:2"),
            "parameter 'l3': no number or choice of that name; did you mean",
        ),
        (
            ("--trials", "3", "--search", "ease.l2=9:2"),
            "parameter 'l2': its ends are swapped or equal: 9 is not below 2",
        ),
    ],
)
def test_what_is_no_budget_or_range_is_refused_in_a_line(call, small_data, tmp_path, words, said):
    done = call("tune", *WHAT, *words, "--store", tmp_path / "store")
    assert done.code == 2
    assert said in one_line(done)
    assert not (tmp_path / "store" / "cells").exists() or Store(tmp_path / "store").records() == []
