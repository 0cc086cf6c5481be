"""`bench compare`: what it says of two algorithms, and what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import synthetic_store as synthetic

from bench.cli import app, main

TOP, NEAR, LOW = [[0]] * 8, [[0]] * 7 + [[1]], [[60]] * 8


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `bench compare` writes about a store with four algorithms, and its exit code."""
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for label, ranks in (("top", TOP), ("near", NEAR), ("low", LOW)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    for label in ("als (factors=8)", "als (factors=9)", "net (epochs=3)"):
        name = label.split()[0]
        synthetic.put(store, synthetic.record(label, algorithm=name, params={"n": label}), synthetic.answers(NEAR))
    synthetic.put(store, synthetic.record("gone", status="oom", reason="5 GB"))

    def said(*words: str) -> tuple[int, str]:
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", "compare", str(store.folder), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return int(ended.value.code or 0), seen.out + seen.err

    return said


def test_a_real_difference(say: Any) -> None:
    code, text = say("low", "top")
    assert code == 0
    assert "movielens-small · user-time, 8 users" in text
    assert "NDCG@10 of low minus that of top; top is better than low" in text
    lines = {line[:20].strip(): line[20:].strip() for line in text.splitlines()}
    assert lines["Difference"] == "-1.0000"
    assert lines["p (randomization)"] == "0.009"  # 2 of 2 ** 8 choices of signs, by chance 83 of 10,000
    assert (lines["Better"], lines["Same"], lines["Worse"]) == ("0 %", "0 %", "100 %")


def test_one_that_cannot_be_told(say: Any) -> None:
    code, text = say("top", "near", "--metric", "mrr@10")
    assert code == 0
    assert "MRR@10 of top minus that of near; top and near cannot be separated" in text


def test_a_name_is_enough_where_it_has_only_one_meaning(say: Any) -> None:
    assert "NDCG@10 of net (epochs=3) minus that of low" in say("net", "low")[1]


def test_for_programs(say: Any) -> None:
    code, text = say("top", "low", "--json")
    (found,) = json.loads(text)
    assert code == 0
    assert (found["dataset"], found["metric"], found["value"], found["better"]) == ("movielens-small", "ndcg@10", 1, 1)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("top", "gone"), "no comparison: gone is oom here"),
        (("top", "top"), "no comparison: that is one algorithm"),
    ],
)
def test_where_there_is_no_comparison_it_says_why(say: Any, words: tuple[str, str], reason: str) -> None:
    code, text = say(*words)
    assert code == 0
    assert reason in text


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("tap", "low"), "no algorithm 'tap' in this store; did you mean 'top'?"),
        (("als", "low"), "'als' may be 'als (factors=8)' or 'als (factors=9)'; name one of them in full"),
        (("top", "low", "--metric", "nonsense@10"), "nonsense"),
    ],
)
def test_bad_words_are_one_line(say: Any, words: tuple[str, ...], reason: str) -> None:
    code, text = say(*words)
    assert code == 2
    assert reason in text
    assert len(text.strip().splitlines()) == 1
