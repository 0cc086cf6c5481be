"""A Transformer over texts learns kinds, orders and ranks items that nobody has met."""

import numpy as np
import pytest
from described_items import N_ITEMS, TEXTS, question, side, training

from algorithms.language.text_sasrec import TextSASRec
from bench import registry
from bench.errors import Unsupported

FAST = {"epochs": 30, "batch_size": 64, "max_length": 20, "factors": 32, "learning_rate": 0.01}


def fitted(items=None, **params):
    model = registry.create("text-sasrec", **(FAST | params))
    model.fit(training(items))
    return model


@pytest.mark.parametrize("loss", ["softmax", "sampled-softmax"])
def test_new_items_of_the_right_kind_come_before_others(loss):
    model = fitted(loss=loss)
    scores = model.score(question((0, 2, 4), (1, 3, 5)))
    assert scores[0, N_ITEMS - 2] > scores[0, N_ITEMS - 1]
    assert scores[1, N_ITEMS - 1] > scores[1, N_ITEMS - 2]
    even = np.arange(N_ITEMS) % 2 == 0
    unseen = np.arange(N_ITEMS) > 5
    assert scores[0][even & unseen].min() > scores[0][~even & unseen].max()


def test_new_items_are_not_learnt_to_be_unwanted():
    """The loss compares with the items of the training part alone."""
    model = fitted(epochs=1)
    np.testing.assert_array_equal(model.learnt, np.arange(N_ITEMS - 2))
    np.testing.assert_array_equal(model.places[model.learnt], np.arange(N_ITEMS - 2))


def test_items_without_a_text():
    model = fitted(side(("", *TEXTS[1:-1], "")), epochs=2)
    scores = model.score(question((2, 0, 4), (2, 4), (0,)))
    assert np.isnan(scores[:, [0, -1]]).all()
    np.testing.assert_array_equal(scores[0], scores[1])  # it is left out of the history
    assert np.isnan(scores[2]).all()
    with pytest.raises(Unsupported, match="no item of the data set has a text"):
        fitted(side(("",) * N_ITEMS))
    with pytest.raises(Unsupported, match="no item of the training part has a text"):
        fitted(side((*[""] * (N_ITEMS - 2), *TEXTS[-2:])))


def test_own_vectors(tmp_path):
    kinds = np.zeros((N_ITEMS, 4), np.float32)
    kinds[::2, 0] = kinds[1::2, 1] = 1
    np.save(tmp_path / "own.npy", kinds)
    scores = fitted(vectors=str(tmp_path / "own.npy")).score(question((0, 2, 4)))[0]
    assert scores[N_ITEMS - 2] > scores[N_ITEMS - 1]


def test_save_and_load(tmp_path):
    model = fitted(epochs=2)
    model.save(tmp_path)
    np.testing.assert_array_equal(TextSASRec.load(tmp_path).score(question((0, 2))), model.score(question((0, 2))))
