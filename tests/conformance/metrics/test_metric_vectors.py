"""Our metrics, an independent computation and the stated derivation agree on every vector of this folder."""

from __future__ import annotations

import ast
import csv
import json
import math
import operator
from pathlib import Path
from typing import Any

import numpy as np
import plain_metrics
import pytest

from bench.answers import Answers
from bench.metrics.registry import describe, measure
from bench.records import Context
from bench.scoring.answers import judge
from bench.scoring.measure import score
from bench.scoring.rows import Columns, read_lists, read_pairs
from bench.topk import locate, top_k
from bench.types import HeldOut, Hidden, Query

HERE = Path(__file__).parent
VARIANTS = json.loads((HERE / "variants.json").read_text(encoding="utf-8"))["variants"]
OURS = {variant["name"]: variant["recmatrix"] for variant in VARIANTS if variant["recmatrix"]}
FILES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "vectors").glob("*.json"))]
VECTORS = {vector["name"]: vector for file in FILES for vector in file["vectors"]}
EXACT = 1e-12  # relative: sums of a few quotients in double precision, added in another order
OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _worked_out(node: Any) -> float:
    """The value of a derivation: numbers, + − * / **, parentheses, log2."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp):
        return OPERATIONS[type(node.op)](_worked_out(node.left), _worked_out(node.right))
    assert isinstance(node, ast.Call)
    assert node.func.id == "log2"
    return math.log2(_worked_out(node.args[0]))


def _written(metric: str, k: int | None) -> str:
    return metric if k is None else f"{metric}@{k}"


def _answered(vector: dict[str, Any]) -> tuple[Answers, Context]:
    """What a cell would leave behind: lists, ranks and ties from the harness's own ranking."""
    questions = vector["questions"]
    names = sorted({item for q in questions for item in [*q["list"], *q["held_out"]]} | set(vector.get("training", {})))
    number = {name: place for place, name in enumerate(names)}
    longest = max(1, *(len(q["list"]) for q in questions))
    candidates, scores = np.full((len(questions), longest), -1, np.int32), np.full((len(questions), longest), np.nan)
    for row, question in enumerate(questions):
        listed = len(question["list"])
        candidates[row, :listed] = [number[item] for item in question["list"]]
        scores[row, :listed] = question.get("scores") or np.arange(listed, 0, -1)
    users = np.arange(len(questions), dtype=np.int32)
    nothing, none = np.zeros(len(questions) + 1, np.int64), np.empty(0, np.int32)
    query = Query(users.astype(np.int64), users, nothing, none, None, None, len(names), candidates)
    offsets = np.cumsum([0, *(len(q["held_out"]) for q in questions)])
    items = np.array([number[item] for q in questions for item in q["held_out"]], np.int32)
    ratings = [rating for q in questions for rating in q.get("ratings", [])]
    held_out = HeldOut(
        query, offsets, items, np.array(ratings, np.float32) if ratings else None, hidden=Hidden(nothing, none)
    )
    lists = top_k(scores, query, longest, hide_seen=False)
    answers = Answers(lists, offsets, items, ratings=held_out.ratings, **vars(locate(scores, held_out)))
    popularity = np.array([vector.get("training", {}).get(name, 0) for name in names], np.int64)
    texts = tuple(names)
    ids = tuple(map(str, users))
    return answers, Context("kit", {"name": "kit"}, {}, users, ids, texts, texts, popularity, len(ids), None)


@pytest.mark.parametrize("name", VECTORS)
def test_the_derivations_give_the_values(name: str):
    for expected in VECTORS[name]["expected"]:
        if expected["value"] is not None:
            found = _worked_out(ast.parse(expected["derivation"], mode="eval").body)
            assert expected["value"] == pytest.approx(found, rel=1e-15, abs=0), expected


@pytest.mark.parametrize("name", VECTORS)
def test_an_independent_computation_gives_the_values(name: str):
    vector = VECTORS[name]
    for expected in vector["expected"]:
        found = plain_metrics.value(expected["metric"], vector["questions"], expected["k"], vector.get("training"))
        assert found == (expected["value"] and pytest.approx(expected["value"], rel=EXACT, abs=0)), expected


@pytest.mark.parametrize("name", VECTORS)
def test_our_metrics_give_the_values(name: str):
    vector = VECTORS[name]
    answers, context = _answered(vector)
    for expected in vector["expected"]:
        if expected["metric"] in OURS:
            written = _written(OURS[expected["metric"]], expected["k"])
            found = measure([written], answers, context)[written]
            assert found.value == (expected["value"] and pytest.approx(expected["value"], rel=EXACT, abs=0)), expected
            assert (found.value is None) == bool(found.reason)


def _told_by_files(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """What `bench score` can tell: no user with nothing held out, no rank beyond the lists, no unknown candidates."""
    longest = max(len(question["list"]) for question in vector["questions"])
    if not any(question["held_out"] for question in vector["questions"]):
        return []
    told = (e for e in vector["expected"] if e["metric"] in OURS and e["metric"] != "accuracy")
    return [expected for expected in told if expected["k"] is not None and expected["k"] <= longest]


def _csv(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if _told_by_files(vector)])
def test_files_with_the_same_lists_are_scored_alike(name: str, tmp_path: Path):
    vector = VECTORS[name]
    listed: list[tuple[Any, ...]] = [("user", "item", "score")]
    held: list[tuple[Any, ...]] = [
        ("user", "item", "rating") if "ratings" in vector["questions"][0] else ("user", "item")
    ]
    for user, q in enumerate(vector["questions"]):
        scores = q.get("scores") or range(len(q["list"]), 0, -1)
        listed += [(user, *pair) for pair in zip(q["list"], scores, strict=True)]
        held += [(user, *pair) for pair in zip(*(q[key] for key in ("held_out", "ratings") if key in q), strict=True)]
    met = [(f"other {other}", item) for item, count in vector.get("training", {}).items() for other in range(count)]
    lists, test = _csv(tmp_path / "lists.csv", listed), _csv(tmp_path / "test.csv", held)
    train = read_pairs(_csv(tmp_path / "train.csv", [("user", "item"), *met]), Columns()) if met else None
    judged = judge(read_lists(lists, Columns()), read_pairs(test, Columns()), train)
    for expected in _told_by_files(vector):
        written = _written(OURS[expected["metric"]], expected["k"])
        found = score(judged, [written])[written].value
        assert found == (expected["value"] and pytest.approx(expected["value"], rel=EXACT, abs=0)), expected


def test_every_variant_is_defined_once_and_has_vectors_with_and_without_a_hit():
    names = [variant["name"] for variant in VARIANTS]
    assert len(names) == len(set(names))
    assert sum(len(file["vectors"]) for file in FILES) == len(VECTORS), "two vectors have one name"
    values: dict[str, set[float | None]] = {name: set() for name in names}
    for vector in VECTORS.values():
        for expected in vector["expected"]:
            values[expected["metric"]].add(expected["value"])
    assert [name for name, found in values.items() if len(found) < 2] == []


def test_every_metric_of_held_out_items_has_vectors():
    about_hits = {d.name for d in describe() if "ranking" in d.kind}
    assert about_hits > {"recall", "ndcg_graded", "ndcg_ties", "ndcg_ips"}
    assert about_hits - set(OURS.values()) == set()


@pytest.mark.parametrize("name", VECTORS)
def test_the_files_keep_to_their_format(name: str):
    vector = VECTORS[name]
    assert {"name", "about", "questions", "complete", "expected"} <= set(vector) <= {
        "name", "about", "questions", "complete", "expected", "training"
    }  # fmt: skip
    for question in vector["questions"]:
        assert len(question["list"]) == len(set(question["list"]))
        assert len(question.get("scores", question["list"])) == len(question["list"])
        assert question.get("scores", []) == sorted(question.get("scores", []), reverse=True)
        assert len(question.get("ratings", question["held_out"])) == len(question["held_out"])
    for expected in vector["expected"]:
        assert set(expected) == {"metric", "k", "value", "derivation"}
        assert vector["complete"] or expected["metric"] not in {"auc", "auc_strict", "accuracy"}
        assert ("training" in vector) or not expected["metric"].endswith("ips")
