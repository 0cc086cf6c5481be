"""Every number of the worked example in docs/metrics.md, computed from the tables in the same file."""

import re
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
from metric_cases import answers_from, context_of

from bench.metrics.registry import describe, measure

DOC = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
NAMES = "ABCDEFGHIJ"


def table(header):
    """The rows below the table header that begins with `header`."""
    lines = DOC.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(header))
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def example():
    questions = []
    for _, ranked, held in table("| user | ranked candidates"):
        levels = [level.split(" = ") for level in ranked.split(" > ")]
        candidates = [NAMES.index(name) for level in levels for name in level]
        scores = [float(-depth) for depth, level in enumerate(levels) for _ in level]
        questions.append((candidates, scores, [NAMES.index(name) for name in re.findall("[A-J]", held)]))
    (popularity,) = table("| item | A | B |")
    return questions, [int(count) for count in popularity[1:]]


def ranking_answers():
    questions, popularity = example()
    answers = answers_from(questions)
    return answers, context_of(answers, popularity=popularity, train_users=8)


def rating_answers():
    rows = table("| user | item | rating")
    held = [[NAMES.index(item) for user, item, _, _ in rows if user == str(u)] for u in (1, 2, 3, 4)]
    questions = [(list(range(10)), [0.0] * 10, items) for items in held]
    ratings, predictions = ([float(row[column]) for row in rows] for column in (2, 3))
    answers = answers_from(questions, ratings=ratings, predictions=predictions)
    return answers, context_of(answers, scale=(0.5, 5.0))


def shown(value):
    return "–" if value is None or np.isnan(value) else f"{value:.4f}"


@pytest.mark.parametrize("row", table("| metric | user 1"), ids=lambda row: row[0].strip("`"))
def test_results_table(row):
    name = row[0].strip("`")
    rated = name.startswith(("rmse", "mae", "rating"))
    result = measure([name], *(rating_answers() if rated else ranking_answers()))[name]
    alone = [None] * 4 if result.per_question is None else result.per_question
    assert [shown(value) for value in (*alone, result.value)] == row[1:]


def test_every_metric_is_in_the_results_table_and_has_its_formula():
    in_table = {row[0].strip("`").split("@")[0] for row in table("| metric | user 1")}
    assert in_table == {definition.name for definition in describe()}
    for definition in describe():
        assert f"**{definition.label}**" in DOC


def test_numbers_of_other_definitions():
    answers, context = ranking_answers()
    ndcg, mean_precision = (measure([name], answers, context)[name].per_question for name in ("ndcg@3", "map@3"))
    ideal = np.cumsum(1 / np.log2(np.arange(2, 6)))  # of 1, 2, 3, 4 hits
    assert f"user 1: {ndcg[0] * ideal[1] / ideal[2]:.4f} instead of {ndcg[0]:.4f}" in DOC
    assert f"user 2: {ndcg[1] * ideal[2] / ideal[3]:.4f} instead of {ndcg[1]:.4f}" in DOC
    assert f"user 2: {mean_precision[1] * 3 / 4:.4f} instead of {mean_precision[1]:.4f}" in DOC


@pytest.mark.parametrize(
    ("listed", "hits", "expected"), [(10, 0, "0.9800"), (10, 5, "0.9900"), (10, 10, "1.0000"), (0, 0, "0.9900")]
)
def test_accuracy_hardly_sees_the_hits(listed, hits, expected):
    candidates = list(range(1000))
    scores = [1000.0 - item if item < listed else np.nan for item in candidates]  # NaN: cannot be listed
    held = list(range(hits)) + list(range(500, 510 - hits))
    answers = answers_from([(candidates, scores, held)])
    result = measure(["accuracy@10"], answers, context_of(answers))["accuracy@10"]
    assert f"{result.value:.4f}" == expected
    assert expected in DOC.split("### Why accuracy@k says nothing")[1].split("##")[0]
