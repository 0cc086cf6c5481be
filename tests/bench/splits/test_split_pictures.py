"""The pictures of docs/protocols.md are those that the code draws today."""

from __future__ import annotations

import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import numpy as np
import pytest
from split_cases import dataset, history, letters

import bench
from bench.splits.catalogue import make, names
from reports.figures import protocol

DOCS = Path(bench.__file__).resolve().parent.parent / "docs"
PICTURES = ["random", "k-fold", "user-time", "last-out", "time-cut", "windows"]
PICTURES += ["user-holdout", "cold-items", "cold-users"]


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    """The script that draws them."""
    spec = importlib.util.spec_from_file_location("draw_protocols", DOCS / "protocols" / "draw.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_protocol_has_a_picture_and_a_section(drawing: ModuleType):
    page = (DOCS / "protocols.md").read_text(encoding="utf-8")
    assert list(drawing.PICTURES) == PICTURES
    assert set(re.findall(r"protocols/([\w-]+)\.svg", page)) == set(PICTURES)
    assert set(re.findall(r"^## `([\w-]+)`", page, flags=re.MULTILINE)) == set(names())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_up_to_date(drawing: ModuleType, name: str):
    """What it says in words always is; its bytes are where the same version of Matplotlib draws."""
    kept, drawn = (DOCS / "protocols" / f"{name}.svg").read_bytes(), drawing.picture(name)
    tell = "run python docs/protocols/draw.py"
    assert _told(kept) == _told(drawn), tell
    if f"Matplotlib {mpl.__version__}<".encode() in kept:
        assert kept == drawn, tell


def _told(svg: bytes) -> str:
    found = ET.fromstring(svg).find(".//{http://purl.org/dc/elements/1.1/}description")
    assert found is not None and found.text
    return found.text


def test_marks_lie_where_the_interactions_are():
    split = make(dataset([*history("a", 8), *history("b", 2)]), {"name": "user-time"})
    assert letters(split, "a") == "ttttttvT"
    assert protocol.words(split) == "a ttttttvT\nb tT"
    (panel,) = protocol.draw({"mine": split}).axes
    marks = {line.get_gid(): line for line in panel.get_lines()}
    assert sorted(marks) == ["part-test", "part-training", "part-validation"]
    assert marks["part-test"].get_xdata().tolist() == [108, 102]
    assert marks["part-test"].get_ydata().tolist() == [0, 1]
    assert marks["part-validation"].get_xdata().tolist() == [107]
    assert len(marks["part-training"].get_xdata()) == 7
    assert [label.get_text() for label in panel.get_yticklabels()] == ["a", "b"]


def test_without_times_marks_lie_at_their_places_or_items():
    split = make(dataset(history("a", 4), times=False, ordered=True), {"name": "last-out"})
    (panel,) = protocol.draw({"mine": split}).axes
    assert np.concatenate([line.get_xdata() for line in panel.get_lines()]).tolist() == [0, 1, 2, 3]
    (panel,) = protocol.draw({"mine": split}, "item").axes
    assert [label.get_text() for label in panel.get_xticklabels()] == ["i01", "i02", "i03", "i04"]


def test_parts_differ_in_shape_and_colour():
    looks = protocol.LOOKS.values()
    assert len({(look.marker, look.filled) for look in looks}) == len({look.colour for look in looks}) == len(looks)
