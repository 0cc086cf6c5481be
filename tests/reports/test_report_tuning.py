"""The section on tuning: defaults and best setting side by side, the gap, the budget, warnings at edges."""

import csv

import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from reports import tuning
from reports.figures import numbers
from reports.load import load

SPACE = {
    "l2": {"low": 10.0, "high": 1000.0, "log": True, "integer": False},
    "n": {"low": 1, "high": 9, "log": False, "integer": True},
    "kind": {"choices": ["a", "b"]},
}
ASKED = {"space": SPACE, "trials": 4, "metric": "ndcg@10"}


def trial(number, value, seconds=1.0, status="ok", **params):
    usual = {"l2": 100.0, "n": 5, "kind": "a"} | params
    return {
        **{"number": number, "params": usual, "status": status, "seconds": seconds},
        **{"value": value, "reason": "", "steps": []},
    }


def tuned(label, seed, trials, best, ranks, store):
    found = {"trials": trials, "best": best}
    made = synthetic.record(f"{label} (tuned, 4 trials)", algorithm=label, seed=seed, params={"l2": 100.0})
    slot = synthetic.replace(made.slot, tuning=ASKED)
    key = f"{seed}{'0' * 63}"
    synthetic.put(store, synthetic.replace(made, slot=slot, key=key, tuning=found), synthetic.answers(ranks))


@pytest.fixture
def store(tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    trials = [
        trial(0, 0.30),
        trial(1, None, 2.5, "cut", l2=20.0),
        trial(2, 0.35, 1.5, n=9, l2=300.0),
        trial(3, 0.20, 0.5, "pruned", kind="b"),
    ]
    for seed in (0, 1):
        synthetic.put(store, synthetic.record("a", seed=seed, params={"l2": 100.0}), synthetic.answers([[1]] * 8))
        tuned("a", seed, trials, 2, [[0]] * 4 + [[1]] * 4, store)
    return store


def test_validation_and_test_stand_side_by_side_and_the_gap_is_over_tuning(store):
    (found,) = tuning.of_group(load(store).groups[0])
    assert found.validation == (pytest.approx(0.30), pytest.approx(0.35))
    default, best = (estimate.value for estimate in found.test)
    assert default == pytest.approx(0.6309, abs=1e-4)  # NDCG of one item at the second place
    assert best == pytest.approx((1 + 0.6309) / 2, abs=1e-4)
    assert found.overtuned == pytest.approx(0.05 - (best - default))
    assert (found.seconds, found.ended) == (5.5, "4 ok, 2 cut, 2 pruned")
    assert found.budget == "4 trials"
    assert found.settings == [f"seed {seed}: l2=300, n=9, kind=a" for seed in (0, 1)]
    assert found.importance == ""  # of so few trials nothing can be said


def test_a_best_value_at_the_edge_of_its_range_is_warned_of(store):
    (found,) = tuning.of_group(load(store).groups[0])
    assert found.edges == ["n = 9 lies at the edge of 1 … 9"]


@pytest.mark.parametrize(
    ("value", "at_edge"), [(10.0, True), (10.5, True), (100.0, False), (950.0, True), (800.0, False)]
)
def test_edges_are_those_of_the_logarithm_where_the_search_was(value, at_edge):
    search = tuning.Search(0, ASKED, (), trial(1, 0.5, l2=value))
    assert bool(search.edges) == at_edge


def test_the_best_so_far_only_gets_better_and_counts_what_was_given_up(store):
    (found,) = tuning.of_group(load(store).groups[0])
    assert found.searches[0].so_far(1) == [(1, 1.0, 0.30), (3, 5.0, 0.35), (4, 5.5, 0.35)]
    shown = numbers.tuning([found])
    assert {entry["metric"] for entry in shown} == {"trials", "seconds"}
    assert [e["spent"] for e in shown if e["metric"] == "seconds" and e["seed"] == 1] == [1.0, 5.0, 5.5]


def test_defaults_outside_their_range_lie_at_no_edge():
    """As the shrinkage of item k-NN, which is 0 and searched on a logarithm from 1 on."""
    search = tuning.Search(0, ASKED, (trial(0, 0.5, l2=0.0),), trial(0, 0.5, l2=0.0))
    assert search.edges == []


def test_a_smaller_error_is_better():
    search = tuning.Search(0, ASKED, (trial(0, 0.9), trial(1, 1.0), trial(2, 0.8)), None)
    assert [value for *_, value in search.so_far(-1)] == [0.9, 0.8, 0.8]
    assert search.setting == "the defaults"


def test_page_table_picture_and_csv_have_it(store, tmp_path):
    page = html.parse(reports.write(store, tmp_path / "report"))
    (row,) = page.xpath("//section[@id='tuning']//table/tbody/tr")
    text = " ".join(row.text_content().split())
    assert "0.3000" in text and "0.3500" in text
    assert "Warning: n = 9 lies at the edge of 1 … 9" in text
    assert page.xpath("//nav//a[@href='#tuning']")
    with (tmp_path / "report" / "tables" / "trials.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["seed"], line["trial"], line["status"]) for line in lines[:4]] == [
        *(("0", "0", "ok"), ("0", "1", "cut"), ("0", "2", "ok"), ("0", "3", "pruned"))
    ]
    assert list((tmp_path / "report" / "figures").glob("*tuning-ndcg-10.png"))
    assert "test part opened" in page.xpath("//section[@id='data']")[0].text_content()


def test_without_a_search_there_is_no_section(tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    synthetic.put(store, synthetic.record("a"), synthetic.answers([[1]] * 8))
    page = html.parse(reports.write(store, tmp_path / "report"))
    assert not page.xpath("//section[@id='tuning']")
    assert not (tmp_path / "report" / "tables" / "trials.csv").exists()


def test_the_matrix_of_a_report_searches_again(store):
    from reports import reproduce

    text = reproduce.matrix(load(store))
    assert 'tuning = { trials = 4, metric = "ndcg@10" }' in text
    assert 'search = { l2 = [10.0, 1000.0], n = [1, 9], kind = ["a", "b"] }' in text
    assert "params = { l2 = 100.0 }" in text


def test_what_decides_is_named_first():
    trials = tuple(trial(n, 1 - abs(n - 10) / 20, l2=10.0 * 1.2**n, n=n % 3 + 4, kind="ab"[n % 2]) for n in range(20))
    search = tuning.Search(0, ASKED, trials, trials[10])
    assert max(search.importance, key=search.importance.get) == "l2"
    assert sum(search.importance.values()) == pytest.approx(1, abs=1e-3)
