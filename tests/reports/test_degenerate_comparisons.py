"""Comparisons in which there is nothing to tell, or too little to tell it from.

Identical algorithms, values that do not vary, a handful of users, fewer than five data sets, two algorithms, one seed:
the report is written all the same, without a warning, and says why a test or an interval does not apply. No spread of
nothing is written down: no `± 0.000`, no interval whose ends are equal, no effect size out of rounding errors. Many
seeds do not make many data sets.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from bench.cli import app, main
from bench.store import Store
from reports import differences
from reports.headline import headline
from reports.load import load
from reports.ranks import table

USERS = 7  # with as many, the mean of equal differences is not exactly one of them
PLACES = {"flat": 1, "twin": 1, "shifted": 3}
SAME = "no test: every user has the same value from both"
NO_INTERVAL = "no interval: every resample gives the same value"


def filled(folder: Path, n_users: int, datasets: dict[str, dict[str, int]], seeds: int = 1) -> Store:
    """datasets[name][label] is where every held-out item stands, for each user and seed."""
    store = synthetic.empty(folder)
    store.put_context("5" * 64, synthetic.context(n_users))
    for name, places in datasets.items():
        for label, place in places.items():
            for seed in range(seeds):
                made = synthetic.record(label, dataset={"name": name}, seed=seed)
                synthetic.put(store, made, synthetic.answers([[place]] * n_users))
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two data sets with three equal seeds; on one of them everybody misses everything."""
    folder = tmp_path_factory.mktemp("degenerate")
    return filled(folder / "store", USERS, {"constant": PLACES, "missed": dict.fromkeys(PLACES, 60)}, seeds=3)


@pytest.fixture(scope="module")
def written(store: Store) -> Path:
    """The folder of its report; whatever warns on the way is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return reports.write(store, store.folder.parent / "report").parent


@pytest.fixture(scope="module")
def page(written: Path) -> Any:
    return html.parse(written / "index.html").getroot()


def compared(page: Any, title: str) -> dict[str, list[str]]:
    """The table of differences whose summary begins with `title`: by label its remark and its numbers."""
    (found,) = page.xpath(f"//details[starts-with(summary, '{title}')]//table[contains(@class, 'differences')]")
    return {
        row.xpath("th")[0].get("data-sort"): ["".join(row.xpath("th/*[@class='family']/text()")), *texts(row)]
        for row in found.xpath("tbody/tr")
    }


def texts(row: Any) -> list[str]:
    return [cell.text_content() for cell in row.xpath("td")]


def empty_intervals(text: str) -> list[str]:
    """Intervals whose ends read the same."""
    return [
        found.group()
        for found in re.finditer(r"\[([-+]?[\d.,]+), ([-+]?[\d.,]+)\]", text)
        if len(set(found.groups())) == 1
    ]


def test_empty_intervals_are_found() -> None:
    assert empty_intervals("[0.1, 0.2] [1.00, 1.00] [2, 3]") == ["[1.00, 1.00]"]


def test_nothing_is_said_to_spread_that_does_not(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.suffix in {".html", ".svg", ".md", ".tex", ".csv"}]
    assert {path.suffix for path in files} == {".html", ".svg", ".md", ".tex", ".csv"}
    for path in files:
        assert not re.findall(r"(?:±|\\u00b1)\s*0\.?0*(?![\d.])", path.read_text(encoding="utf-8")), path.name


def test_no_interval_on_the_page_has_equal_ends(page: Any) -> None:
    text = "".join(page.xpath("//body//text()[not(ancestor::script)]"))
    assert "Interval over all of them" in text
    assert empty_intervals(text) == []


def test_no_number_is_infinite_or_undefined(page: Any) -> None:
    cells = [text for row in page.xpath("//table//tr") for text in texts(row)]
    assert cells
    assert [text for text in cells if re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)] == []


def test_identical_algorithms_are_not_tested(page: Any) -> None:
    assert compared(page, "constant")["twin"] == [SAME, "0.0000", "—", "—", "—", "0 %", "100 %", "0 %", "—"]
    assert set(map(tuple, compared(page, "missed").values())) == {
        (SAME, "0.0000", "—", "—", "—", "0 %", "100 %", "0 %", "—")
    }


def test_a_difference_that_does_not_vary_has_no_effect_size_and_no_interval(page: Any, written: Path) -> None:
    remark, difference, interval, p, effect, *users, detectable = compared(page, "constant")["shifted"]
    assert (remark, difference, interval) == (NO_INTERVAL, "-0.2003", "—")
    assert p == "0.016", "2 of 2 ** 7 choices of signs"
    assert users == ["0 %", "0 %", "100 %"]
    assert (effect, detectable) == ("—", "—")
    with (written / "tables/differences.csv").open(encoding="utf-8", newline="") as file:
        (line,) = [
            line for line in csv.DictReader(file) if (line["dataset"], line["algorithm"]) == ("constant", "shifted")
        ]
    assert (line["cohens_d"], line["p_t_test"], line["low"], line["high"]) == ("", "", "", "")


def test_the_findings_claim_no_test_that_was_not_made(store: Store) -> None:
    constant, missed = load(store).groups
    first = headline(constant).details[0]
    assert first.startswith("It cannot be separated from twin: ")
    assert "p ≥" not in first
    assert "the same value" in first
    assert headline(missed).details == (f"Which differences are real cannot be said: {NO_INTERVAL}.",)


def test_equal_seeds_have_no_spread(page: Any) -> None:
    assert not page.xpath("//table[contains(@class, 'comparison')]//*[@class='spread']")
    (sources,) = page.xpath("//details[starts-with(summary, 'constant')]//table[contains(@class, 'sources')]")
    assert {tuple(texts(row)[2:]) for row in sources.xpath("tbody/tr")} == {("—", "—", "—")}


def test_seeds_are_not_data_sets(page: Any, written: Path) -> None:
    """Two data sets with three seeds each are two."""
    said = page.xpath("//section[@id='comparison']")[0].text_content()
    assert "No test: 2 data sets, and ranks need at least 5. Neither seeds nor splits are data sets." in said
    assert "Friedman" not in said
    assert not (written / "figures/ranks.svg").exists()


def test_equal_algorithms_share_their_rank(page: Any) -> None:
    rows = page.xpath("//table[contains(@class, 'ranks')]/tbody/tr")
    found = {row.xpath("th")[0].get("data-sort"): texts(row) for row in rows}
    assert found == {"flat": ["1.75", "1.5", "2"], "twin": ["1.75", "1.5", "2"], "shifted": ["2.50", "3", "2"]}


def test_a_data_set_on_which_all_are_zero_has_no_shares_of_the_best(written: Path) -> None:
    with (written / "figures/overview.csv").open(encoding="utf-8", newline="") as file:
        shares = {(line["dataset"], line["algorithm"]): line["share"] for line in csv.DictReader(file)}
    assert {share for (name, _), share in shares.items() if name == "missed"} <= {"", "nan"}
    assert float(shares["constant", "twin"]) == 1


@pytest.fixture
def page_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Store], Any]:
    """The page of a store without pictures, in which nothing of this is asserted."""
    monkeypatch.setattr("reports.pictures.draw", lambda *_, **__: [])
    return lambda store: html.parse(reports.write(store, store.folder.parent / "report")).getroot()


def test_ranks_that_are_the_same_everywhere_have_no_interval(tmp_path: Path, page_of: Callable[[Store], Any]) -> None:
    store = filled(tmp_path / "store", USERS, {f"d{n}": {"ahead": 0, "behind": 5} for n in range(6)})
    page = page_of(store)
    rows = page.xpath("//table[contains(@class, 'ranks')]/tbody/tr")
    assert [texts(row)[0] for row in rows] == ["1.00", "2.00"]
    assert "Friedman's test over 6 data sets" in page.text_content()


def test_six_data_sets_on_which_two_algorithms_are_tied(tmp_path: Path, page_of: Callable[[Store], Any]) -> None:
    store = filled(tmp_path / "store", USERS, {f"d{n}": {"one": 0, "two": 0} for n in range(6)})
    page = page_of(store)
    assert "No test: all algorithms are tied on every data set." in page.text_content()
    rows = page.xpath("//table[contains(@class, 'ranks')]/tbody/tr")
    assert [texts(row)[0] for row in rows] == ["1.50", "1.50"]


def test_one_algorithm_has_nobody_to_be_compared_with(tmp_path: Path, page_of: Callable[[Store], Any]) -> None:
    page = page_of(filled(tmp_path / "store", USERS, {f"d{n}": {"alone": 2} for n in range(5)}))
    assert page.text_content().count("There is nothing to compare.") == 5
    assert "No test: there is nothing to compare." in page.text_content()


@pytest.mark.parametrize(("n_users", "said"), [(1, "1 user"), (3, "3 users")])
def test_a_handful_of_users_is_not_tested(
    n_users: int, said: str, tmp_path: Path, page_of: Callable[[Store], Any]
) -> None:
    store = filled(tmp_path / "store", n_users, {"small": {"ahead": 0, "behind": 5}})
    page = page_of(store)
    reason = f"no test: {said}, and a bootstrap needs at least 5"
    assert compared(page, "small") == {"behind": [reason, *["—"] * 8]}, "shares of users are not 0 % either"
    assert f"Which differences are real cannot be said: no interval: {said}" in page.text_content()
    (line,) = csv.DictReader(differences.to_csv(load(store)).splitlines())
    assert (line["reason"], line["share_better"], line["share_worse"]) == (reason, "", "")


def test_one_data_set_and_one_seed_make_neither_ranks_nor_sources(
    tmp_path: Path, page_of: Callable[[Store], Any]
) -> None:
    page = page_of(filled(tmp_path / "store", USERS, {"only": PLACES}))
    assert not page.xpath("//table[contains(@class, 'ranks') or contains(@class, 'sources')]")
    groups = load(filled(tmp_path / "many", USERS, {"only": PLACES}, seeds=6)).groups
    assert table(groups).test.reason == "no test: 1 data set, and ranks need at least 5"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `bench compare` writes; whatever warns on the way is an error."""

    def said(store: Store, *words: str) -> str:
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", "compare", str(store.folder), *words])
        with warnings.catch_warnings(), pytest.raises(SystemExit) as ended:
            warnings.simplefilter("error")
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    return said


def numbers(part: str) -> dict[str, str]:
    return {line[2:20].strip(): line[20:].strip() for line in part.splitlines()}


def test_a_comparison_of_identical_algorithms_says_so(say: Any, store: Store) -> None:
    constant, missed = say(store, "flat", "twin").strip().split("\n\n")
    for part in (constant, missed):
        assert "flat and twin cannot be separated" in part
        assert f"  {SAME}\n" in part
        found = numbers(part)
        assert (found["Difference"], found["Same"]) == ("0.0000", "100 %")
        tests = ("95 % interval", "p (randomization)", "Cohen's d", "Would show from", "p (Student)", "p (Wilcoxon)")
        assert [found[name] for name in tests] == ["—"] * 6


def test_a_comparison_that_does_not_vary_says_so(say: Any, store: Store) -> None:
    constant, _ = say(store, "flat", "shifted").strip().split("\n\n")
    assert "flat is better than shifted" in constant
    assert f"  {NO_INTERVAL}\n" in constant
    found = numbers(constant)
    assert (found["Difference"], found["p (randomization)"], found["Better"]) == ("+0.2003", "0.016", "100 %")
    assert [found[name] for name in ("95 % interval", "Cohen's d", "p (Student)", "Would show from")] == ["—"] * 4


def test_a_comparison_of_a_handful_of_users_is_only_a_reason(say: Any, tmp_path: Path) -> None:
    store = filled(tmp_path / "store", 4, {"small": {"ahead": 0, "behind": 5}})
    reason = "no test: 4 users, and a bootstrap needs at least 5"
    assert say(store, "ahead", "behind").splitlines()[1] == f"  {reason}"
    (found,) = json.loads(say(store, "ahead", "behind", "--json"))
    assert (found["reason"], found["p"], found["effect"]) == (reason, None, None)
