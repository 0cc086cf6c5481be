"""The page in a real browser: nothing is fetched, nothing hostile runs, sorting works by mouse and by keyboard."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import synthetic_store as synthetic
from matplotlib.image import imread

import reports

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)"),
    pytest.mark.usefixtures("no_files"),
]

BAD = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    store = synthetic.empty(folder / "store")
    store.put_context("5" * 64, synthetic.told(synthetic.context(8, titles=[f"Film {i}" for i in range(299)] + [BAD])))
    for label, rank in (("middle", 4), ("best", 0), (BAD, 30)):
        ranks = [[rank + user % 3] for user in range(8)]
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    synthetic.put(store, synthetic.record("gone", status="failed", reason=BAD))
    return reports.write(store, folder / "report")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = p.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def opened(browser, path):
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.noted = []
    page.on("console", lambda message: page.noted.append(message.text))
    page.on("pageerror", lambda error: page.noted.append(str(error)))
    page.on("request", lambda request: page.noted.append(request.url) if not request.url.startswith("data:") else None)
    page.goto(path.as_uri())
    yield page
    page.close()


def labels(page):
    cells = page.locator("table.comparison tbody th")
    return ["hostile" if "img" in text else text.split()[1] for text in cells.all_inner_texts()]


def test_only_the_file_is_asked_for_and_nothing_complains(opened, path):
    assert opened.noted == [path.as_uri()]


def test_hostile_text_is_text(opened):
    assert opened.title() == "RecMatrix: comparison of recommenders"
    assert BAD in opened.locator("#cells").text_content()


def test_the_policy_stops_scripts_and_requests_that_get_in(opened):
    opened.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = "document.title = 'owned'";
        document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.1:9/x.png';
        document.body.append(i); }"""
    )
    assert opened.title() != "owned"
    assert any("Content Security Policy" in note for note in opened.noted)


def test_pictures_are_drawn_when_they_come_near_and_say_their_numbers(opened, path):
    pictures = opened.locator(".plot")
    assert pictures.count() == 8 and pictures.last.locator("svg").count() == 0
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        picture.locator("svg.main-svg").first.wait_for()
    pictures.first.scroll_into_view_if_needed()
    pictures.first.locator("path.point").first.hover(force=True)
    said = pictures.first.locator(".hoverlayer tspan").all_text_contents()
    assert {"best", "family: baseline", "status: ok"} < set(said) and any(t.startswith("ndcg@10: 0.") for t in said)
    assert opened.noted == [path.as_uri()] and opened.title() == "RecMatrix: comparison of recommenders"


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_photographs(browser, path, tmp_path, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri())
    page.evaluate("library()")
    page.evaluate("document.querySelectorAll('.plot:empty').forEach(plot)")
    folder = Path(os.environ.get("REPORT_PHOTOGRAPHS", tmp_path))
    page.screenshot(path=folder / f"report-{width}-{scheme}.png", full_page=True)
    found = imread(folder / f"report-{width}-{scheme}.png")[..., :3]
    page.close()
    assert found.shape[1] == width and found.shape[0] > 5000
    paper = np.median(found.reshape(-1, 3), axis=0)
    assert paper.min() > 0.95 if scheme == "light" else paper.max() < 0.15
    ink = np.abs(found - paper).max(axis=2) > 0.5
    assert 0.01 < ink.mean() < 0.3, "letters and lines, that stand out against the paper"


def test_a_printed_page_has_all_pictures(opened, tmp_path):
    opened.evaluate("library()")
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.locator(".plot:empty").count() == 0 and opened.locator("details:not([open])").count() == 0
    assert len(opened.pdf()) > 50_000


def test_a_click_sorts_and_a_second_one_turns_the_order(opened):
    assert labels(opened) == ["best", "middle", "hostile", "gone"]
    head = opened.locator("table.comparison thead th", has_text="NDCG@10")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending" and labels(opened) == ["best", "middle", "hostile", "gone"]
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert labels(opened) == ["hostile", "middle", "best", "gone"]  # what has no number stays last


def test_the_keyboard_sorts(opened):
    opened.locator("table.comparison thead th button").first.focus()
    opened.keyboard.press("Enter")
    assert labels(opened) == ["hostile", "best", "gone", "middle"]
    opened.keyboard.press("Tab")
    opened.keyboard.press("Space")
    heads = opened.locator("table.comparison thead th")
    assert [heads.nth(n).get_attribute("aria-sort") for n in range(2)] == ["none", "descending"]


def test_a_narrow_window_scrolls_tables_not_the_page(opened):
    assert opened.evaluate("document.documentElement.scrollWidth") == 400


def test_names_and_families_filter_everything(opened):
    def shown(table):
        rows = opened.locator(f"table.{table} tbody tr:not([hidden])")
        return ["hostile" if "img" in text else text for text in rows.evaluate_all("r => r.map(e => e.dataset.label)")]

    opened.get_by_label("Show algorithms with").fill("E")
    assert shown("comparison") == ["best", "middle", "hostile", "gone"]
    opened.get_by_label("Show algorithms with").fill("mid")
    assert shown("comparison") == shown("differences") == shown("costs") == ["middle"]
    assert opened.locator("#shown").inner_text() == "1 shown everywhere"
    opened.get_by_label("Show algorithms with").fill("")
    opened.get_by_label("Family", exact=True).select_option("baseline")
    assert len(shown("comparison")) == 4


def test_data_sets_metrics_and_cut_offs_filter(browser, tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for name in ("one", "two"):
        for label in ("a", "b"):
            answers = synthetic.answers([[3 * (label == "b")]] * 8)
            synthetic.put(store, synthetic.record(label, dataset={"name": name}), answers)
    page = browser.new_page()
    page.goto(reports.write(store, tmp_path / "r", metrics=["ndcg@5", "ndcg@10", "recall@10"]).as_uri())

    def heads():
        return [text.split()[0] for text in page.locator(".comparison thead th:visible").all_inner_texts()]

    alone = ["Algorithm", "NDCG@5", "NDCG@10", "Recall@10", "Training", "Memory"]
    assert heads() == alone * 2
    page.get_by_label("Data set", exact=True).select_option("two")
    assert heads() == alone
    assert page.locator("figure:visible").count() == 1 + page.locator("figure[data-dataset=two]").count()
    page.get_by_label("Metric", exact=True).select_option("ndcg")
    assert heads() == ["Algorithm", "NDCG@5", "NDCG@10"]
    page.get_by_label("Cut-off", exact=True).select_option("10")
    assert heads() == ["Algorithm", "NDCG@10"]
    assert page.locator(".comparison tbody tr:visible td:visible").count() == 2
    assert "held-out items weighted by 1/log2(rank + 1)" in page.locator("#reading").inner_text()
    page.close()


def test_users_are_looked_at_one_by_one(opened):
    drill = opened.locator(".drill")
    drill.get_by_label("User").select_option("u3")
    drill.get_by_label("one algorithm").select_option("best")
    drill.get_by_label("another").select_option(BAD)
    had, held, best, bad = (part.inner_text().splitlines() for part in drill.locator(".columns section").all())
    assert had == ["Had, best known first", "Film 3", BAD]
    assert held == ["Held out", "Film 0"]
    assert best[:2] == ["best", "Film 0 ✓"] and bad[0] == BAD and "✓" not in "".join(bad)
    assert drill.locator(".hit").all_inner_texts() == ["Film 0 ✓"]
    assert opened.title() == "RecMatrix: comparison of recommenders"
