"""Calibration and the activity gap: by hand, by loops, and where they are undefined."""

import math

import numpy as np
import pytest
from metric_cases import answers_from, background_of, context_of

from bench.metrics.registry import measure

DRAMA, COMEDY, BOTH, NOTHING = [1, 0], [0, 1], [1, 1], [0, 0]


def calibration(listed, histories, features=(DRAMA, COMEDY, BOTH, NOTHING), k=3):
    questions = [(items, [-float(place) for place in range(len(items))], []) for items in listed]
    answers = answers_from(questions, length=4)
    background = background_of(histories=histories, features=features)
    context = context_of(answers, popularity=[1] * len(features), background=background)
    return measure([f"calibration@{k}"], answers, context)[f"calibration@{k}"]


def test_calibration_by_hand():
    found = calibration([[1], [0, 1], [2, 3], [1]], [[0], [0, 1], [0, 0, 1], [0, 2]])
    thirds = 0.99 / 2 + 0.01 * np.array([2, 1]) / 3
    expected = [
        math.log(100),  # only drama before, only comedy now
        0,
        2 / 3 * math.log(2 / 3 / thirds[0]) + 1 / 3 * math.log(1 / 3 / thirds[1]),  # an item without genres is nothing
        0.75 * math.log(100) + 0.25 * math.log(0.25 / (0.99 + 0.01 * 0.25)),
    ]
    assert found.per_question.tolist() == pytest.approx(expected, abs=1e-12)
    assert found.value == pytest.approx(np.mean(expected))


def test_calibration_of_several_features_and_weights_by_loops():
    rng = np.random.default_rng(4)
    features = rng.integers(0, 3, (30, 5)).astype(float)
    listed = [rng.permutation(30)[: rng.integers(1, 5)].tolist() for _ in range(20)]
    histories = [rng.permutation(30)[: rng.integers(1, 9)].tolist() for _ in range(20)]

    def shares(items):
        rows = [features[item] / features[item].sum() for item in items if features[item].any()]
        return np.mean(rows, axis=0)

    expected = []
    for items, history in zip(listed, histories, strict=True):
        p, q = shares(history), shares(items)
        expected.append(sum(a * math.log(a / (0.99 * b + 0.01 * a)) for a, b in zip(p, q, strict=True) if a))
    np.testing.assert_allclose(calibration(listed, histories, features, 4).per_question, expected, rtol=1e-9)


def test_calibration_is_undefined_where_a_side_has_no_features():
    found = calibration([[0], [3], [], [0]], [[0], [0], [0], [3]])
    assert found.denominator.tolist() == [1, 0, 0, 0]
    assert calibration([[3]], [[0]]).reason == "no question has features in both its history and its list"
    assert "negative" in calibration([[0]], [[0]], [[-1], [1], [1], [1]]).reason


def gap(lengths, ranks):
    """Activity gap at 10 of questions with one held-out item each, at these ranks from 0; None: nothing held out."""
    questions = [
        (list(range(20)), [-float(item) for item in range(20)], [] if rank is None else [rank]) for rank in ranks
    ]
    answers = answers_from(questions)
    background = background_of(histories=[list(range(length)) for length in lengths])
    context = context_of(answers, popularity=[1] * 20, background=background)
    return measure(["activity_gap@10"], answers, context)["activity_gap@10"]


def test_activity_gap_by_hand():
    found = gap([8, 2, 13, 3, 5], [5, 2, 0, 5, 5])  # NDCG 0.5 of the least active, 1 of the most active
    assert found.value == pytest.approx(0.5)
    assert found.denominator.tolist() == [0, 1, 1, 0, 0]
    assert found.per_question[[1, 2]].tolist() == pytest.approx([0.5, 0.5])  # each is the mean of its group


def test_parts_of_the_activity_gap_vary_as_the_gap_does():
    """Resampled parts, and the gap of the resampled questions: the same standard deviation."""
    rng = np.random.default_rng(3)
    lengths, ranks = np.repeat([1, 2, 19], [60, 80, 60]), rng.choice([0, 0, 0, 2], 200)
    found = gap(lengths.tolist(), ranks.tolist())
    ndcg = 1 / np.log2(ranks + 2)
    drawn = rng.integers(200, size=(4000, 200))
    gaps = [ndcg[row][lengths[row] == 19].mean() - ndcg[row][lengths[row] == 1].mean() for row in drawn]
    parts = found.numerator[drawn].sum(axis=1) / found.denominator[drawn].sum(axis=1)
    assert np.std(parts) == pytest.approx(np.std(gaps), rel=0.03)  # the same draws; off by the second order, 1 %


def test_a_certain_activity_gap_has_parts_that_are_all_equal():
    found = gap([1, 1, 9, 9], [2, 2, 0, 0])
    assert found.per_question.tolist() == pytest.approx([0.5] * 4)


def test_activity_gap_takes_all_who_are_as_active():
    found = gap([1, 1, 2, 3, 9, 9, 9], [0, 2, 5, 5, 0, 0, 12])  # ⌈7 / 5⌉ = 2, and a third has 9 items too
    assert found.value == pytest.approx(2 / 3 - (1 + 0.5) / 2)
    assert found.denominator.tolist() == [1, 1, 0, 0, 1, 1, 1]
    assert found.numerator.sum() / found.denominator.sum() == pytest.approx(found.value)


def test_activity_gap_asks_only_questions_with_a_held_out_item():
    assert gap([0, 1, 19, 2], [None, 2, None, 0]).value == pytest.approx(0.5)


def test_activity_gap_of_equal_histories_is_undefined():
    assert "equally long" in gap([4, 4, 4, 4, 4, 4], [0, 1, 2, 3, 4, 5]).reason
    assert gap([4], [0]).value is None
    assert gap([4, 5], [None, None]).reason == "no question has a held-out item"
