"""What the lists show of the catalogue, and how known it is: by hand, and where it is undefined."""

import numpy as np
import pytest
from metric_cases import answers_from, background_of, context_of
from scipy.stats import entropy

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


@pytest.mark.parametrize(("k", "exposure"), [(1, [2, 0, 1, 0, 0]), (2, [2, 1, 1, 1, 0]), (3, [2, 2, 2, 1, 0])])
def test_gini_and_entropy_of_the_exposure(k, exposure):
    differences = sum(abs(a - b) for a in exposure for b in exposure)  # the other definition of the index
    result = found(f"gini@{k}")
    assert result.value == pytest.approx(differences / (2 * len(exposure) * sum(exposure)), rel=1e-12)
    assert result.per_question is None
    assert found(f"entropy@{k}").value == pytest.approx(entropy(exposure, base=2), rel=1e-12)


def test_gini_and_entropy_of_all_alike_and_of_one_item():
    alike = [([item], [1.0], []) for item in range(5)]
    assert found("gini@1", alike).value == pytest.approx(0, abs=1e-15)
    assert found("entropy@1", alike).value == pytest.approx(np.log2(5))
    one = [([3], [1.0], []), ([3], [1.0], [])]
    assert found("gini@1", one).value == pytest.approx(4 / 5)
    assert found("entropy@1", one).value == 0


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, [8, 8, 2]), (2, [6, 4, 2]), (3, [14 / 3, 4, 2])],  # of 8 users
)
def test_popularity_is_the_mean_share_of_users(k, expected):
    assert found(f"popularity@{k}").per_question.tolist() == pytest.approx([users / 8 for users in expected])


def lift(histories):
    answers = answers_from(QUESTIONS)
    background = background_of(histories=histories)
    context = context_of(answers, popularity=POPULARITY, train_users=8, background=background)
    return measure(["popularity_lift@2"], answers, context)["popularity_lift@2"]


def test_popularity_lift_is_a_ratio_of_means():
    result = lift([[1], [2, 3], [0, 1, 2]])  # 4, 1 and 14/3 users; the lists have 6, 4 and 2
    assert result.per_question.tolist() == pytest.approx([0.5, 3, 2 / (14 / 3) - 1])
    assert result.value == pytest.approx((6 + 4 + 2) / (4 + 1 + 14 / 3) - 1)


def test_popularity_lift_without_history():
    result = lift([[1], [], [3, 4]])
    assert result.value == pytest.approx(0.5)
    assert np.isnan(result.per_question).tolist() == [False, True, True]
    assert lift([[], [], []]).reason == "no question has both a list and a history"
    assert "are not known" in found("popularity_lift@2").reason


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
    for name in ("coverage@3", "gini@3", "entropy@3", "popularity@3", "novelty@3", "popularity_lift@3"):
        result = found(name, length=2)
        assert result.value is None
        assert result.reason == "the stored lists hold 2 items, fewer than 3"


def test_lists_that_hold_the_whole_catalogue_have_every_cut_off():
    questions = [([0, 1, 2], [3.0, 2.0, 1.0], [])]
    assert found("coverage@50", questions, popularity=[1, 1, 1], length=3).value == 1


@pytest.mark.parametrize(
    "name", ["coverage@1", "gini@1", "entropy@1", "popularity@1", "novelty@1", "popularity_lift@1"]
)
def test_undefined_with_a_reason(name):
    assert found(name, []).reason == "there are no questions"
    assert found(name, popularity=[]).reason == "the catalogue is empty"


def test_novelty_without_training_or_lists():
    for name in ("novelty@1", "popularity@1", "popularity_lift@1"):
        assert found(name, train_users=0).reason == "training has no users"
    for name in ("novelty@1", "popularity@1", "gini@1", "entropy@1"):
        empty = found(name, [([], [], [1])], length=1)
        assert (empty.value, empty.reason) == (None, "every list is empty")
    assert found("coverage@1", [([], [], [1])], length=1).value == 0
