"""Ranking metrics against loops over lists, and in the cases where they are undefined."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_cases import answers_from, context_of, random_questions

from bench.metrics.registry import measure

AT_K = ("precision", "recall", "recall_capped", "f1", "hit_rate", "ndcg", "map", "mrr", "accuracy")
RANKING = (*(f"{name}@{k}" for name in AT_K for k in (1, 3, 10, 100)), "auc")


def values(names, answers):
    return measure(names, answers, context_of(answers))


def by_loops(name, k, candidates, scores, held):
    """The metric of one question, from its list."""
    order = sorted(range(len(candidates)), key=lambda c: -scores[c])
    best = [candidates[c] for c in order][:k]
    relevant = [item in held for item in best]
    hits, n = sum(relevant), len(held)
    if name == "auc":
        inside = [s for c, s in zip(candidates, scores, strict=True) if c in held]
        outside = [s for c, s in zip(candidates, scores, strict=True) if c not in held]
        wins = sum((a > b) + (a == b) / 2 for a in inside for b in outside)
        return wins / (n * len(outside)) if outside else math.nan
    p, r = hits / k, hits / n
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(relevant) if hit)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(k, n)))
    precisions = [sum(relevant[: place + 1]) / (place + 1) for place, hit in enumerate(relevant) if hit]
    agreeing = sum((c in best) == (c in held) for c in candidates)
    return {
        "precision": p,
        "recall": r,
        "recall_capped": hits / min(k, n),
        "f1": 2 * p * r / (p + r) if hits else 0.0,
        "hit_rate": float(hits > 0),
        "ndcg": gain / ideal,
        "map": sum(precisions) / min(k, n),
        "mrr": 1 / (relevant.index(True) + 1) if hits else 0.0,
        "accuracy": agreeing / len(candidates),
    }[name]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("name", RANKING)
def test_same_as_loops(name, ties):
    questions = random_questions(np.random.default_rng(5), 60, ties=ties, with_empty=True)
    result = values([name], answers_from(questions))[name]
    short, _, k = name.partition("@")
    expected = [by_loops(short, int(k or 1), *q) if q[2] else math.nan for q in questions]
    np.testing.assert_allclose(result.per_question, expected, rtol=1e-12)
    assert result.value == pytest.approx(np.nanmean(expected), rel=1e-12)


def test_all_cut_offs_at_once_are_the_same_as_one_by_one():
    answers = answers_from(random_questions(np.random.default_rng(6), 20))
    together = values(RANKING, answers)
    assert list(together) == list(RANKING)
    assert {name: together[name].value for name in RANKING} == {n: values([n], answers)[n].value for n in RANKING}


def test_hidden_item_is_no_hit_even_where_k_exceeds_the_candidates():
    answers = answers_from([([1, 2, 3], [3.0, 2.0, 1.0], [0])])
    assert answers.better[0] == 3
    assert all(result.value == 0 for name, result in values(RANKING, answers).items() if "accuracy" not in name)
    assert values(["accuracy@1"], answers)["accuracy@1"].value == pytest.approx(2 / 3)


def test_unscored_item_is_no_hit_and_takes_no_place():
    answers = answers_from([([1, 2, 3, 4], [9.0, np.nan, np.nan, 5.0], [2])])
    found = values(["hit_rate@10", "recall@4", "auc", "accuracy@4"], answers)
    assert found["hit_rate@10"].value == found["recall@4"].value == 0
    assert found["auc"].value == pytest.approx(0.5 / 3)  # behind 1 and 4, tied with 3
    assert found["accuracy@4"].value == pytest.approx(1 / 4)  # only item 3 is rightly left out


def test_an_interaction_held_out_twice_counts_once():
    once = answers_from([([1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0], [2, 4, 9])])
    twice = answers_from([([1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0], [9, 2, 4, 2, 9])])
    for name in RANKING:
        assert values([name], twice)[name].value == values([name], once)[name].value


def test_question_without_held_out_items_is_left_out():
    some = ([1, 2], [2.0, 1.0], [1])
    without = values(RANKING, answers_from([some]))
    with_empty = values(RANKING, answers_from([some, ([1, 2], [2.0, 1.0], [])]))
    for name in RANKING:
        assert with_empty[name].value == without[name].value
        assert with_empty[name].denominator.tolist() == [1, 0]
        assert np.isnan(with_empty[name].per_question[1])


@pytest.mark.parametrize("name", RANKING)
def test_nothing_held_out_is_undefined_not_zero(name):
    result = values([name], answers_from([([1, 2], [2.0, 1.0], [])]))[name]
    assert result.value is None
    assert "held-out" in result.reason
    none = values([name], answers_from([]))[name]
    assert (none.value, none.reason) == (None, "there are no questions")


def test_auc_and_accuracy_without_the_candidates_that_they_need():
    only_held = values(["auc", "accuracy@1"], answers_from([([1, 2], [2.0, 1.0], [1, 2])]))
    assert only_held["auc"].value is None
    assert "another candidate" in only_held["auc"].reason
    assert only_held["accuracy@1"].value == 0.5
    nothing = values(["auc", "accuracy@1"], answers_from([([], [], [1])]))
    assert nothing["auc"].value is None
    assert nothing["accuracy@1"].value is None


@st.composite
def question(draw):
    size = draw(st.integers(1, 9))
    scores = draw(st.lists(st.integers(0, 4).map(float), min_size=size, max_size=size))
    held = draw(st.sets(st.integers(0, 11), max_size=8))  # 9, 10 and 11 are never candidates
    return list(range(size)), scores, sorted(held)


@given(st.lists(question(), min_size=1, max_size=5), st.integers(1, 12))
def test_bounds_and_monotone_in_k(questions, k):
    answers = answers_from(questions)
    names = (*(f"{name}@{cut}" for name in AT_K for cut in (k, k + 1)), "auc")
    parts = {name: result.per_question for name, result in values(names, answers).items()}
    for name, found in parts.items():
        known = found[~np.isnan(found)]
        assert ((known >= 0) & (known <= 1 + 1e-12)).all(), name
    held = np.array([len(h) > 0 for _, _, h in questions])
    for name in ("recall", "hit_rate", "mrr"):
        assert (parts[f"{name}@{k}"][held] <= parts[f"{name}@{k + 1}"][held]).all()
    assert (parts[f"recall@{k}"][held] <= parts[f"recall_capped@{k}"][held]).all()
    assert (parts[f"mrr@{k}"][held] <= parts[f"hit_rate@{k}"][held]).all()


@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 6))
def test_perfect_list_is_worth_one(k, held, others):
    candidates = list(range(held + others))
    answers = answers_from([(candidates, [-float(c) for c in candidates], candidates[:held])])
    for name in (f"recall_capped@{k}", f"ndcg@{k}", f"map@{k}", f"mrr@{k}", f"hit_rate@{k}", "auc"):
        assert values([name], answers)[name].value == pytest.approx(1, rel=1e-12), name


def test_constant_scores_have_auc_one_half():
    questions = random_questions(np.random.default_rng(8), 30)
    flat = [(c, [1.0] * len(c), [h for h in held if h in c]) for c, _, held in questions]
    assert values(["auc"], answers_from(flat))["auc"].value == pytest.approx(0.5, rel=1e-12)


def test_order_of_questions_and_held_out_items_does_not_matter():
    questions = random_questions(np.random.default_rng(9), 25, ties=True)
    turned = [(c, s, h[::-1]) for c, s, h in questions][::-1]
    before, after = values(RANKING, answers_from(questions)), values(RANKING, answers_from(turned))
    for name in RANKING:
        np.testing.assert_array_equal(before[name].per_question, after[name].per_question[::-1])


def test_parts_make_the_value_of_any_resample():
    answers = answers_from(random_questions(np.random.default_rng(10), 12, with_empty=True))
    result = values(["ndcg@5"], answers)["ndcg@5"]
    assert result.value == result.numerator.sum() / result.denominator.sum()
    assert not np.isnan(result.numerator).any()
    assert replace(result, value=None).per_question is not None
