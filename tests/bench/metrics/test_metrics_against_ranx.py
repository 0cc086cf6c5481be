"""Ranking metrics against ranx on random data.

ranx runs in a process of its own with numba's compiler off: it would compile for half a minute to save milliseconds.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from metric_cases import answers_from, context_of, random_questions

from bench.metrics.registry import measure

CUTS = (1, 5, 20)
NAMES = {  # ours -> theirs; their map divides by all held-out items
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "hit_rate": "hit_rate",
    "ndcg": "ndcg",
    "map_full": "map",
    "mrr": "mrr",
}
GRADED = {"ndcg_graded": "ndcg", "ndcg_exponential": "ndcg_burges"}
PROGRAM = """
import json, sys
from ranx import Qrels, Run, evaluate
asked = json.load(sys.stdin)
found = evaluate(Qrels(asked["held"]), Run(asked["scores"]), asked["metrics"], return_mean=False)
json.dump({name: [float(value) for value in values] for name, values in found.items()}, sys.stdout)
"""


@pytest.fixture(scope="module")
def questions():
    return random_questions(np.random.default_rng(3), 50)


@pytest.fixture(scope="module")
def stars(questions):
    """A rating for each held-out item of each question."""
    rng = np.random.default_rng(4)
    return [rng.integers(1, 6, len(held)).tolist() for _, _, held in questions]


def asked(questions, gains, names):
    """Values of each question, by their name of the metric and cut-off."""
    held = [dict(zip(map(str, h), gain, strict=True)) for (_, _, h), gain in zip(questions, gains, strict=True)]
    scored = [{str(c): s for c, s in zip(candidates, scores, strict=True)} for candidates, scores, _ in questions]
    program = {
        "held": {f"q{i:03}": gains for i, gains in enumerate(held)},
        "scores": {f"q{i:03}": scores for i, scores in enumerate(scored)},
        "metrics": [f"{name}@{k}" for name in names for k in CUTS],
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        input=json.dumps(program),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: np.array(values) for name, values in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def binary(questions):
    return asked(questions, [[1] * len(held) for _, _, held in questions], NAMES.values())


@pytest.fixture(scope="module")
def graded(questions, stars):
    return asked(questions, stars, GRADED.values())


def ours(name, answers):
    values = measure([name], answers, context_of(answers))[name].per_question
    assert 0 < values.mean() < 1, "nothing is compared where all are 0 or all are 1"
    return values


@pytest.mark.parametrize("k", CUTS)
@pytest.mark.parametrize("name", NAMES)
def test_per_question_values(name, k, questions, binary):
    assert ours(f"{name}@{k}", answers_from(questions)) == pytest.approx(binary[f"{NAMES[name]}@{k}"], rel=1e-12, abs=0)


@pytest.mark.parametrize("k", CUTS)
@pytest.mark.parametrize("name", GRADED)
def test_per_question_values_with_ratings(name, k, questions, stars, graded):
    ratings = [rating for of_question in stars for rating in of_question]
    found = ours(f"{name}@{k}", answers_from(questions, ratings=ratings))
    assert found == pytest.approx(graded[f"{GRADED[name]}@{k}"], rel=1e-12, abs=0)


def test_map_is_theirs_with_another_denominator(questions, binary):
    answers = answers_from(questions)
    held = np.array([len(held) for _, _, held in questions])
    for k in CUTS:
        assert (held > k).any() or k == 20
        expected = binary[f"map@{k}"] * held / np.minimum(held, k)
        assert ours(f"map@{k}", answers) == pytest.approx(expected, rel=1e-12, abs=0)
