"""Both session k-NN against the definition, written out with Python's sets."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from sequence_cases import asked, histories, questions, random_sequences, sequences, training

from algorithms.sequential.s_knn import SKNN, SKNNParams
from algorithms.sequential.session_neighbours import SessionNeighbours
from algorithms.sequential.vs_knn import VSKNN, VSKNNParams
from bench.types import Interactions, Query

PARAMS = {SKNN: SKNNParams, VSKNN: VSKNNParams}
BOTH = pytest.mark.parametrize("cls", [SKNN, VSKNN])


def fitted(cls, data, threads=1, **params):
    model = cls(PARAMS[cls](**params), threads=threads)
    model.fit(training(data))
    return model


def sessions(data: Interactions, length: int) -> list[tuple[int, set[int]]]:
    """Owner and items of each session, the most recent first."""
    found, at = [], 0
    for user, history in enumerate(histories(data)):
        ends = list(range(len(history), 0, -length))[::-1]
        for end in ends:
            when = at + end if data.times is None else int(data.times[at + end - 1])
            found.append((when, at + end, user, set(history[max(0, end - length) : end])))
        at += len(history)
    return [(user, items) for _, _, user, items in sorted(found, key=lambda each: each[:2], reverse=True)]


def definition(cls, data: Interactions, query: Query, *, neighbours, sample_size, max_length, idf=0.0) -> np.ndarray:
    """(b, n_items) scores."""
    past = sessions(data, max_length)
    scores = np.zeros((len(query), query.n_items))
    for row, user in enumerate(query.users.tolist()):
        current = query.items[query.offsets[row] : query.offsets[row + 1]].tolist()[-max_length:]
        near = []
        for number, (owner, items) in enumerate(past):
            common = items & set(current)
            if owner == user or not common:
                continue
            if cls is SKNN:
                similarity = len(common) / sqrt(len(items) * len(set(current)))
            else:
                place = {item: at for at, item in enumerate(current, 1)}
                similarity = sum(place[item] for item in common) / len(current)
            near.append((-round(similarity, 12), number, similarity, items))
        for _, _, similarity, items in sorted(near[:sample_size], key=lambda each: each[:2])[:neighbours]:
            for item in items:
                scores[row, item] += similarity
    shares = [sum(item in items for _, items in past) / len(past) for item in range(query.n_items)]
    return scores * [1 + idf * log(1 / share) if share else 1 for share in shares]


def test_cosine_of_sets_by_hand():
    data = sequences([0, 1, 2], [1, 1, 3], [4], n_items=6)
    found = fitted(SKNN, data).score(asked([1, 0], n_items=6))[0]
    first, second = 2 / sqrt(3 * 2), 1 / sqrt(2 * 2)
    np.testing.assert_allclose(found, [first, first + second, first, second, 0, 0], rtol=1e-6)


def test_linear_decay_by_hand():
    data = sequences([0, 5], [1, 6], [2, 7], n_items=8)
    found = fitted(VSKNN, data).score(asked([0, 1, 2], n_items=8))[0]
    np.testing.assert_allclose(found[5:], [1 / 3, 2 / 3, 1], rtol=1e-6)
    weighted = fitted(VSKNN, data, idf_weighting=2).score(asked([0, 1, 2], n_items=8))[0]
    np.testing.assert_allclose(weighted[5:], (1 + 2 * log(3)) * np.array([1 / 3, 2 / 3, 1]), rtol=1e-6)


@BOTH
@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize("numbers", [(3, 5, 4), (500, 1000, 10), (6, 6, 1), (2, 40, 7)])
def test_definition(cls, times, numbers):
    data = random_sequences(n_users=60, times=times)
    options = dict(zip(("neighbours", "sample_size", "max_length"), numbers, strict=True))
    for query in (questions(data), questions(data, known=False)):
        wanted = definition(cls, data, query, **options)
        found = fitted(cls, data, **options).score(query)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-9)


def test_idf_weighting():
    data = random_sequences(n_users=60)
    options = {"neighbours": 5, "sample_size": 9, "max_length": 4}
    wanted = definition(VSKNN, data, questions(data), **options, idf=3.0)
    np.testing.assert_allclose(
        fitted(VSKNN, data, **options, idf_weighting=3.0).score(questions(data)), wanted, rtol=1e-5
    )


def test_the_most_recent_sessions_are_sampled():
    data = sequences([0, 1], [0, 2], [0, 3], n_items=4, times=[1, 9, 2, 3, 4, 5])  # they end at 9, 3 and 5
    one = fitted(SKNN, data, sample_size=1).score(asked([0], n_items=4))[0]
    two = fitted(SKNN, data, sample_size=2).score(asked([0], n_items=4))[0]
    assert (one > 0).tolist() == [True, True, False, False]
    assert (two > 0).tolist() == [True, True, False, True]
    untimed = fitted(SKNN, replace(data, times=None), sample_size=1).score(asked([0], n_items=4))[0]
    assert (untimed > 0).tolist() == [True, False, False, True]


def test_long_histories_are_cut_from_their_ends():
    data = sequences([0, 1, 2, 3, 4], n_items=5)
    model = fitted(SKNN, data, max_length=2)
    np.testing.assert_array_equal(model.sessions.toarray(), [[0, 0, 0, 1, 1], [0, 1, 1, 0, 0], [1, 0, 0, 0, 0]])
    assert model.owners.tolist() == [0, 0, 0]


@BOTH
def test_own_sessions_do_not_vote(cls):
    data = sequences([0, 1, 2, 3], [0, 4], n_items=5)
    model = fitted(cls, data, max_length=3)
    assert (model.score(asked([0, 2, 3], n_items=5, user=0))[0] > 0).tolist() == [True, False, False, False, True]
    assert (model.score(asked([0, 2, 3], n_items=5))[0] > 0).all()


@BOTH
def test_nothing_known(cls):
    data = random_sequences()
    assert (fitted(cls, data).score(asked([], [19], n_items=20)) == 0).all()
    empty = sequences([], [], n_items=3)
    np.testing.assert_array_equal(fitted(cls, empty).score(asked([1], n_items=3)), np.zeros((1, 3)))
    assert fitted(cls, empty).explain(asked([1], n_items=3), 0) == []


@BOTH
def test_reasons_add_up_to_the_score(cls):
    data = random_sequences(n_users=60)
    model: SessionNeighbours = fitted(cls, data, neighbours=7)
    query = asked([3, 1, 3, 5, 7], n_items=20)
    scores = model.score(query)[0]
    for item in (3, int(np.argmax(scores))):
        reasons = model.explain(query, item, n=10)
        assert sum(reason.weight for reason in reasons) == pytest.approx(float(scores[item]), rel=1e-5)
        assert {reason.item for reason in reasons} <= {1, 3, 5, 7}
    assert [r.item for r in model.explain(query, item, n=1)] == [reasons[0].item]


@BOTH
def test_threads_save_and_second_fit(cls, tmp_path):
    data = random_sequences(n_users=600)
    model = fitted(cls, random_sequences(seed=4, n_users=7))
    model.fit(training(data))
    wanted = fitted(cls, data).score(questions(data))
    model.save(tmp_path)
    for same in (model, fitted(cls, data, threads=3), cls.load(tmp_path)):
        np.testing.assert_array_equal(same.score(questions(data)), wanted)
