"""What is missing from a comparison stays missing.

A cell without an answer is a dash with its status; an algorithm with an unfinished seed has no number on that split;
ranks and means are taken over what all of the ranked algorithms have, and never over what happens to exist. In the
store below the two best algorithms are the ones with gaps, so that an average over the rest of their cells would put
them first.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from bench.cli import app, main
from bench.store import Store
from reports import tables
from reports.headline import headline
from reports.load import load
from reports.ranks import table

pytestmark = pytest.mark.usefixtures("no_files")

DATASETS = ("one", "three", "two")
PLACES = {"patchy": 0, "absent": 1, "first": 2, "second": 4}  # where the held-out item of user 0 stands
UNFINISHED = "1 of 2 seeds ok, else failed"
NUMBERS = ("precision@10", "hit_rate@10", "recall@10", "ndcg@10", "coverage@10", "training_seconds", "memory_bytes")


def ranks(label: str, seed: int) -> list[list[int]]:
    return [[PLACES[label] + user % 3 + seed] for user in range(8)]


def ndcg(label: str) -> float:
    """Mean over both seeds and all users of 1 / log2(rank + 2)."""
    return float(np.mean([1 / math.log2(rank + 2) for seed in (0, 1) for (rank,) in ranks(label, seed)]))


def filled(folder: Path) -> Store:
    """Three data sets and two seeds; `patchy` fails once on one data set, `absent` never ran on another."""
    store = synthetic.empty(folder)
    store.put_context("5" * 64, synthetic.context(8))
    for dataset in DATASETS:
        for label in PLACES:
            for seed in (0, 1):
                slot = {"dataset": {"name": dataset}, "seed": seed}
                if (label, dataset, seed) == ("patchy", "three", 1):
                    synthetic.put(store, synthetic.record(label, status="failed", reason="ValueError: no", **slot))
                elif (label, dataset) != ("absent", "two"):
                    synthetic.put(store, synthetic.record(label, **slot), synthetic.answers(ranks(label, seed)))
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("gaps") / "store")


@pytest.fixture(scope="module")
def folder(store: Store) -> Path:
    return reports.write(store, store.folder.parent / "report").parent


@pytest.fixture(scope="module")
def page(folder: Path) -> Any:
    return html.parse(folder / "index.html").getroot()


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compared(page: Any, dataset: str) -> dict[str, Any]:
    """The rows of the page's table on one data set, by label."""
    (found,) = page.xpath(f"//div[@aria-label='Comparison on {dataset} · user-time']/table")
    return {row.xpath("th")[0].get("data-sort"): row for row in found.xpath("tbody/tr")}


def texts(row: Any) -> list[str]:
    return [cell.text_content() for cell in row.xpath("td")]


def test_an_unfinished_seed_is_dashes_and_a_status(page: Any) -> None:
    row = compared(page, "three")["patchy"]
    assert texts(row) == ["—"] * 7
    assert row.xpath("th//*[@class='status']")[0].text == UNFINISHED
    assert {cell.get("title") for cell in row.xpath("td")} == {"ValueError: no"}
    assert {cell.get("data-sort") for cell in row.xpath("td")} == {""}


def test_dashes_stand_last_and_the_best_is_one_of_those_with_numbers(page: Any) -> None:
    rows = compared(page, "three")
    assert list(rows) == ["absent", "first", "second", "patchy"]
    assert [label for label, row in rows.items() if "best" in row.xpath("td")[3].get("class")] == ["absent"]
    assert list(compared(page, "one")) == ["patchy", "absent", "first", "second"]


def test_what_never_ran_has_no_row(page: Any) -> None:
    assert list(compared(page, "two")) == ["patchy", "first", "second"]


def test_numbers_are_means_over_all_seeds(page: Any) -> None:
    for label in PLACES:
        assert texts(compared(page, "one")[label])[3].startswith(f"{ndcg(label):.4f}")


def test_the_table_for_programs_has_nothing_where_nothing_is(folder: Path) -> None:
    found = {(line["dataset"], line["algorithm"]): line for line in lines(folder, "tables/comparison.csv")}
    assert set(found) == {(d, label) for d in DATASETS for label in PLACES} - {("two", "absent")}
    gap = found.pop(("three", "patchy"))
    assert (gap["status"], gap["reason"], gap["seeds"]) == (UNFINISHED, "ValueError: no", "2")
    assert {gap[name] for name in (*NUMBERS, "ndcg@10_low", "ndcg@10_high")} == {""}
    for (_, label), line in found.items():
        assert line["status"] == "ok"
        assert float(line["ndcg@10"]) == pytest.approx(ndcg(label))


def test_markdown_and_latex_show_dashes_and_the_status(folder: Path) -> None:
    dashes = ["—"] * 7
    marked = (folder / "tables/comparison.md").read_text(encoding="utf-8").splitlines()
    assert f"| patchy | {' | '.join(dashes)} | {UNFINISHED} |" in marked
    assert sum(line.startswith("| patchy | ") for line in marked) == 3
    assert sum(line.startswith("| absent | ") for line in marked) == 2
    set_ = (folder / "tables/comparison.tex").read_text(encoding="utf-8").splitlines()
    assert f"patchy ({UNFINISHED}) & {' & '.join(dashes)} \\\\" in set_


def test_ranks_are_those_among_the_algorithms_that_are_everywhere(page: Any) -> None:
    rows = page.xpath("//table[contains(@class, 'ranks')]/tbody/tr")
    found = {row.xpath("th")[0].get("data-sort"): texts(row) for row in rows}
    assert found == {
        "first": ["1.00", "1", "1", "1"],
        "second": ["2.00", "2", "2", "2"],
        "absent": ["—"] * 4,
        "patchy": ["—"] * 4,
    }
    assert "among the algorithms that have a number everywhere; the others have no rank" in page.text_content()


def test_the_overview_has_no_share_where_there_is_no_number(folder: Path) -> None:
    found = {(line["dataset"], line["algorithm"]): line for line in lines(folder, "figures/overview.csv")}
    gap = found.pop(("three", "patchy"))
    assert (gap["status"], gap["ndcg@10"], gap["share"]) == (UNFINISHED, "", "nan")
    best = {"one": "patchy", "two": "patchy", "three": "absent"}
    for (dataset, label), line in found.items():
        if label in PLACES and line["ndcg@10"]:
            assert float(line["share"]) == pytest.approx(ndcg(label) / ndcg(best[dataset]))
    assert found.get(("two", "absent"), {"ndcg@10": ""})["ndcg@10"] == ""


def test_nothing_is_computed_from_the_seed_that_did_finish(folder: Path) -> None:
    tested = {(line["dataset"], line["algorithm"]) for line in lines(folder, "tables/differences.csv")}
    assert tested == {*(("one", x) for x in ("absent", "first", "second")), ("two", "first"), ("two", "second")} | {
        ("three", "first"),
        ("three", "second"),
    }
    sliced = {(line["dataset"], line["algorithm"]) for line in lines(folder, "tables/slices.csv")}
    assert ("one", "patchy") in sliced
    assert ("three", "patchy") not in sliced
    (cost,) = [
        line
        for line in lines(folder, "tables/costs.csv")
        if (line["dataset"], line["algorithm"]) == ("three", "patchy")
    ]
    assert {value for name, value in cost.items() if name.endswith(("_seconds", "_bytes"))} == {""}
    for path in folder.glob("figures/three-user-time-*.csv"):
        numbers = [line for line in lines(folder, f"figures/{path.name}") if line["algorithm"] == "patchy"]
        assert all(set(line.values()) <= {"patchy", "baseline", UNFINISHED, ""} for line in numbers), path.name


def test_the_findings_say_what_is_not_compared(page: Any) -> None:
    said = page.xpath("//section[@aria-label='Findings']")[0].text_content()
    assert said.count("Not compared, because not finished: patchy.") == 1
    assert "absent has the best NDCG@10 of 3 algorithms" in said
    assert said.count("patchy has the best NDCG@10") == 2


def test_each_algorithm_says_where_it_has_no_number(page: Any) -> None:
    parts = {part.get("data-label"): part for part in page.xpath("//section[@id='algorithms']/details")}
    shown = {
        label: {term.text: term.getnext().text_content() for term in part.xpath("dl/dt")}
        for label, part in parts.items()
    }
    assert shown["patchy"]["three · user-time"] == f"{UNFINISHED} ValueError: no"
    assert "two · user-time" not in shown["absent"]
    assert "Place 1 of 3" in shown["absent"]["three · user-time"]


@pytest.fixture
def say(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*words: str) -> str:
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", "compare", str(store.folder), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    return said


def test_a_comparison_of_two_is_made_only_where_both_have_numbers(say: Any) -> None:
    text = say("patchy", "absent")
    parts = {part.partition(" · ")[0]: part for part in text.strip().split("\n\n")}
    assert set(parts) == set(DATASETS)
    assert "NDCG@10 of patchy minus that of absent" in parts["one"]
    assert parts["three"].splitlines()[1:] == [f"  no comparison: patchy is {UNFINISHED} here"]
    assert parts["two"].splitlines()[1:] == ["  no comparison: absent is not run here"]


def test_a_comparison_for_programs_has_nulls_and_the_reason(say: Any) -> None:
    found = {one["dataset"]: one for one in json.loads(say("patchy", "first", "--json"))}
    assert found["one"]["value"] == found["two"]["value"] == pytest.approx(ndcg("patchy") - ndcg("first"))
    gap = found["three"]
    assert (gap["value"], gap["p"], gap["effect"], gap["detectable"]) == (None, None, None, None)
    assert gap["reason"] == f"no comparison: patchy is {UNFINISHED} here"


def test_a_data_set_on_which_nothing_finished_leaves_nobody_a_rank(tmp_path: Path) -> None:
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for label in ("first", "second"):
        synthetic.put(store, synthetic.record(label, dataset={"name": "one"}), synthetic.answers(ranks(label, 0)))
        synthetic.put(store, synthetic.record(label, dataset={"name": "two"}, status="oom", reason="5 GB"))
    groups = load(store).groups
    assert [(s.label, s.mean, s.ranks) for s in table(groups).standings] == [
        ("first", None, (None, None)),
        ("second", None, (None, None)),
    ]
    assert headline(groups[1]).lead == ""
    assert "No algorithm finished here" in headline(groups[1]).text


def test_a_mean_over_folds_says_which_algorithm_lacks_one(tmp_path: Path) -> None:
    store = synthetic.empty(tmp_path / "store")
    for fold in (1, 2, 3):
        store.put_context(str(fold) * 64, synthetic.context(8))
        for label in ("whole", "part") if fold < 3 else ("whole",):
            split = {"name": "k-fold", "folds": 3, "fold": fold}
            made = synthetic.record(label, split=split, split_hash=str(fold) * 64)
            synthetic.put(store, made, synthetic.answers([[fold]] * 8))
    mean = load(store).groups[0]
    whole, part = mean.rows
    assert (whole.label, whole.status, part.label, part.estimate("ndcg@10").value) == ("whole", "ok", "part", None)
    assert "2 of 3" in part.status
    assert "Not compared, because not finished: part." in headline(mean).details


def test_no_table_claims_seeds_that_a_row_does_not_have(tmp_path: Path) -> None:
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for label, seeds in (("first", (0, 1, 2)), ("second", (0,))):
        for seed in seeds:
            synthetic.put(store, synthetic.record(label, seed=seed), synthetic.answers(ranks(label, seed)))
    summary = tables.summary(store)
    assert [record["seeds"] for record in summary.records()] == [3, 1]
    for text in (tables.to_markdown(summary), tables.to_latex(summary)):
        assert "3 seeds" in text
        assert "mean over 3 seeds" not in text, "one of the two rows has a single seed"
