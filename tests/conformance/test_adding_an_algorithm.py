"""The page that tells how to add an algorithm: its example runs and keeps the contract, its names exist."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from bench.algorithm import Can, Needs
from bench.conformance import checks_for

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-algorithm.md"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    file = tmp_path_factory.mktemp("docs") / "example_of_the_page.py"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def test_the_example_is_better_than_chance(example):
    assert 0.03 < example.result.metrics["ndcg@10"] < 1  # random scores reach less than 0.01 here


def test_the_example_keeps_the_contract(example):
    outcomes = [check.run(example.Trend) for check in checks_for(example.Trend)]
    assert {outcome.state for outcome in outcomes} == {"ok"}, outcomes


def test_every_flag_is_told():
    text = PAGE.read_text(encoding="utf-8")
    promises = re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)
    assert promises == [flag.name for flag in Can if flag]
    needs = re.search(r"must have \(`([A-Z_, ]+)`\)", text)
    assert needs
    assert needs[1].split(", ") == [flag.name for flag in Needs if flag]
