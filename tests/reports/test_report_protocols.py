"""What a report says of the protocol: sampled candidates, leaks, folds, and groups of users and items."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic_store as synthetic
from lxml import html

from bench.store import Store
from reports import tables
from reports.headline import headline
from reports.load import load
from reports.output import write
from reports.ranks import comparable

RANKS = [[0, 3], [1], [0], [12, 40], [2, 5, 7], [4]]
SAMPLED = "the held-out items and 100 others, sampled uniformly (seed 0)"
LEAK = {"check": "test pairs seen before", "count": 3, "of": 10, "verdict": "leak", "meaning": "<b>seen</b>"}
FINE = {"check": "duplicates", "count": 0, "of": 10, "verdict": "ok", "meaning": "none"}
UNKNOWN = {"check": "training after a user's own test", "count": None, "of": 10, "verdict": "unknown", "meaning": "?"}


def _store(folder: Path, **changes: Any) -> Store:
    store = synthetic.empty(folder)
    store.put_context("5" * 64, replace(synthetic.context(6), **changes))
    synthetic.put(store, synthetic.record("one"), synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("two"), synthetic.answers([[r + 5 for r in user] for user in RANKS]))
    return store


def _page(store: Store, folder: Path) -> Any:
    return html.fromstring(write(store, folder).read_text(encoding="utf-8"))


def test_sampled_candidates_are_marked_in_every_table(tmp_path: Path):
    store = _store(tmp_path / "store", candidates=SAMPLED)
    table = tables.of_results(load(store))
    assert all(row[1] == "user-time †" for row in table.texts())
    (remark,) = table.remarks
    assert remark.startswith("† movielens-small · user-time: Ranked were only the held-out items and 100 others")
    assert "another order" in remark
    assert {record["candidates"] for record in table.records()} == {SAMPLED}
    for text in (tables.to_csv(table), tables.to_markdown(table), tables.to_latex(table)):
        assert SAMPLED in text
    page = _page(store, tmp_path / "report")
    assert SAMPLED in page.xpath("string(//section[@id='comparison'])")
    assert SAMPLED in page.xpath("string(//section[@class='findings'])")


def test_a_full_ranking_is_not_marked(tmp_path: Path):
    table = tables.of_results(load(_store(tmp_path / "store")))
    assert table.remarks == []
    assert all("†" not in row[1] for row in table.texts())
    assert {record["candidates"] for record in table.records()} == {"the whole catalogue"}


def test_a_leak_is_the_first_thing_said(tmp_path: Path):
    store = _store(tmp_path / "store", audit=(LEAK, FINE, UNKNOWN))
    first = headline(load(store).groups[0]).details[0]
    assert first == "This split leaks, so no number here can be trusted: test pairs seen before (3 of 10)."
    page = _page(store, tmp_path / "report")
    rows = page.xpath("//table[contains(@class, 'audit')]/tbody/tr")
    found = [[cell.text_content().strip() for cell in row] for row in rows]
    assert found[0] == ["leak", "test pairs seen before", "3 of 10", "<b>seen</b>"]
    assert [row[2] for row in found] == ["3 of 10", "0 of 10", "unknown"]


def test_a_clean_audit_says_nothing_in_the_findings(tmp_path: Path):
    details = headline(load(_store(tmp_path / "store", audit=(FINE,))).groups[0]).details
    assert not any("leak" in sentence for sentence in details)


def _folds(folder: Path, values: dict[str, list[list[list[int]]]], **changes: Any) -> Store:
    """A store with one split for each fold; values[label][fold] are ranks."""
    store = synthetic.empty(folder)
    for number in (1, 2, 3):
        fold, split, key = number - 1, {"name": "k-fold", "folds": 3, "fold": number}, str(number) * 64
        store.put_context(key, replace(synthetic.context(2), split=split, **changes))
        for label, ranks in values.items():
            if fold < len(ranks):
                made = synthetic.record(label, split=split, split_hash=key)
                synthetic.put(store, made, synthetic.answers(ranks[fold]))
    return store


def test_folds_are_averaged_and_a_missing_one_leaves_a_dash(tmp_path: Path):
    hit, miss = [[0], [1]], [[20], [30]]
    results = load(_folds(tmp_path / "store", {"some": [hit, miss, miss], "all": [hit, hit, hit], "two": [hit, hit]}))
    mean, *folds = results.groups
    assert (mean.title, mean.folds) == ("movielens-small · k-fold (folds=3), mean of 3", 3)
    assert [fold.split for fold in folds] == [f"k-fold (folds=3, fold={n})" for n in (1, 2, 3)]
    assert {fold.part_of for fold in folds} == {mean.title}
    found = {row.label: row.estimate("hit_rate@10") for row in mean.rows}
    assert (found["all"].value, found["all"].low) == (1.0, None)
    assert (found["some"].value, found["some"].low, found["some"].high) == (pytest.approx(1 / 3), 0, 1)
    assert found["two"].value is None
    assert [row.label for row in mean.rows] == ["all", "some", "two"]
    assert "best mean NDCG@10 over 3 folds of 2 algorithms" in headline(mean).text


def test_a_page_shows_the_mean_and_folds_away_the_folds(tmp_path: Path):
    hit = [[0], [1]]
    page = _page(_folds(tmp_path / "store", {"one": [hit] * 3, "two": [[[3], [4]]] * 3}), tmp_path / "report")
    (title,) = page.xpath("//section[@class='findings']//h3/text()")
    assert title == "movielens-small · k-fold (folds=3), mean of 3"
    assert len(page.xpath("//section[@id='comparison']//details")) == 3
    assert len(page.xpath("//section[@id='comparison']//table[contains(@class, 'comparison')]")) == 4


def test_means_over_folds_of_sampled_candidates_are_marked(tmp_path: Path):
    store = _folds(tmp_path / "store", {"all": [[[0], [1]]] * 3}, candidates=SAMPLED)
    mean = load(store).groups[0]
    assert mean.title.endswith("mean of 3 †")
    (caption,) = _page(store, tmp_path / "report").xpath("//p[@class='caption'][contains(., 'folds or windows')]")
    assert SAMPLED in caption.text_content()


def test_ranks_count_folds_once_and_leave_sampled_candidates_out(tmp_path: Path):
    hit, miss = [[0], [1]], [[20], [30]]
    store = _folds(tmp_path / "store", {"one": [hit] * 3, "two": [miss] * 3})
    store.put_context("a" * 64, replace(synthetic.context(2), candidates=SAMPLED))
    synthetic.put(store, synthetic.record("one", split={"name": "x"}, split_hash="a" * 64), synthetic.answers(miss))
    assert [group.folds for group in comparable(load(store).groups)] == [3]


def test_splits_that_are_no_folds_are_not_averaged(tmp_path: Path):
    (group,) = load(_store(tmp_path / "store")).groups
    assert (group.folds, group.part_of) == (0, "")


def test_slices_are_a_table_for_each_criterion_and_a_file(tmp_path: Path):
    store = _store(tmp_path / "store", popularity=np.array([20, 2, 2, *[2] * 10, *[0] * 287]))
    page = _page(store, tmp_path / "report")
    text = page.xpath("string(//section[@id='groups'])")
    assert "by item popularity" in text
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report" / "tables" / "slices.csv").read_text("utf-8"))))
    own = [row for row in rows if row["algorithm"] == "one" and row["by"] == "item popularity"]
    assert len(own) > 1
    assert all(float(row["ndcg@10"]) <= 1 for row in own if row["ndcg@10"])
