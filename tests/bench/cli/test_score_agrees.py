"""Lists of our own cells, written to files, get the numbers of their cell; other libraries agree on the same files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import Call
from harness import environment, run_here
from score_files import scored

from bench.datasets import catalogue as datasets
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.metrics.registry import measure
from bench.splits import catalogue as splits
from bench.store import Store
from bench.types import Interactions, Split

AT_TEN = [
    f"{name}@10"
    for name in (
        *("precision", "recall", "recall_capped", "f1", "hit_rate", "ndcg", "map", "map_full", "mrr", "ctr_proxy"),
        *("ndcg_graded", "ndcg_exponential", "recall_ips", "recall_snips", "ndcg_ips", "ndcg_snips"),
        *("coverage", "gini", "entropy", "popularity", "novelty", "popularity_lift", "diversity_cooccurrence"),
        *("serendipity", "activity_gap", "accuracy"),
    )
]
BY_SCORE = ["recall_ties@10", "precision_ties@10", "ndcg_ties@10", "auc"]  # ranks know no ties


@pytest.fixture
def cell(small_data: None, tmp_path: Path) -> tuple[Store, Split]:
    """A store with one cell, and the split that it answered."""
    asked = {"name": "user-time", "validation": 0}
    axes = Axes(datasets=[{"name": "tiny"}], splits=[asked])
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="popularity")]), store)
    assert record.status == "ok", record.reason
    return store, splits.make(datasets.load({"name": "tiny"}), asked)


def _pairs(split: Split, part: Interactions) -> pd.DataFrame:
    ids, names = np.array(split.dataset.users.ids), np.array(split.dataset.items.ids)
    return pd.DataFrame({"user": ids[part.users], "item": names[part.items]})


def _exported(store: Store, split: Split, folder: Path) -> tuple[pd.DataFrame, Path, Path]:
    """The lists of the only cell as a frame, and the files of its test and of its training part."""
    (record,) = store.records()
    answers = store.answers(record)
    ids, names = np.array(split.dataset.users.ids), np.array(split.dataset.items.ids)
    rows, places = np.nonzero(answers.lists.items >= 0)
    lists = pd.DataFrame(
        {
            "user": ids[split.test.askers[rows]],
            "item": names[answers.lists.items[rows, places]],
            "rank": places + 1,
            "score": answers.lists.scores[rows, places],
        }
    )
    test = pd.DataFrame(
        {
            "user": ids[split.test.askers[split.test.rows]],
            "item": names[split.test.items],
            "rating": split.test.ratings,
        }
    )
    _pairs(split, split.learnt).to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    return lists, folder / "test.csv", folder / "train.csv"


@pytest.mark.parametrize(("file", "order"), [("l.csv", "rank"), ("l.csv.gz", "score"), ("l.parquet", "score")])
def test_lists_of_a_cell_get_the_numbers_of_the_cell(
    file: str, order: str, cell: tuple[Store, Split], call: Call, tmp_path: Path
):
    store, split = cell
    lists, test, train = _exported(store, split, tmp_path)
    shuffled = lists.sample(frac=1, random_state=5).drop(columns={"rank", "score"} - {order})
    assert len(set(lists["score"])) < len(set(lists["item"])), "no ties, so their order would not be tested"
    if file.endswith("parquet"):
        shuffled.to_parquet(tmp_path / file)
    else:
        shuffled.to_csv(tmp_path / file, index=False)
    (record,) = store.records()
    wanted = [*AT_TEN, *(BY_SCORE if order == "score" else [])]
    expected = measure(wanted, store.answers(record), store.context(record.split_hash))
    names = ",".join(wanted)
    found = scored(call, tmp_path / file, "--test", test, "--train", train, "--metrics", names)["metrics"]
    assert {name: value["value"] for name, value in found.items()} == {
        name: None if m.value is None else pytest.approx(m.value, rel=1e-12, abs=0) for name, m in expected.items()
    }
    assert sum(value["value"] is not None for value in found.values()) >= len(wanted) - 1  # one may be undefined here
    assert found["ndcg@10"]["low"] < found["ndcg@10"]["value"] < found["ndcg@10"]["high"]
    assert found["ndcg@10"]["users"] == len(split.test)


THEIRS = """
import csv, json, sys
import numpy as np
from ranx import Qrels, Run, evaluate
from sklearn.metrics import ndcg_score, roc_auc_score
lists, test = ({}, {})
for name, into, value in (("lists.csv", lists, "score"), ("test.csv", test, None)):
    with open(name, newline="") as file:
        for row in csv.DictReader(file):
            into.setdefault(row["user"], {})[row["item"]] = float(row[value]) if value else 1
found = evaluate(Qrels(test), Run(lists), ["ndcg@10", "recall@10", "map@10", "mrr@10"])
rows = [([item in test[user] for item in lists[user]], list(lists[user].values())) for user in sorted(test)]
found["sklearn ndcg"] = np.mean([ndcg_score([truth], [scores], k=10) for truth, scores in rows])
found["sklearn auc"] = np.mean([roc_auc_score(truth, scores) for truth, scores in rows])
json.dump({name: float(value) for name, value in found.items()}, sys.stdout)
"""


def test_other_libraries_agree_on_the_same_files(cell: tuple[Store, Split], call: Call, tmp_path: Path):
    """ranx and scikit-learn read the files themselves; no scores are equal, since ranx breaks ties its own way."""
    lists, test, train = _exported(*cell, tmp_path)
    lists["score"] = -lists["rank"]
    lists.drop(columns="rank").to_csv(tmp_path / "lists.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", THEIRS],
        cwd=tmp_path,
        env=environment(NUMBA_DISABLE_JIT="1"),
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout)
    names = {"recall@10": "recall@10", "map_full@10": "map@10", "mrr@10": "mrr@10", "auc": "sklearn auc"}
    pairs = [*names.items(), ("ndcg@10", "ndcg@10"), ("ndcg@10", "sklearn ndcg"), ("ndcg_ties@10", "sklearn ndcg")]
    wanted = ",".join(dict.fromkeys(ours for ours, _ in pairs))
    words = ("--test", test, "--train", train, "--metrics", wanted)
    found = scored(call, tmp_path / "lists.csv", *words)["metrics"]
    for ours, other in pairs:
        assert found[ours]["value"] == pytest.approx(theirs[other], rel=1e-12), (ours, other)
        assert 0 < found[ours]["value"] < 1
