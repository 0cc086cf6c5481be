"""What lists from elsewhere are worth, what a reader is told of them, and what their files do not tell."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import Call
from score_files import LISTS, TEST, scored, text_file, toy_files


@pytest.fixture
def toy(tmp_path: Path) -> tuple[Path, Path]:
    """Lists and held-out items of four users."""
    return toy_files(tmp_path)


def test_values_by_hand(toy: tuple[Path, Path], call: Call):
    lists, test = toy
    found = scored(call, lists, "--test", test, "--metrics", "ndcg@3,recall@3,ctr_proxy@3")["metrics"]
    ideal = 1 + 1 / np.log2(3)
    expected = (1 / np.log2(3) / ideal + 1.5 / (ideal + 0.5) + 0 + 0) / 4
    assert found["ndcg@3"]["value"] == pytest.approx(expected, rel=1e-12)
    assert found["recall@3"]["value"] == pytest.approx((1 / 2 + 2 / 4 + 0 + 0) / 4, rel=1e-12)
    assert found["ctr_proxy@3"]["value"] == pytest.approx(3 / 7, rel=1e-12)
    assert found["recall@3"] | {"value": 0} == {
        "value": 0,
        "low": None,
        "high": None,
        "users": 4,
        "reason": "no interval: 4 users, and a bootstrap needs at least 5",
    }


def test_what_a_reader_should_know_is_told(toy: tuple[Path, Path], call: Call, tmp_path: Path):
    lists, test = toy
    train = text_file(tmp_path / "train.csv", "user,item\n1,D\n2,A\n3,A\n7,B\n7,B\n")
    facts = scored(call, lists, "--test", test, "--train", train, "--metrics", "ndcg@3")["facts"]
    assert facts == {
        "users of the test": 4,
        "held-out items": 8,
        "shortest list": 0,
        "longest list": 3,
        "users without a list, who count as 0": 1,
        "rows of lists left out, since their user is not in the test": 1,
        "rows of lists with an item that the user had in training, kept": 1,
        "rows of lists with a score that another item of the list has too": 0,
        "rows of the test that repeat another, counted once": 0,
        "held-out items that the user had in training": 1,
        "items of lists that are neither in training nor in the test": 1,
    }
    said = call("score", lists, "--test", test, "--train", train, "--metrics", "ndcg@3").stdout
    assert "users without a list, who count as 0" in said
    assert "counted once" not in said, "what did not happen is not told"


def test_equal_scores_are_ordered_by_the_hash_and_counted(call: Call, tmp_path: Path):
    """300 users with one held-out item of ten equal ones: chance level, wherever the item stands in the file."""
    names = [f"i{place}" for place in range(10)]
    rows = [f"u{user:03},{item},0" for user in range(300) for item in names]
    lists = text_file(tmp_path / "lists.csv", "\n".join(["user,item,score", *rows]) + "\n")
    test = text_file(tmp_path / "test.csv", "\n".join(["user,item", *(f"u{user:03},i0" for user in range(300))]) + "\n")
    found = scored(call, lists, "--test", test, "--metrics", "recall@3,recall_ties@3")
    assert found["metrics"]["recall_ties@3"]["value"] == pytest.approx(0.3, rel=1e-12)
    assert found["metrics"]["recall@3"]["value"] == pytest.approx(0.3, abs=0.09)  # 3.4 standard deviations
    assert found["facts"]["rows of lists with a score that another item of the list has too"] == 3000


def test_columns_can_be_named_and_ranks_come_before_scores(toy: tuple[Path, Path], call: Call, tmp_path: Path):
    _, test = toy
    rows = [line.split(",") for line in LISTS.splitlines()[1:]]
    text = "\n".join(["score|who|what|place", *(f"{rank}|{user}|{item}|{rank}" for user, item, rank in rows)])
    named = text_file(tmp_path / "named.txt", text + "\n")
    tests = text_file(tmp_path / "t.txt", TEST.replace(",", "|"))
    words = ("--test", tests, "--separator", "|", "--user", "who", "--item", "what", "--metrics", "ndcg_graded@3")
    by_rank = scored(call, named, *words, "--rank", "place")
    usual = scored(call, toy[0], "--test", test, "--metrics", "ndcg_graded@3")
    assert by_rank["metrics"] == usual["metrics"]
    assert by_rank["order"] == "rank, from the column 'place'"
    by_score = scored(call, named, *words)
    assert by_score["order"] == "score, from the column 'score'"
    assert by_score["metrics"] != usual["metrics"], "the highest score is the best"


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_values_of_each_user_are_written(ending: str, toy: tuple[Path, Path], call: Call, tmp_path: Path):
    lists, test = toy
    out = tmp_path / f"each{ending}"
    scored(call, lists, "--test", test, "--metrics", "recall@3,rmse,mrr@1", "--per-user", out)
    if ending == ".csv":
        with out.open(newline="", encoding="utf-8") as file:
            rows: Iterable[tuple[str, str, float]] = [
                (row["user"], row["metric"], float(row["value"])) for row in csv.DictReader(file)
            ]
    else:
        rows = pd.read_parquet(out).itertuples(index=False, name=None)
    assert list(rows) == [
        *zip("1235", ["recall@3"] * 4, [0.5, 0.5, 0, 0], strict=True),
        *zip("1235", ["mrr@1"] * 4, [0, 1, 0, 0], strict=True),
    ]


# ---- what the files do not say


@pytest.mark.parametrize(
    ("metric", "words", "reason"),
    [
        ("novelty@3", "", "needs the training interactions: name their file with --train"),
        ("coverage@3", "", "needs the training interactions"),
        ("ndcg_snips@3", "", "needs the training interactions"),
        ("auc", "", "needs a ranking of the whole catalogue, which --train FILE tells"),
        ("auc", "train", "needs lists that hold every item that the user did not have in training"),
        ("accuracy@3", "train", "needs lists that hold every item"),
        ("rmse", "", "the algorithm predicts no ratings"),
        ("ndcg_graded@3", "bare", "there are no held-out ratings"),
    ],
)
def test_what_is_not_told_is_null_with_the_reason(
    metric: str, words: str, reason: str, toy: tuple[Path, Path], call: Call, tmp_path: Path
):
    lists, test = toy
    train = text_file(tmp_path / "train.csv", "user,item\n1,A\n2,A\n3,C\n")
    bare = text_file(tmp_path / "bare.csv", "user,item\n1,C\n2,C\n")
    more = ["--train", train] if words == "train" else []
    found = scored(call, lists, "--test", bare if words == "bare" else test, *more, "--metrics", metric)
    assert found["metrics"][metric]["value"] is None
    assert found["metrics"][metric]["reason"].startswith(reason)
    said = call("score", lists, "--test", bare if words == "bare" else test, *more, "--metrics", metric)
    assert said.code == 0
    assert reason in said.stdout


def test_auc_counts_what_whole_rankings_tell(call: Call, tmp_path: Path):
    """Items A to D; the user had A. B is held out, second of B, C, D: one of two others is beaten."""
    lists = text_file(tmp_path / "lists.csv", "user,item,rank\nx,C,1\nx,B,2\nx,D,3\n")
    test = text_file(tmp_path / "test.csv", "user,item\nx,B\n")
    train = text_file(tmp_path / "train.csv", "user,item\nx,A\ny,C\ny,D\n")
    found = scored(call, lists, "--test", test, "--train", train, "--metrics", "auc,accuracy@1")["metrics"]
    assert found["auc"]["value"] == 0.5
    assert found["accuracy@1"]["value"] == pytest.approx(1 / 3)
