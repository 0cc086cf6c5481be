"""Diversity against scikit-learn's cosines; serendipity against lists by popularity; both by hand."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from metric_cases import answers_from, background_of, context_of
from sklearn.metrics.pairwise import cosine_similarity

from bench.metrics import cooccurrence
from bench.metrics.registry import measure


def world(seed, *, users=30, n_items=25, count=40, features=6):
    """Questions and what is known of their split, with unknown items, short lists and unscored items."""
    rng = np.random.default_rng(seed)
    training = [sorted(rng.permutation(20)[: rng.integers(1, 12)].tolist()) for _ in range(users)]
    popularity = np.bincount([item for had in training for item in had], minlength=n_items)
    questions, histories = [], []
    for user in rng.integers(0, users, count):
        candidates = [item for item in rng.permutation(n_items).tolist() if item not in training[user]]
        candidates = candidates[: rng.integers(1, len(candidates) + 1)]
        scores = rng.permutation(len(candidates)).astype(float)
        scores[rng.random(len(scores)) < 0.1] = np.nan
        held = rng.permutation(n_items)[: rng.integers(1, 6)].tolist()
        questions.append((candidates, scores.tolist(), held))
        histories.append(training[user])
    table = (rng.random((n_items, features)) < 0.25).astype(float) * rng.integers(1, 4, (n_items, features))
    background = background_of(training=training, histories=histories, features=table, names="abcdef"[:features])
    answers = answers_from(questions, length=n_items)
    return answers, context_of(answers, popularity=popularity, train_users=users, background=background)


def by_pairs(answers, similarity, known, k):
    lists = answers.lists.without_unscored().items[:, :k]
    values = []
    for items in lists:
        pairs = list(combinations([item for item in items if item >= 0 and known[item]], 2))
        values.append(1 - np.mean([similarity[pair] for pair in pairs]) if pairs else np.nan)
    return values


@pytest.mark.parametrize("k", [2, 5, 25])
def test_diversity_is_one_minus_the_mean_cosine(k):
    answers, context = world(1)
    table = context.background.features.toarray().astype(float)
    expected = by_pairs(answers, cosine_similarity(table), table.any(axis=1), k)
    result = measure([f"diversity@{k}"], answers, context)[f"diversity@{k}"]
    np.testing.assert_allclose(result.per_question, expected, rtol=1e-9, atol=1e-12)
    assert result.value == pytest.approx(np.nanmean(expected))


@pytest.mark.parametrize("k", [2, 5, 25])
@pytest.mark.parametrize(("pairs", "remembered"), [(1, 0), (60, 9**9), (9**9, 9**9)])
def test_cooccurrence_diversity_is_one_minus_the_mean_cosine_of_users(k, pairs, remembered, monkeypatch):
    monkeypatch.setattr(cooccurrence, "PAIRS", pairs)  # lists one after another, some, all together
    monkeypatch.setattr(cooccurrence, "REMEMBERED", remembered)
    answers, context = world(2)
    had = np.zeros((len(context.popularity), 30))
    had[context.background.items, context.background.users] = 1
    expected = by_pairs(answers, cosine_similarity(had), had.any(axis=1), k)
    name = f"diversity_cooccurrence@{k}"
    np.testing.assert_allclose(measure([name], answers, context)[name].per_question, expected, rtol=1e-9, atol=1e-12)


def test_items_that_are_alike_have_no_diversity():
    answers = answers_from([([0, 1, 2], [3.0, 2.0, 1.0], [])])
    known = background_of(training=[[0, 1, 2], [0, 1, 2]], histories=[[]], features=[[1, 2], [1, 2], [2, 4]])
    context = context_of(answers, popularity=[2, 2, 2], train_users=2, background=known)
    for result in measure(["diversity@3", "diversity_cooccurrence@3"], answers, context).values():
        assert result.value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("k", [1, 3, 8])
def test_serendipity_is_hits_that_a_list_by_popularity_lacks(k):
    answers, context = world(3)
    background, popularity = context.background, context.popularity
    expected = []
    for q in range(len(answers.candidates)):
        seen = background.history[background.offsets[q] : background.offsets[q + 1]]
        unseen = np.setdiff1d(np.arange(len(popularity)), seen)
        best = answers.lists.without_unscored().items[q, :k]
        held = answers.items[answers.offsets[q] : answers.offsets[q + 1]]
        hits = [item for item in best if item in held]
        expected.append(sum(np.sum(popularity[unseen] > popularity[item]) >= k for item in hits) / k)
    result = measure([f"serendipity@{k}"], answers, context)[f"serendipity@{k}"]
    np.testing.assert_allclose(result.per_question, expected, rtol=1e-12)
    assert sum(expected) > 0


def test_serendipity_by_hand():
    """Users had 5, 4, 3, 2 and 1 times the items 0 … 4. A hit at item 2 is no surprise once 0 and 1 are known."""
    questions = [([2, 3, 4], [3.0, 2.0, 1.0], [2, 4]), ([2, 3, 4], [3.0, 2.0, 1.0], [2, 4])]
    answers = answers_from(questions)
    known = background_of(histories=[[0, 1], []])
    context = context_of(answers, popularity=[5, 4, 3, 2, 1], train_users=5, background=known)
    found = measure(["serendipity@1", "serendipity@3"], answers, context)
    assert found["serendipity@1"].per_question.tolist() == [0, 1]
    assert found["serendipity@3"].per_question.tolist() == pytest.approx([0, 1 / 3])  # item 4; 2 is third by popularity


def test_serendipity_is_undefined_where_only_some_candidates_were_ranked():
    """Item 4 is fifth in the catalogue, but second of the two candidates: no surprise, if anybody knew."""
    answers = answers_from([([3, 4], [1.0, 2.0], [4])])
    context = context_of(answers, popularity=[5, 4, 3, 2, 1], background=background_of(histories=[[]]))
    assert measure(["serendipity@2"], answers, context)["serendipity@2"].value == 0.5
    found = measure(["serendipity@2"], answers, replace(context, candidates="2 items"))["serendipity@2"]
    assert found.value is None
    assert "only some candidates were ranked" in found.reason


def test_undefined_with_a_reason():
    answers = answers_from([([0, 1], [2.0, 1.0], [0])])
    names = ["diversity@2", "diversity_cooccurrence@2", "serendipity@2", "calibration@2", "activity_gap@2"]
    for result in measure(names, answers, context_of(answers, popularity=[1, 1])).values():
        assert result.value is None
        assert "older version" in result.reason
    bare = context_of(answers, popularity=[0, 0], background=background_of(histories=[[]]))
    reasons = {name: result.reason for name, result in measure(names, answers, bare).items()}
    assert reasons["diversity@2"] == reasons["calibration@2"] == "the items of this data set have no features"
    assert reasons["diversity_cooccurrence@2"] == "no list has two items with training interactions"
    nobody = context_of(answers, popularity=[0, 0], train_users=0, background=background_of(histories=[[]]))
    assert measure(["serendipity@2"], answers, nobody)["serendipity@2"].reason == "training has no users"
    one = context_of(answers, popularity=[1, 1], background=background_of(histories=[[]], features=[[1], [0]]))
    assert measure(["diversity@2"], answers, one)["diversity@2"].reason == "no list has two items with features"
    assert measure(["diversity@3"], answers, one)["diversity@3"].value is None
