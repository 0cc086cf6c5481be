"""Inverse propensity weights: against loops over the formulas, and what follows from them."""

import math

import numpy as np
import pytest
from metric_cases import answers_from, context_of, random_questions

from bench.metrics.registry import measure

NAMES = ("recall_ips", "recall_snips", "ndcg_ips", "ndcg_snips")
POPULARITY = [*np.random.default_rng(0).integers(0, 50, 40).tolist()]


def parts(name, questions, popularity=POPULARITY):
    answers = answers_from(questions)
    return measure([name], answers, context_of(answers, popularity=popularity, train_users=60))[name]


def by_loops(name, k, question, scale):
    """The metric of one question; `scale` is the mean of 1/√c over all held-out items."""
    candidates, scores, held = question
    ranked = sorted(candidates, key=lambda item: -scores[candidates.index(item)])
    weights = {item: 1 / math.sqrt(max(POPULARITY[item], 1)) / scale for item in held}
    hits = [item for item in ranked[:k] if item in weights]
    gain = sum(weights[item] / math.log2(ranked.index(item) + 2) for item in hits)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(k, len(held))))
    heaviest = sorted(weights.values(), reverse=True)[:k]
    return {
        "recall_ips": sum(weights[item] for item in hits) / len(held),
        "recall_snips": sum(weights[item] for item in hits) / sum(weights.values()),
        "ndcg_ips": gain / ideal,
        "ndcg_snips": gain / sum(weight / math.log2(place + 2) for place, weight in enumerate(heaviest)),
    }[name]


@pytest.mark.parametrize("k", [1, 5, 30])
@pytest.mark.parametrize("name", NAMES)
def test_same_as_loops(name, k):
    questions = random_questions(np.random.default_rng(5), 40)
    scale = np.mean([1 / math.sqrt(max(POPULARITY[item], 1)) for _, _, held in questions for item in held])
    expected = [by_loops(name, k, question, scale) for question in questions]
    np.testing.assert_allclose(parts(f"{name}@{k}", questions).per_question, expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_equally_popular_items_have_the_plain_metric(name):
    questions = random_questions(np.random.default_rng(6), 30)
    plain = parts(f"{name.partition('_')[0]}@5", questions, [7] * 40)
    np.testing.assert_allclose(parts(f"{name}@5", questions, [7] * 40).per_question, plain.per_question, rtol=1e-12)


def test_a_rare_hit_is_worth_more_and_the_unit_of_popularity_does_not_matter():
    popular, rare = ([0, 1, 2], [3.0, 1.0, 2.0], [0, 1]), ([0, 1, 2], [1.0, 3.0, 2.0], [0, 1])
    for name in NAMES:
        found = parts(f"{name}@1", [popular, rare], [36, 4, 1]).per_question
        assert found[1] == pytest.approx(3 * found[0])
        np.testing.assert_allclose(parts(f"{name}@1", [popular, rare], [72, 8, 2]).per_question, found, rtol=1e-12)


def test_ips_can_exceed_one_and_snips_cannot():
    questions = [([0, 1], [2.0, 1.0], [0]), ([0, 1], [2.0, 1.0], [1])]
    found = {name: parts(f"{name}@2", questions, [1, 100]).per_question for name in NAMES}
    assert found["recall_ips"].tolist() == pytest.approx([1 / 0.55, 0.1 / 0.55])
    assert found["recall_snips"].tolist() == [1, 1]
    assert found["ndcg_snips"].tolist() == pytest.approx([1, 1 / math.log2(3)])


def test_undefined_with_a_reason():
    held, none = [([0], [1.0], [0])], [([0], [1.0], [])]
    for name in NAMES:
        assert parts(f"{name}@1", []).reason == "there are no questions"
        assert parts(f"{name}@1", none).reason == "no question has a held-out item"
        assert parts(f"{name}@1", held, []).reason == "the catalogue is empty"
        answers = answers_from(held)
        context = context_of(answers, popularity=[0], train_users=0)
        assert measure([f"{name}@1"], answers, context)[f"{name}@1"].reason == "training has no users"
