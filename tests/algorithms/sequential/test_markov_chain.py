"""The Markov chain and the sequential rules against hand-worked examples and plain counting."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sequence_cases import asked, histories, questions, random_sequences, sequences, training

from algorithms.sequential.markov_chain import MarkovChain, MarkovChainParams
from algorithms.sequential.sequential_rules import SequentialRules, SequentialRulesParams


def chain(data, threads=1, **params):
    model = MarkovChain(MarkovChainParams(**params), threads=threads)
    model.fit(training(data))
    return model


def rules(data, **params):
    model = SequentialRules(SequentialRulesParams(**params))
    model.fit(training(data))
    return model


def test_chain_worked_by_hand():
    data = sequences([0, 1, 2], [0, 1], [0, 2], [3], n_items=5)  # 0→1 twice, 0→2 and 1→2 once; 8 interactions
    popularity = np.array([3, 2, 2, 1, 0]) / 8
    plain = chain(data, shrinkage=0, decay=0.0).score(asked([0], [3, 1], [2], [], [4], n_items=5))
    np.testing.assert_allclose(plain[0], [0, 2 / 3, 1 / 3, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(plain[1], [0, 0, 1, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(plain[2:], np.tile(popularity, (3, 1)), rtol=1e-6)  # nothing follows 2, nothing, 4
    smooth = chain(data, shrinkage=5, decay=0.5).score(asked([1, 0], n_items=5))
    after_0 = (np.array([0, 2, 1, 0, 0]) + 5 * popularity) / 8
    after_1 = (np.array([0, 0, 1, 0, 0]) + 5 * popularity) / 6
    np.testing.assert_allclose(smooth[0], (after_0 + after_1 / 2) / 1.5, rtol=1e-6)


@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
def test_chain_against_counting(shrinkage):
    data = random_sequences()
    counts = np.zeros((20, 20))
    for history in histories(data):
        for one, other in pairwise(history):
            counts[one, other] += 1
    popularity = np.bincount(data.items, minlength=20) / len(data)
    total = counts.sum(axis=1, keepdims=True)
    rows = (counts + shrinkage * popularity) / np.where(total + shrinkage > 0, total + shrinkage, 1)
    rows[total[:, 0] == 0] = popularity
    wanted = []
    for history in histories(data):
        ends = history[::-1][:4]
        weights = 0.7 ** np.arange(len(ends))
        wanted.append(weights @ rows[ends] / weights.sum() if ends else popularity)
    found = chain(data, shrinkage=shrinkage, decay=0.7, max_length=4).score(questions(data))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)  # probabilities


def test_reasons_of_the_chain_add_up_to_the_transitions():
    data = random_sequences()
    model = chain(data, shrinkage=2, decay=0.9)
    query = asked([3, 1, 3, 5, 7], n_items=20)
    scores, doubt = model.score(query)[0], model._weights(query) @ model.doubt
    item = int(np.argmax(scores - doubt * model.popularity))
    reasons = model.explain(query, item, n=10)
    assert sum(reason.weight for reason in reasons) == pytest.approx(scores[item] - doubt[0] * model.popularity[item])
    assert len({reason.item for reason in reasons}) == len(reasons) > 1
    assert model.explain(asked([], n_items=20), item) == []


def test_rules_worked_by_hand():
    data = sequences([0, 1, 2, 3], [1, 0, 2], n_items=5)
    found = rules(data, steps=2).score(asked([0], [4, 1], [4], [], n_items=5))
    np.testing.assert_allclose(found[0], [0, 1, 1.5, 0, 0])  # 0,1 one step; 0,2 two steps and one; 0,3 is too far
    np.testing.assert_allclose(found[1], [1, 0, 1 + 0.5, 0.5, 0])
    assert (found[2:] == 0).all()
    assert rules(data, steps=3).score(asked([0], n_items=5))[0, 3] == pytest.approx(1 / 3)


@pytest.mark.parametrize("steps", [1, 4, 1000])
def test_rules_against_counting(steps):
    data = random_sequences(seed=3)
    wanted = np.zeros((20, 20))
    for history in histories(data):
        for x, one in enumerate(history):
            for y in range(x + 1, min(len(history), x + steps + 1)):
                wanted[one, history[y]] += 1 / (y - x)
    scores = rules(data, steps=steps).score(questions(data))
    for row, history in zip(scores, histories(data), strict=True):
        np.testing.assert_allclose(row, wanted[history[-1]] if history else 0, rtol=1e-6)


def test_reason_of_a_rule_is_the_last_item():
    model = rules(sequences([0, 1, 2], n_items=4), steps=2)
    (reason,) = model.explain(asked([1, 0], n_items=4), 2)
    assert (reason.item, reason.weight) == (0, 0.5)
    assert model.explain(asked([1, 0], n_items=4), 3) == []
    assert model.explain(asked([], n_items=4), 2) == []


@pytest.mark.parametrize("make", [chain, rules])
def test_nothing_to_learn_from(make):
    data = sequences([], [], n_items=3)
    np.testing.assert_array_equal(make(data).score(questions(data)), np.zeros((2, 3)))


@pytest.mark.parametrize("make", [chain, rules])
def test_a_second_fit_forgets_and_strangers_are_served(make):
    data, other = random_sequences(), random_sequences(n_users=9, n_items=7, seed=5)
    model = make(other)
    model.fit(training(data))
    np.testing.assert_array_equal(model.score(questions(data)), make(data).score(questions(data, known=False)))


def test_threads_do_not_matter():
    data = random_sequences(n_users=700)
    np.testing.assert_array_equal(chain(data).score(questions(data)), chain(data, threads=3).score(questions(data)))
