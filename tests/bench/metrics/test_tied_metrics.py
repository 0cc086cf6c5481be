"""Metrics averaged over the orders of equal scores: against every order, and against scikit-learn."""

from itertools import permutations

import numpy as np
import pytest
from metric_cases import answers_from, context_of, random_questions
from sklearn.metrics import ndcg_score

from bench.metrics.registry import measure

NAMES = ("precision", "recall", "ndcg")


def parts(name, questions):
    answers = answers_from(questions)
    return measure([name], answers, context_of(answers))[name].per_question


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("name", NAMES)
def test_mean_over_every_order(name, k):
    candidates, scores, held = [0, 1, 2, 3, 4], [1.0, 1.0, 2.0, 1.0, np.nan], [1, 2, 4, 7]
    orders = []
    for order in permutations(range(5)):  # equal scores keep the order in which the candidates are given
        turned = [candidates[c] for c in order], [scores[c] for c in order], held
        orders.append(parts(f"{name}@{k}", [turned])[0])
    assert parts(f"{name}_ties@{k}", [(candidates, scores, held)])[0] == pytest.approx(np.mean(orders), rel=1e-12)


@pytest.mark.parametrize("k", [1, 4, 50])
def test_ndcg_is_scikit_learns(k):
    questions = [q for q in random_questions(np.random.default_rng(2), 80, ties=True) if set(q[2]) <= set(q[0])]
    assert len(questions) > 5
    expected = [ndcg_score([np.isin(c, h).astype(float)], [s], k=k, ignore_ties=False) for c, s, h in questions]
    np.testing.assert_allclose(parts(f"ndcg_ties@{k}", questions), expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_without_ties_nothing_changes(name):
    questions = random_questions(np.random.default_rng(3), 50, with_empty=True)
    for k in (1, 7, 100):
        np.testing.assert_allclose(parts(f"{name}_ties@{k}", questions), parts(f"{name}@{k}", questions), rtol=1e-12)


def test_a_constant_scorer_is_worth_what_chance_is():
    questions = [(list(range(20)), [1.0] * 20, [3, 4, 5, 6])]
    assert parts("recall_ties@5", questions)[0] == pytest.approx(5 / 20)
    assert parts("precision_ties@5", questions)[0] == pytest.approx(4 / 20)


def test_nothing_held_out_is_undefined():
    for questions in ([([0, 1], [1.0, 1.0], [])], [], [([], [], [])]):
        answers = answers_from(questions)
        for result in measure([f"{name}_ties@3" for name in NAMES], answers, context_of(answers)).values():
            assert result.value is None
            assert result.reason in ("there are no questions", "no question has a held-out item")
