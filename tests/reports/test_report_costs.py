"""The costs on the page and in tables/costs.csv: units, means over seeds, and nothing where nothing is known."""

import csv

import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from bench.records import Phase
from reports import costs
from reports.load import load

pytestmark = pytest.mark.usefixtures("no_files")

RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]
WAITS = {"questions": 200, "p50": 0.002, "p95": 0.01, "p99": 1.25}


@pytest.fixture
def store(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(8))
    synthetic.put(made, synthetic.record("a", latency=WAITS), synthetic.answers(RANKS))
    second = {"questions": 200, "p50": 0.004, "p95": 0.03, "p99": 1.75}
    slower = synthetic.record("a", seed=1, latency=second, memory=300_000_000, wall=2.5)
    synthetic.put(made, slower, synthetic.answers(RANKS))
    synthetic.put(made, synthetic.record("=old", phases={"fit": Phase(0.5, 0.6, 1)}), synthetic.answers(RANKS))
    return made


def test_costs_are_means_over_seeds_and_the_highest_peak(store):
    rows = {row.label: costs.of_row(row) for row in load(store).groups[0].rows}
    assert rows["a"].waits == pytest.approx((0.003, 0.02, 1.5))
    assert (rows["a"].total, rows["a"].peak) == (2.0, 300_000_000)
    assert rows["a"].walls == (0.2, 0.5, None, None, None)
    assert rows["=old"].waits == (None, None, None), "a record of an older version has none"


def test_the_page_shows_the_waits_in_milliseconds(store, tmp_path):
    page = html.parse(reports.write(store, tmp_path / "report"))
    table = page.xpath("//table[contains(@class, 'costs')]")[0]
    heads = [head.text_content().strip() for head in table.xpath("./thead//th")]
    lines = {row.xpath("th")[0].get("data-sort"): row.xpath("td") for row in table.xpath("./tbody/tr")}
    shown = {label: dict(zip(heads[1:], (c.text for c in cells), strict=True)) for label, cells in lines.items()}
    waits = ["One list p50 (ms)", "One list p95 (ms)", "One list p99 (ms)"]
    assert [shown["a"][name] for name in waits] == ["3.00", "20.0", "1,500"]
    assert [shown["=old"][name] for name in waits] == ["—", "—", "—"]
    assert (shown["a"]["Peak (MB)"], shown["a"]["Whole cell (s)"], shown["a"]["Fit (s)"]) == ("300", "2.00", "0.500")
    place = heads.index("One list p95 (ms)") - 1
    assert float(lines["a"][place].get("data-sort")) == pytest.approx(20), "sorted by the number, not by the text"


def test_the_table_for_programs_has_seconds_and_bytes(store, tmp_path):
    path = reports.write(store, tmp_path / "report").parent / "tables" / "costs.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["algorithm"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"a", "'=old"}, "no text is a formula"
    assert float(rows["a"]["latency_p99_seconds"]) == pytest.approx(1.5)
    assert (rows["a"]["memory_bytes"], rows["a"]["fit_cpu_seconds"]) == ("300000000", "0.6")
    assert rows["'=old"]["latency_p50_seconds"] == ""


def test_a_row_with_a_seed_that_failed_has_no_costs(store):
    """A cell that was stopped after an hour says nothing about the time of those that ended well."""
    hour = {"wall": 3600.0, "memory": 10**12, "phases": {"fit": Phase(3600.0, 3600.0, 10**12)}}
    synthetic.put(store, synthetic.record("a", seed=2, status="timeout", **hour))
    (row,) = [row for row in load(store).groups[0].rows if row.label == "a"]
    found = costs.of_row(row)
    assert (found.walls, found.waits) == ((None,) * 5, (None,) * 3)
    assert (found.cpu, found.total, found.peak) == (None, None, None)


def test_timings_taken_beside_other_cells_are_marked(store, tmp_path):
    alone, beside = ({**synthetic.PROVENANCE, "shared": shared} for shared in (False, True))
    for seed, provenance in enumerate((alone, beside)):
        synthetic.put(store, synthetic.record("b", seed=seed, provenance=provenance), synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("c", provenance=alone), synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("d", status="failed"))
    index = reports.write(store, tmp_path / "report")
    with (index.parent / "tables" / "costs.csv").open(encoding="utf-8", newline="") as file:
        assert {row["algorithm"]: row["shared"] for row in csv.DictReader(file)} == {
            "a": "no",
            "'=old": "no",
            "b": "yes",
            "c": "no",
            "d": "no",
        }
    table = html.parse(index).xpath("//table[contains(@class, 'costs')]")[0]
    assert table.xpath("./thead//th")[-1].text_content().strip() == "Shared"
    rows = {row.xpath("th")[0].get("data-sort"): [c.text for c in row.xpath("td")] for row in table.xpath("./tbody/tr")}
    assert (rows["b"][-1], rows["c"][-1]) == ("yes", "no")
    assert set(rows["d"][:-1]) == {"—"}
