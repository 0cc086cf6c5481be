"""Text from data, plug-ins, exceptions, logs and git that would like to be more than text.

Wherever it is shown it is shown literally: in the terminal without control characters, on the page without a single
element, attribute or request of its own, in Markdown without markup, in CSV without formulas, in LaTeX without
commands, in pictures without scripts and references. Control characters and marks that turn the direction of writing
are left out.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import synthetic_store as synthetic
from hostile_store import ANSWERED, HOSTILE, OWN, TAME, filled
from lxml import etree, html
from markdown_it import MarkdownIt

import reports
from bench.cli import app, main
from bench.store import Store
from reports.escape import clean

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("hostile") / "store", HOSTILE)


@pytest.fixture(scope="module")
def folder(store: Store) -> Path:
    return reports.write(store, store.folder.parent / "report", baseline=HOSTILE[10]).parent


@pytest.fixture(scope="module")
def page(folder: Path) -> Any:
    return html.parse(folder / "index.html").getroot()


def shown(text: str) -> str:
    """As one reads it on a page: spaces at the ends are not seen."""
    return clean(text).strip()


def test_the_page_shows_all_of_it_literally(page: Any) -> None:
    heads = {cell.text_content().strip() for cell in page.xpath("//section[@id='cells']//tbody//th")}
    assert heads == {shown(text) for text in HOSTILE}
    notes = {note.text_content().strip() for note in page.xpath("//section[@id='cells']//td[@class='note']/div")}
    assert {f"ValueError: {clean(text)}".strip() for n, text in enumerate(HOSTILE) if n not in ANSWERED} <= notes
    logs = {log.text.splitlines()[-1].strip() for log in page.xpath("//section[@id='cells']//pre")}
    assert logs == {shown(text) for n, text in enumerate(HOSTILE) if n not in ANSWERED}
    facts = {fact.text_content().strip() for fact in page.xpath("//dd")}
    assert {shown(HOSTILE[n]) for n in (0, 3, 5, 20)} <= facts


def test_the_page_holds_no_control_character_and_no_mark_of_direction(page: Any) -> None:
    code = page.xpath("//script[not(@type)] | //style")
    texts = [part.text or "" for part in page.iter(etree.Element) if part not in code]
    texts += [part.tail or "" for part in page.iter(etree.Element)]
    texts += [value for part in page.iter(etree.Element) for value in part.attrib.values()]
    assert [text for text in texts if _CONTROL.search(text)] == []
    assert sum("[31mred" in text for text in texts) > 10
    assert [part for part in code if OWN in part.text] == []


def elements(page: Any) -> Counter[tuple[str, ...]]:
    """How many elements there are of each name with each set of attributes."""
    return Counter((str(part.tag), *sorted(part.attrib)) for part in page.iter(etree.Element))


def test_the_page_has_the_elements_that_it_has_for_tame_text(
    page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = sum(1 for _ in page.iter("figure"))
    assert drawn > 5
    monkeypatch.setattr("reports.pictures.draw", lambda *_, **__: [])
    pages = [
        html.parse(reports.write(filled(tmp_path / name, texts), tmp_path / f"report {name}", baseline=texts[10]))
        for name, texts in (("hostile", HOSTILE), ("tame", TAME))
    ]
    hostile, tame = (elements(page.getroot()) for page in pages)
    assert hostile == tame
    assert hostile["th", "data-sort", "scope", "title"] >= len(HOSTILE)


def test_no_attribute_of_the_page_runs_or_fetches(page: Any) -> None:
    attributes = [(name, value) for part in page.iter(etree.Element) for name, value in part.attrib.items()]
    assert len(attributes) > 1000
    assert [pair for pair in attributes if pair[0].startswith("on") or pair[0] in {"style", "srcdoc", "srcset"}] == []
    links = [value for name, value in attributes if name in {"href", "src", "action", "formaction", "data", "poster"}]
    assert [link for link in links if not link.startswith(("#", "data:image/"))] == []


def test_markdown_shows_it_literally_and_makes_no_markup_of_it(folder: Path) -> None:
    text = (folder / "tables/comparison.md").read_text(encoding="utf-8")
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    read = html.fromstring(f"<main>{reader.render(text)}</main>")
    allowed = {"main", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "ins"}
    assert {part.tag for part in read.iter(etree.Element)} == allowed
    assert {name for part in read.iter(etree.Element) for name in part.attrib} <= {"style"}  # of the table: alignment
    labels = {row.xpath("td")[0].text_content() for row in read.xpath("//tbody/tr")}
    assert labels == {shown(text) for text in HOSTILE}
    assert len({len(row) for row in read.xpath("//tr")}) == 1
    assert clean(HOSTILE[1]) in read.xpath("//h3")[0].text_content()


def test_no_cell_of_any_csv_is_a_formula(folder: Path) -> None:
    paths = sorted(folder.rglob("*.csv"))
    assert {path.parent.name for path in paths} == {"tables", "figures"}
    for path in paths:
        cells = [cell for line in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))) for cell in line]
        assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@")) and not _number(cell)] == []


def _number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", text) is not None


def test_csv_holds_all_of_it(folder: Path) -> None:
    with (folder / "tables/comparison.csv").open(encoding="utf-8", newline="") as file:
        labels = {line["algorithm"].removeprefix("'").strip() for line in csv.DictReader(file)}
    assert labels == {shown(text).removeprefix("'").strip() for text in HOSTILE}


_TEX = {
    "textbackslash": "\\",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textquotesingle": "'",
    "textasciigrave": "`",
}
_LAYOUT = {"begin", "end", "centering", "caption", "toprule", "midrule", "bottomrule", "textbf", "underline", "rlap"}
_COMMAND = re.compile(r"\\char(\d+)|\\([A-Za-z]+)|\\(.)|[{}]", re.DOTALL)


def _read(tex: str) -> str:
    """What LaTeX prints for text without other commands than those for single characters."""
    return _COMMAND.sub(lambda m: chr(int(m[1])) if m[1] else _TEX[m[2]] if m[2] else m[3] or "", tex)


def _rows(tex: str) -> list[str]:
    return [line for line in tex.partition("\\midrule")[2].splitlines() if line.endswith(r" \\")]


def test_latex_prints_it_literally_and_obeys_none_of_it(folder: Path) -> None:
    text = (folder / "tables/comparison.tex").read_text(encoding="utf-8").partition("\n")[2]  # after a comment
    commands = {found[2] for found in _COMMAND.finditer(text) if found[2]}
    assert commands <= {*_TEX, *_LAYOUT, "uparrow", "downarrow"}
    assert re.findall(r"\\(?:begin|end)\{(\w+)\}", text) == ["table", "tabular", "tabular", "table"]
    labels = {_read(re.split(r"(?<!\\) & ", row)[0]).removesuffix(" (failed)").strip() for row in _rows(text)}
    assert labels == {shown(text) for text in HOSTILE}


def test_no_row_of_latex_is_taken_for_an_option_of_the_end_of_the_row_before(folder: Path) -> None:
    """`\\\\` and `\\midrule` look past the end of the line for a star or a length in brackets."""
    rows = _rows((folder / "tables/comparison.tex").read_text(encoding="utf-8"))
    assert len(rows) == len(HOSTILE)
    assert [row for row in rows if row.lstrip().startswith(("[", "*"))] == []


def test_pictures_are_well_formed_and_hold_neither_scripts_nor_references(folder: Path) -> None:
    pictures = sorted((folder / "figures").glob("*.svg"))
    assert len(pictures) > 5
    for path in pictures:
        parts = list(etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False)).iter(etree.Element))
        names = {etree.QName(part).localname for part in parts}
        assert "path" in names and "text" not in names  # names of algorithms are drawn as shapes
        assert not names & {"script", "foreignObject", "iframe", "image", "a", "animate", "set", "handler"}, path.name
        attributes = [(etree.QName(name).localname, value) for part in parts for name, value in part.attrib.items()]
        assert [name for name, _ in attributes if name.startswith("on")] == []
        assert [value for name, value in attributes if name in {"href", "src"} and not value.startswith("#")] == []
        styles = [value for name, value in attributes if "url(" in value]
        styles += [part.text or "" for part in parts if etree.QName(part).localname == "style"]
        assert [text for text in styles if re.search(r"url\((?!['\"]?#)|@import", text)] == []


def test_no_file_of_the_report_is_called_by_a_hostile_name(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert len(names) > 20
    assert [name for name in names if not re.fullmatch(r"[a-z0-9.-]+", name)] == []


@pytest.fixture
def say(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command writes about a store, on both streams."""

    def said(*words: str) -> str:
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", *words])
        with pytest.raises(SystemExit):
            main()
        seen = capsys.readouterr()
        return seen.out + seen.err

    return said


def literal(text: str) -> str:
    """As a terminal may get it: a sign in the place of each control character."""
    return _CONTROL.sub("\ufffd", text)


def test_status_shows_it_literally_with_a_line_for_each_cell(say: Callable[..., str], store: Store) -> None:
    text = say("status", str(store.folder))
    assert _CONTROL.findall(text) == []
    table, _, counts = text.strip().rpartition("\n\n")
    assert counts == f"{len(HOSTILE)} cells: {len(HOSTILE) - len(ANSWERED)} failed, {len(ANSWERED)} ok"
    lines = table.splitlines()[2:]
    assert len(lines) == len(HOSTILE)
    for hostile in HOSTILE:
        assert any(literal(hostile).replace("\n", " ").strip() in line for line in lines), hostile


@pytest.mark.parametrize("place", [0, 9, 10, 18, 20, 21, 22])
def test_show_shows_it_literally(place: int, say: Callable[..., str], store: Store) -> None:
    text = say("show", HOSTILE[place], "--store", str(store.folder))
    assert _CONTROL.findall(text) == []
    assert f"algorithm       {literal(HOSTILE[place])}" in re.sub(r" {2,}", " " * 7, text)
    assert literal(HOSTILE[1]) in text


def test_show_shows_a_log_without_what_would_steer_the_terminal(say: Callable[..., str], store: Store) -> None:
    record = next(record for record in store.records() if record.label == HOSTILE[13])
    log = store.folder_of(record) / "log.txt"
    before = log.read_bytes()
    log.write_text("\n".join(HOSTILE), encoding="utf-8")
    try:
        text = say("show", HOSTILE[13], "--store", str(store.folder), "--log")
    finally:
        log.write_bytes(before)
    assert _CONTROL.findall(text) == []
    assert literal("\n".join(HOSTILE[:13])) in text


def test_compare_shows_it_literally(say: Callable[..., str], store: Store) -> None:
    text = say("compare", str(store.folder), HOSTILE[0], HOSTILE[20])
    assert _CONTROL.findall(text) == []
    assert f"NDCG@10 of {HOSTILE[0]} minus that of {literal(HOSTILE[20])}" in text
    assert f"{HOSTILE[1]} (note={HOSTILE[12]}) · user-time, 8 users" in text


def test_errors_show_it_literally(say: Callable[..., str], store: Store, tmp_path: Path) -> None:
    unknown = say("compare", str(store.folder), "\x1b[31mnobody", HOSTILE[0])
    assert unknown.startswith("bench: no algorithm ")
    other = synthetic.empty(tmp_path / "store")
    for number in (1, 2):
        hostile = {"name": f"d{number}{HOSTILE[20]}"}
        synthetic.put(other, synthetic.record("twice", dataset=hostile, status="failed", reason="no"))
    several = say("show", "twice", "--store", str(other.folder))
    assert "means several cells" in several
    assert _CONTROL.findall(unknown + several) == []
