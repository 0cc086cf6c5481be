"""Rating metrics against scikit-learn and by hand; AUC and NDCG against scikit-learn as well."""

import numpy as np
import pytest
from metric_cases import answers_from, context_of, random_questions
from sklearn.metrics import mean_absolute_error, mean_squared_error, ndcg_score, roc_auc_score

from bench.metrics.registry import measure

ALL = ("rmse", "mae", "rmse_raw", "mae_raw", "rating_accuracy")


def rated(ratings, predictions, *, held=None, scale=(1.0, 5.0)):
    """Metrics of ratings that belong to questions with `held` ratings each (default: one question)."""
    questions = [(list(range(50)), [0.0] * 50, list(range(n))) for n in held or [len(ratings)]]
    answers = answers_from(questions, ratings=ratings, predictions=predictions)
    return measure(ALL, answers, context_of(answers, scale=scale))


def test_same_as_scikit_learn():
    rng = np.random.default_rng(1)
    held = rng.integers(0, 9, 40).tolist()
    ratings = rng.integers(1, 6, sum(held)).astype(float)
    predictions = rng.normal(3, 2, sum(held))
    clipped = np.clip(predictions, 1, 5)
    found = rated(ratings, predictions, held=held)
    assert (clipped != predictions).any()
    assert found["rmse"].value == pytest.approx(mean_squared_error(ratings, clipped) ** 0.5, rel=1e-12)
    assert found["mae"].value == pytest.approx(mean_absolute_error(ratings, clipped), rel=1e-12)
    assert found["rmse_raw"].value == pytest.approx(mean_squared_error(ratings, predictions) ** 0.5, rel=1e-12)
    assert found["mae_raw"].value == pytest.approx(mean_absolute_error(ratings, predictions), rel=1e-12)
    parts = found["rmse"]
    assert parts.root
    assert parts.value == pytest.approx((parts.numerator.sum() / parts.denominator.sum()) ** 0.5, rel=1e-12)
    assert parts.denominator.tolist() == held
    assert np.isnan(parts.per_question).tolist() == [n == 0 for n in held]


def test_auc_per_question_is_scikit_learns_with_ties():
    questions = random_questions(np.random.default_rng(2), 60, ties=True)
    questions = [(c, s, [h for h in held if h in c]) for c, s, held in questions]
    questions = [q for q in questions if 0 < len(q[2]) < len(q[0])]
    answers = answers_from(questions)
    expected = [roc_auc_score(np.isin(c, held), s) for c, s, held in questions]
    np.testing.assert_allclose(measure(["auc"], answers, context_of(answers))["auc"].per_question, expected, rtol=1e-12)


@pytest.mark.parametrize("k", [1, 4, 50])
def test_ndcg_per_question_is_scikit_learns(k):
    questions = [(c, s, h) for c, s, h in random_questions(np.random.default_rng(4), 40) if set(h) <= set(c)]
    answers = answers_from(questions)
    ours = measure([f"ndcg@{k}"], answers, context_of(answers))[f"ndcg@{k}"].per_question
    expected = [ndcg_score([np.isin(c, h).astype(float)], [s], k=k) for c, s, h in questions]
    assert len(expected) > 5
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_without_a_scale_nothing_is_clipped():
    found = rated([1.0, 5.0], [0.0, 7.0], scale=None)
    assert found["mae"].value == found["mae_raw"].value == 1.5
    assert found["rmse"].value == found["rmse_raw"].value == pytest.approx(2.5**0.5)


@pytest.mark.parametrize(
    ("ratings", "predictions", "scale", "expected"),
    [
        ([1, 2, 4], [1.4, 2.5, 3.5], (1, 5), 2 / 3),  # step 1; 2.5 goes up and misses, 3.5 goes up and hits
        ([0.5, 2.0, 4.5], [0.7, 2.25, 4.25], (0.5, 5), 2 / 3),  # step 0.5 from 4.5 and 5
        ([1, 3, 5], [2.2, 3.9, 9.0], (1, 5), 2 / 3),  # only 1, 3, 5 occur: step 2, 2.2 is nearer to 3, 3.9 to 3
        ([1, 5], [-3.0, 8.0], (1, 5), 1.0),  # clipped before rounding
        ([3, 3], [3.4, 3.6], None, 0.5),  # one rating only: step 1
    ],
)
def test_rating_accuracy_rounds_to_the_grid_of_the_ratings(ratings, predictions, scale, expected):
    assert rated(ratings, predictions, scale=scale)["rating_accuracy"].value == pytest.approx(expected)


def test_rating_accuracy_on_a_fine_grid_of_float32_ratings():
    ratings = np.arange(-1000, 1001) / 100  # −10.00 … 10.00, most of them inexact in float32
    near, far = (
        rated(ratings, ratings + shift, held=[50] * 40 + [1], scale=(-10.0, 10.0))["rating_accuracy"].value
        for shift in (0.0045, 0.0055)
    )
    assert near == 1
    assert far == 1 / len(ratings)  # the highest is clipped


@pytest.mark.parametrize(
    ("ratings", "predictions", "reason"),
    [
        (None, None, "no held-out ratings"),
        ([], [], "no held-out ratings"),
        ([3.0], None, "predicts no ratings"),
    ],
)
def test_undefined_with_a_reason(ratings, predictions, reason):
    answers = answers_from([([0, 1], [1.0, 0.0], [0] * len(ratings or []))], ratings=ratings, predictions=predictions)
    for result in measure(ALL, answers, context_of(answers, scale=(1, 5))).values():
        assert result.value is None
        assert reason in result.reason
        assert result.per_question is None


@pytest.mark.filterwarnings("ignore:overflow")
def test_an_overflowing_error_is_undefined_not_infinite():
    found = rated([3.0], [1e300])
    assert found["rmse_raw"].value is None
    assert "finite" in found["rmse_raw"].reason
    assert found["rmse"].value == 2
