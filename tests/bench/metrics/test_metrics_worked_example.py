"""Every number of the worked example in docs/metrics.md, computed from the tables in the same file."""

import re
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
from metric_cases import answers_from, background_of, context_of

from bench.metrics.registry import describe, measure

DOC = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
NAMES = "ABCDEFGHIJ"


def table(header):
    """The rows below the table header that begins with `header`."""
    lines = DOC.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(header))
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def items_in(text):
    return [NAMES.index(name) for name in re.findall("[A-J]", text)]


def example():
    """Answers and context as the tables tell them."""
    ratings = {(user, item): (float(r), float(p)) for user, item, r, p in table("| user | item | rating")}
    questions, rated = [], []
    for user, ranked, held in table("| user | ranked candidates"):
        levels = [items_in(level) for level in ranked.split(">")]
        scores = [float(-depth) for depth, level in enumerate(levels) for _ in level]
        questions.append(([item for level in levels for item in level], scores, items_in(held)))
        rated += [ratings[user, NAMES[item]] for item in items_in(held)]
    answers = answers_from(questions, ratings=[r for r, _ in rated], predictions=[p for _, p in rated])
    popularity, genres = table("| item | A | B |")
    training = [items_in(had) for _, had in table("| user | had in training")]
    names = sorted(set(" ".join(genres[1:]).split()) - {"–"})
    background = background_of(
        training=training,
        histories=training[: len(questions)],
        features=[[name in text.split() for name in names] for text in genres[1:]],
        names=names,
    )
    counts = [int(count) for count in popularity[1:]]
    assert counts == [sum(item in had for had in training) for item in range(len(NAMES))]
    known = {"popularity": counts, "train_users": len(training), "scale": (0.5, 5.0), "background": background}
    return answers, context_of(answers, **known)


def shown(value):
    return "–" if value is None or np.isnan(value) else f"{value:.4f}"


def row_of(name):
    result = measure([name], *example())[name]
    alone = [None] * 4 if result.per_question is None else result.per_question
    return [shown(value) for value in (*alone, result.value)]


@pytest.mark.parametrize("row", table("| metric | user 1"), ids=lambda row: row[0].strip("`"))
def test_results_table(row):
    assert row_of(row[0].strip("`")) == row[1:]


def test_every_metric_is_in_the_results_table_and_has_its_formula():
    in_table = {row[0].strip("`").split("@")[0] for row in table("| metric | user 1")}
    assert in_table == {definition.name for definition in describe()}
    for definition in describe():
        assert f"**{definition.label}**" in DOC


def test_numbers_of_other_definitions():
    answers, context = example()
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
