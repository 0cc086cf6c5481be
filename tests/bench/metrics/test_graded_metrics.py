"""NDCG with gains from ratings: by hand, against scikit-learn, and where it is undefined."""

import numpy as np
import pytest
from metric_cases import answers_from, context_of
from sklearn.metrics import ndcg_score

from bench.metrics.registry import measure

NAMES = ("ndcg_graded", "ndcg_exponential")


def found(name, questions, ratings):
    answers = answers_from(questions, ratings=ratings)
    return measure([name], answers, context_of(answers))[name]


def test_by_hand():
    """Held out: 5 stars at rank 2, 1 star at rank 1, 3 stars at rank 4; a second question has 2 stars at rank 3."""
    questions = [([0, 1, 2, 3], [4.0, 3.0, 2.0, 1.0], [1, 0, 3]), ([0, 1, 2], [3.0, 2.0, 1.0], [2])]
    ratings = [5, 1, 3, 2]
    linear = found("ndcg_graded@3", questions, ratings)
    second, third = 1 / np.log2(3), 1 / 2
    assert linear.per_question.tolist() == pytest.approx([(1 + 5 * second) / (5 + 3 * second + third), third])
    assert linear.value == pytest.approx(linear.per_question.mean())
    exponential = found("ndcg_exponential@3", questions, ratings).per_question
    assert exponential.tolist() == pytest.approx([(1 + 31 * second) / (31 + 7 * second + third), third])


@pytest.mark.parametrize("k", [1, 3, 10, 50])
def test_same_as_scikit_learn(k):
    rng = np.random.default_rng(1)
    questions, ratings, expected = [], [], {name: [] for name in NAMES}
    for _ in range(40):
        size = int(rng.integers(2, 30))
        scores, stars = rng.permutation(size).astype(float), np.zeros(size)
        held = rng.permutation(size)[: rng.integers(1, size)]
        stars[held] = rng.integers(1, 11, len(held)) / 2
        questions.append((list(range(size)), scores.tolist(), held.tolist()))
        ratings += stars[held].tolist()
        expected["ndcg_graded"].append(ndcg_score([stars], [scores], k=k))
        expected["ndcg_exponential"].append(ndcg_score([2**stars - 1], [scores], k=k))
    for name in NAMES:
        np.testing.assert_allclose(found(f"{name}@{k}", questions, ratings).per_question, expected[name], rtol=1e-9)


def test_equal_ratings_are_binary_relevance():
    questions = [([0, 1, 2, 3], [4.0, 3.0, 2.0, 1.0], [1, 3]), ([0, 1, 2], [3.0, 2.0, 1.0], [2])]
    binary = measure(["ndcg@3"], answers_from(questions), context_of(answers_from(questions)))["ndcg@3"].per_question
    for name in NAMES:
        np.testing.assert_allclose(found(f"{name}@3", questions, [4, 4, 4]).per_question, binary, rtol=1e-12)


def test_a_rating_of_zero_gains_nothing_and_a_question_of_zeros_is_left_out():
    questions = [([0, 1], [2.0, 1.0], [0, 1]), ([0, 1], [2.0, 1.0], [0])]
    for name in NAMES:
        result = found(f"{name}@2", questions, [0, 3, 0])
        assert result.per_question[0] == pytest.approx(1 / np.log2(3))
        assert result.denominator.tolist() == [1, 0]
        assert found(f"{name}@2", questions, [0, 0, 0]).reason == "every held-out rating is 0"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("ratings", "reason"),
    [(None, "no held-out ratings"), ([-1.0, 2.0], "a rating is -1, and gains must not be negative")],
)
def test_undefined_with_a_reason(name, ratings, reason):
    result = found(f"{name}@2", [([0, 1], [2.0, 1.0], [0, 1])], ratings)
    assert result.value is None
    assert reason in result.reason


def test_ratings_too_high_for_a_power_of_two():
    questions = [([0, 1], [2.0, 1.0], [0, 1])]
    assert "2000; 2 to that power" in found("ndcg_exponential@2", questions, [2000, 1]).reason
    assert found("ndcg_graded@2", questions, [2000, 1]).value == 1


def test_an_item_held_out_twice_counts_once_and_a_hidden_one_only_in_the_ideal():
    once = found("ndcg_graded@2", [([0, 1], [2.0, 1.0], [1, 9])], [2, 4]).value
    assert once == found("ndcg_graded@2", [([0, 1], [2.0, 1.0], [1, 9, 1])], [2, 4, 5]).value
    assert once == pytest.approx((2 / np.log2(3)) / (4 + 2 / np.log2(3)))
