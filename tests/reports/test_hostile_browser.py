"""The page with hostile texts in a real browser: nothing of them runs, nothing is asked for, names are literal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile_store import HOSTILE, filled

import reports
from reports.figures import style

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = filled(tmp_path_factory.mktemp("hostile") / "store", HOSTILE)
    return reports.write(store, store.folder.parent / "report", baseline=HOSTILE[10]).parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as p:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = p.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@dataclass(frozen=True)
class Seen:
    """What became of a page after everything in it was looked at and used."""

    title: str
    noted: list[str]  # what it said and asked for
    drawn: list[str]  # the texts of pictures that a script drew
    links: int  # in those pictures


def walked(browser: Any, path: Path) -> Seen:
    """Open everything, scroll to the end, choose from every list, sort a few tables."""
    page, noted = browser.new_page(viewport={"width": 1000, "height": 800}), []
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("dialog", lambda dialog: (noted.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: noted.append(request.url) if not request.url.startswith("data:") else None)
    page.goto(path.as_uri())
    page.evaluate("typeof library === 'undefined' || library()")  # what draws pictures is there before they come near
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    y = 0
    while y < page.evaluate("document.documentElement.scrollHeight"):
        page.evaluate(f"scrollTo(0, {y})")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))")
        y += 700
    for select in page.locator("select").all():
        for place in range(min(3, select.locator("option").count())):
            select.select_option(index=place)
    for table in page.locator("table.sortable").all()[:3]:
        table.locator("thead button").first.click()
    page.wait_for_timeout(200)
    drawn = page.evaluate("[...document.querySelectorAll('svg text')].map((t) => t.textContent)")
    seen = Seen(page.title(), noted, drawn, page.evaluate("document.querySelectorAll('svg a').length"))
    page.close()
    return seen


@pytest.fixture(scope="module")
def seen(browser: Any, folder: Path) -> Seen:
    return walked(browser, folder / "index.html")


def test_nothing_runs_and_nothing_is_asked_for_in_a_browser(seen: Seen, folder: Path) -> None:
    assert seen.title == "RecMatrix: comparison of recommenders"
    assert seen.noted == [(folder / "index.html").as_uri()]


def test_pictures_that_a_script_draws_show_names_literally(seen: Seen) -> None:
    text = "\n".join(seen.drawn).replace("\N{NO-BREAK SPACE}", " ")
    assert [HOSTILE[place] for place in (0, 9, 10) if style.label(HOSTILE[place]) not in text] == []
    assert seen.links == 0


def test_the_browser_would_tell_if_something_ran_or_was_asked_for(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(f"<title>fine</title><img src='http://127.0.0.1:9/'>{HOSTILE[0]}", encoding="utf-8")
    seen = walked(browser, path)
    assert seen.title == "owned"
    assert "http://127.0.0.1:9/" in seen.noted
