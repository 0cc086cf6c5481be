import base64
import gzip
import hashlib
import json
import re
import tomllib

import pandas as pd
import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from reports import attempts, reproduce
from reports.load import load

pytestmark = pytest.mark.usefixtures("no_files")

RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}} {% raw %}",
    "$x$ \\frac{1}{0}",
    "=cmd|' /C calc'!A0",
    "[/] [bold]",
    "\"quoted\" 'single' &amp;",
)


def put_hostile(store):
    store.put_context("5" * 64, synthetic.context(8))
    for label in HOSTILE:
        synthetic.put(store, synthetic.record(label, family=label[:20]), synthetic.answers(RANKS))
        bad = synthetic.record(f"bad {label}", status="failed", reason=f"\x1b[31m{label}\x1b[0m", warnings=[label])
        synthetic.put(store, bad)
    facts = {"licence": HOSTILE[0], "notes": {"nested": [HOSTILE[1], HOSTILE[2]]}}
    named = synthetic.replace(synthetic.context(8), facts=facts)
    store.put_context("6" * 64, named)
    dataset = {"name": HOSTILE[1], "note": HOSTILE[0]}
    synthetic.put(store, synthetic.record("a", dataset=dataset, split_hash="6" * 64), synthetic.answers(RANKS))
    return store


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    return reports.write(put_hostile(synthetic.empty(folder / "store")), folder / "report").parent


@pytest.fixture(scope="module")
def hostile(hostile_folder):
    return (hostile_folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def store(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(8))
    return made


def test_hostile_strings_are_shown_literally(hostile):
    text = html.fromstring(hostile).text_content()
    for label in HOSTILE:
        assert label in text
    assert "\x1b" not in hostile and "[31m<script>" in text  # the escape character goes, the rest stays


def test_hostile_strings_make_no_elements(hostile):
    page = html.fromstring(hostile)
    assert len(page.xpath("//script[not(@type)]")) == 1  # our own; the others are data
    assert {script.get("type") for script in page.xpath("//script[@type]")} == {"application/json", "text/plain"}
    assert not page.xpath("//img")
    assert not page.xpath("//@onerror")


def test_page_asks_nothing_of_any_network(hostile):
    page = html.fromstring(hostile)
    assert not page.xpath("//link | //iframe | //object | //embed | //form | //base | //video | //audio | //*[@srcset]")
    assert all(link.startswith("#") for link in page.xpath("//@href"))
    assert not page.xpath("//@style") and not page.xpath("//@*[starts-with(name(), 'on')]")
    assert not re.search(r"url\(|@import|https?://", page.xpath("//style")[0].text + page.xpath("//script")[-1].text)


def test_policy_allows_exactly_the_two_scripts(hostile):
    page = html.fromstring(hostile)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    packed = page.get_element_by_id("plotly").text
    scripts = (gzip.decompress(base64.b64decode(packed)), page.xpath("//script[not(@type)]")[0].text.encode())
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    assert b"plotly.js v" in scripts[0][:200]
    assert f"script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}';" in policy
    assert "default-src 'none'; img-src data:;" in policy


def test_table_has_the_numbers_and_marks_the_best(store, tmp_path):
    synthetic.put(store, synthetic.record("good"), synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("poor"), synthetic.answers([[50]] * 8))
    synthetic.put(store, synthetic.record("gone", status="oom", reason="4.1 of 4.0 GB"))
    page = html.parse(reports.write(store, tmp_path / "report"))
    rows = page.xpath("//table[contains(@class, 'comparison')]/tbody/tr")
    estimate = load(store).groups[0].rows[0].estimate("ndcg@10")
    cell = rows[0].xpath("td")[3]
    assert cell.text_content().startswith(f"{estimate.value:.4f}[{estimate.low:.4f}, {estimate.high:.4f}]")
    assert "best" in cell.get("class") and cell.xpath("strong")
    assert "best" not in rows[1].xpath("td")[3].get("class")
    assert "oom" in rows[2].text_content()
    assert {cell.text for cell in rows[2].xpath("td")} == {"—"}
    failed = page.xpath("//section[@id='cells']")[0].text_content()
    assert "4.1 of 4.0 GB" in failed and "3 attempts" in failed


def test_one_seed_and_equal_values_show_no_spread(store, tmp_path):
    synthetic.put(store, synthetic.record("same"), synthetic.answers([[0]] * 8))
    page = html.parse(reports.write(store, tmp_path / "report"))
    assert not page.xpath("//td//*[@class='spread']")
    assert "0.000" not in page.xpath("//section[@id='comparison']")[0].text_content()


def test_empty_store_says_so(tmp_path):
    page = html.parse(reports.write(synthetic.empty(tmp_path / "store"), tmp_path / "report"))
    assert "nothing has run yet" in page.getroot().text_content()


def test_only_failed_cells_still_make_a_report(store, tmp_path):
    synthetic.put(store, synthetic.record("a", status="failed", reason="ValueError: no"))
    synthetic.put(store, synthetic.record("b", status="skipped", reason="needs ratings", split_hash=""))
    path = reports.write(store, tmp_path / "report")
    text = html.parse(path).getroot().text_content()
    assert "ValueError: no" in text and "needs ratings" in text and "No algorithm finished" in text
    assert not (path.parent / "figures").exists()


def test_several_groups_bring_ranks_and_pictures_of_their_own(store, tmp_path):
    for name in ("one", "two"):
        synthetic.put(store, synthetic.record("a", dataset={"name": name}), synthetic.answers(RANKS))
        synthetic.put(store, synthetic.record("b", dataset={"name": name}), synthetic.answers([[50]] * 8))
    path = reports.write(store, tmp_path / "report")
    page = html.parse(path)
    means = [row.xpath("td")[0].text for row in page.xpath("//table[contains(@class, 'ranks')]/tbody/tr")]
    assert means == ["1.00", "2.00"]
    assert len(list((path.parent / "figures").glob("*.svg"))) == len(page.xpath("//div[@class='plot']")) == 17


def test_differences_are_a_table_with_all_tests_as_csv(store, tmp_path):
    for label, ranks in (("a", [[0]] * 8), ("b", RANKS), ("c", RANKS)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    path = reports.write(store, tmp_path / "report", baseline="c")
    against_c, against_a = html.parse(path).xpath("//table[contains(@class, 'differences')]")
    texts = [[c.text_content() for c in row.xpath("td")] for row in against_a.xpath("tbody/tr")]
    assert [row.xpath("th")[0].get("data-sort") for row in against_a.xpath("tbody/tr")] == ["b", "c"]
    comparison = load(store).groups[0].rows[1].against["a"]
    assert texts[0][0] == f"{comparison.value:+.4f}" and texts[0][4:7] == ["0 %", "12 %", "88 %"]
    same = against_c.xpath("tbody/tr")[1]
    assert "every user has the same value from both" in same.text_content() and same.xpath("td")[2].text == "—"
    lines = (path.parent / "tables" / "differences.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5 and lines[0].startswith(
        "dataset,split,metric,algorithm,minus,difference,low,high,users,p_ra"
    )


def test_users_are_shown_only_where_the_licence_allows_it(tmp_path):
    for shareable in (True, False):
        made = synthetic.empty(tmp_path / str(shareable))
        made.put_context(
            "5" * 64,
            synthetic.told(synthetic.context(60, titles=[f"Film {n}" for n in range(300)]), shareable=shareable),
        )
        synthetic.put(made, synthetic.record("a"), synthetic.answers([[n % 20] for n in range(60)]))
        path = reports.write(made, tmp_path / f"report {shareable}")
        page = html.parse(path)
        found = page.xpath("//div[@class='drill']/@data-drill")
        assert len(found) == shareable
        if not shareable:
            assert "Film" not in path.read_text(encoding="utf-8")
            assert "its licence does not say" in page.xpath("//section[@id='users']")[0].text_content()
            continue
        data = json.loads(found[0])
        assert len(data["users"]) == 50 and len({user["name"] for user in data["users"]}) == 50
        user = int(data["users"][7]["name"].removeprefix("u"))
        assert data["users"][7] == {"name": f"u{user}", "history": [user, 299], "more": 0, "held": [0]}
        assert data["lists"]["a"][7].index(0) == user % 20 if user % 20 < 10 else 0 not in data["lists"]["a"][7]
        assert data["titles"]["299"] == "Film 299"


def test_every_picture_has_its_numbers_beside_it(tmp_path):
    made = synthetic.realistic(tmp_path / "store", n_users=40, n_items=400, seeds=2)
    synthetic.put(made, synthetic.record("=hostile", status="failed"))
    folder = reports.write(made, tmp_path / "report").parent / "figures"
    read = {path.stem.removeprefix("movielens-small-user-time-"): pd.read_csv(path) for path in folder.glob("*.csv")}
    assert set(read) == {path.stem.removeprefix("movielens-small-user-time-") for path in folder.glob("*.png")}
    rows = {row.label: row for row in load(made).groups[0].rows}
    for line in read["quality"].itertuples():
        if line.status == "ok":
            assert line[4] == rows[line.algorithm].estimate("ndcg@10").value
    assert "'=hostile" in set(read["quality"].algorithm)
    assert len(read["wins"]) == len(read["similarity"]) == 14 * 13
    assert len(read["seeds"]) == 42 and len(read["cutoffs"]) == 14 * 2 * 12
    assert read["tradeoff"].frontier.any() and not read["tradeoff"].frontier.all()


def test_each_algorithm_has_a_section(store, tmp_path):
    about = {"summary": "Does it well", "paper": "someone2020", "distribution": "a-plug-in"}
    good = synthetic.record(
        "good", params={"factors": 8}, about=about, latency={"questions": 8, "p50": 0.001, "p95": 0.002}
    )
    synthetic.put(store, good, synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("gone", status="oom", reason="4.1 of 4.0 GB"))
    page = html.parse(reports.write(store, tmp_path / "report"))
    gone, good = (part.text_content() for part in page.xpath("//section[@id='algorithms']/details"))
    for words in ("Does it well", "someone2020", "a-plug-in", "factors = 8", "Place 1 of 1", "One list, p95 2.00 ms"):
        assert words in good
    assert "oom" in gone and "4.1 of 4.0 GB" in gone


def test_very_many_attempts_are_listed_as_csv(store, tmp_path, monkeypatch):
    monkeypatch.setattr(attempts, "MOST", 3)
    for number in range(5):
        synthetic.put(store, synthetic.record(f"bad {number}", status="failed", reason="=no"))
    path = reports.write(store, tmp_path / "report")
    cells = html.parse(path).xpath("//section[@id='cells']")[0].text_content()
    assert "the first 3 of 5" in cells and "The newest 3 of 5 attempts" in cells
    listed = pd.read_csv(path.parent / "tables" / "attempts.csv")
    assert list(listed.algorithm) == [f"bad {n}" for n in range(5)] and set(listed.reason) == {"'=no"}


def test_two_hundred_algorithms_make_a_page_that_can_be_read(store, tmp_path):
    """How fast it opens, and ten thousand cells, are measured by tests/performance/report.py."""
    for number in range(200):
        ranks = [[number // 2 + user] for user in range(8)]
        synthetic.put(store, synthetic.record(f"a {number:03}", family=f"f{number % 9}"), synthetic.answers(ranks))
    path = reports.write(store, tmp_path / "report")
    page = html.parse(path)
    assert path.stat().st_size < 5_000_000
    assert len(page.xpath("//table[contains(@class, 'comparison')]/tbody/tr")) == 200
    captions = [caption.text for caption in page.xpath("//figcaption")]
    assert sum("the 60 best of 200 algorithms" in text for text in captions) == 3, "pairs, lists, curves"
    wins = pd.read_csv(path.parent / "figures" / "movielens-small-user-time-wins.csv")
    assert set(wins.algorithm) == {f"a {number:03}" for number in range(60)}


def test_a_failure_shows_the_end_of_its_log(store, tmp_path):
    failed = synthetic.put(store, synthetic.record("gone", status="failed", reason="no"))
    log = store.folder_of(failed) / "log.txt"
    log.write_text("\n".join([*(f"line {n}" for n in range(40)), f"{store.folder} <b>x</b>"]), encoding="utf-8")
    page = html.parse(reports.write(store, tmp_path / "report"))
    shown = page.xpath("//section[@id='cells']//pre")[0].text
    assert shown.splitlines() == [*(f"line {n}" for n in range(29, 40)), "store <b>x</b>"]


def test_matrix_names_every_cell(store):
    params = {
        "factors": 8,
        "rate": 1e-05,
        "text": 'a "b" \\ \x1b',
        "none": None,
        "on": True,
        "part": {"name": "x y", "a.b": [1, 2]},
    }
    synthetic.put(
        store, synthetic.record("a (factors=8)", algorithm="a", params=params, seed=3), synthetic.answers(RANKS)
    )
    synthetic.put(store, synthetic.record("b", status="failed"))
    found = tomllib.loads(reproduce.matrix(load(store)))
    del params["none"]
    assert found["matrix"]["datasets"] == [synthetic.DATASET] and found["matrix"]["splits"] == [synthetic.SPLIT]
    assert found["matrix"]["seeds"] == [0, 3]
    assert sorted(found["algorithms"], key=lambda a: a["name"]) == [{"name": "a", "params": params}, {"name": "b"}]


def test_circumstances_name_every_value_that_differs():
    records = [
        synthetic.record(str(n), provenance={"versions": {"numpy": v}}) for n, v in enumerate(("2.4", "2.4", "2.3"))
    ]
    found = dict(reproduce.circumstances(records))
    assert found["versions › numpy"] == "2.4 (2 cells), 2.3 (1 cells)"
    assert found["limits › memory"] == "4.0 GB"
