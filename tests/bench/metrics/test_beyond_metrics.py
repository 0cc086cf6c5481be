"""Coverage and novelty by hand and where they are undefined."""

import numpy as np
import pytest
from metric_cases import answers_from, context_of

from bench.metrics.registry import measure

QUESTIONS = [
    ([0, 1, 2], [3.0, 2.0, 1.0], [0]),
    ([0, 3, 1], [3.0, 2.0, 1.0], []),
    ([2], [1.0], [2]),
]
POPULARITY = [8, 4, 2, 0, 0]


def found(name, questions=QUESTIONS, *, popularity=POPULARITY, train_users=8, length=None):
    answers = answers_from(questions, length=length)
    return measure([name], answers, context_of(answers, popularity=popularity, train_users=train_users))[name]


@pytest.mark.parametrize(("k", "expected"), [(1, 2 / 5), (2, 4 / 5), (3, 4 / 5)])
def test_coverage_is_the_union_over_the_catalogue(k, expected):
    result = found(f"coverage@{k}")
    assert result.value == pytest.approx(expected)
    assert result.numerator is None
    assert result.per_question is None


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, [0, 0, 2]), (2, [0.5, 1.5, 2]), (3, [1, 4 / 3, 2])],  # bits: 0, 1, 2, 3, 3; the third list has one item
)
def test_novelty_is_the_mean_information_of_a_list(k, expected):
    result = found(f"novelty@{k}")
    assert result.per_question.tolist() == pytest.approx(expected)
    assert result.value == pytest.approx(np.mean(expected))


def test_novelty_counts_an_unknown_item_like_one_with_a_single_user():
    questions = [([0], [1.0], []), ([1], [1.0], [])]
    assert found("novelty@1", questions, popularity=[0, 1], train_users=16).per_question.tolist() == [4, 4]


def test_novelty_of_an_item_with_more_interactions_than_users_is_zero():
    assert found("novelty@1", [([0], [1.0], [])], popularity=[40], train_users=8).value == 0


def test_items_that_could_not_be_scored_are_not_listed():
    questions = [([0, 1], [1.0, np.nan], [1]), ([3], [np.nan], [])]
    assert found("coverage@2", questions).value == pytest.approx(1 / 5)
    novelty = found("novelty@2", questions)
    assert novelty.value == 0
    assert novelty.denominator.tolist() == [1, 0]


def test_a_cut_off_beyond_the_stored_lists_is_undefined():
    for name in ("coverage@3", "novelty@3"):
        result = found(name, length=2)
        assert result.value is None
        assert result.reason == "the stored lists hold 2 items, fewer than 3"


def test_lists_that_hold_the_whole_catalogue_have_every_cut_off():
    questions = [([0, 1, 2], [3.0, 2.0, 1.0], [])]
    assert found("coverage@50", questions, popularity=[1, 1, 1], length=3).value == 1


@pytest.mark.parametrize("name", ["coverage@1", "novelty@1"])
def test_undefined_with_a_reason(name):
    assert found(name, []).reason == "there are no questions"
    assert found(name, popularity=[]).reason == "the catalogue is empty"


def test_novelty_without_training_or_lists():
    assert found("novelty@1", train_users=0).reason == "training has no users"
    empty = found("novelty@1", [([], [], [1])], length=1)
    assert (empty.value, empty.reason) == (None, "every list is empty")
    assert found("coverage@1", [([], [], [1])], length=1).value == 0
