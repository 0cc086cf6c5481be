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
NAMES = ("precision", "recall", "f1", "hit_rate", "ndcg", "map", "mrr")
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
def theirs(questions):
    asked = {
        "held": {f"q{i:03}": dict.fromkeys(map(str, held), 1) for i, (_, _, held) in enumerate(questions)},
        "scores": {
            f"q{i:03}": {str(c): s for c, s in zip(candidates, scores, strict=True)}
            for i, (candidates, scores, _) in enumerate(questions)
        },
        "metrics": [f"{name}@{k}" for name in NAMES for k in CUTS],
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        input=json.dumps(asked),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: np.array(values) for name, values in json.loads(done.stdout).items()}


@pytest.mark.parametrize("k", CUTS)
@pytest.mark.parametrize("name", NAMES)
def test_per_question_values(name, k, questions, theirs):
    answers = answers_from(questions)
    ours = measure([f"{name}@{k}"], answers, context_of(answers))[f"{name}@{k}"].per_question
    expected = theirs[f"{name}@{k}"]
    if name == "map":  # ranx divides by all held-out items
        held = np.array([len(held) for _, _, held in questions])
        assert (held > k).any() or k == 20
        expected = expected * held / np.minimum(held, k)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert 0 < ours.mean() < 1
