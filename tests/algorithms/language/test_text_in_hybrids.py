"""The texts of items as inputs of hybrids: new items go to those who like what their texts are about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from described_items import N_ITEMS, SEA, TEXTS, side, training
from scipy.sparse import csr_matrix
from small_hybrids import MET, SMALL, everybody, share_of_own

from bench import registry
from bench.algorithm import Can, Needs
from bench.describe import describe


def fitted(name, train, **params):
    model = registry.create(name, **SMALL[name], **params)
    model.fit(train)
    return model


@pytest.mark.parametrize("name", SMALL)
def test_new_items_are_ranked_by_their_text(name):
    train = training(met=MET)
    scores = fitted(name, train, item_text=True).score(everybody(train))
    assert np.isfinite(scores).all()
    assert share_of_own(scores, range(MET, N_ITEMS)) == 1


def test_texts_that_say_nothing_of_the_kind_do_not_help():
    """The other way round: with the texts of the new items exchanged, each goes to the others."""
    exchanged = (*TEXTS[:MET], TEXTS[MET + 1], TEXTS[MET], TEXTS[MET + 3], TEXTS[MET + 2])
    train = training(side(exchanged), met=MET)
    for name in SMALL:
        scores = fitted(name, train, item_text=True).score(everybody(train))
        assert share_of_own(scores, range(MET, N_ITEMS)) == 0


def test_ease_is_its_formula_with_texts_beneath_features():
    features = csr_matrix(np.eye(2, dtype=np.float32)[np.arange(N_ITEMS) % 2])
    items = replace(side(), features=features, feature_names=("even", "odd"))
    train = training(items, met=MET)
    V = registry.create("ease-features", item_text=True)._text_vectors(train).astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(V, axis=1), 1, rtol=1e-5)
    X = train.interactions.matrix().toarray().astype(float)
    for items_told, rows in ((items, [features.toarray().T, V.T]), (side(), [V.T])):
        stacked = np.vstack([X, *(np.sqrt(3.0) * row for row in rows)])
        P = np.linalg.inv(stacked.T @ stacked + 5 * np.eye(N_ITEMS))
        expected = X @ (np.eye(N_ITEMS) - P / np.diag(P))
        model = fitted("ease-features", training(items_told, met=MET), item_text=True, feature_weight=3.0)
        found = model.score(everybody(train))
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", SMALL)
def test_an_item_without_a_text_is_as_before(name):
    train = training(side(("", *TEXTS[1 : N_ITEMS - 1], "")), met=MET)
    scores = fitted(name, train, item_text=True).score(everybody(train))
    assert np.isfinite(scores[:, :-1]).all(), "item 0 was met"
    assert np.isnan(scores[:, -1]).all(), "nothing is known of the last one"


@pytest.mark.parametrize("name", SMALL)
def test_what_is_needed_follows_the_parameter(name):
    without, with_text = describe([(name, {}), (name, {"item_text": True})])
    assert ("ITEM_TEXT" in without.needs, "ITEM_TEXT" in with_text.needs) == (False, True)
    assert "ITEM_FEATURES" not in with_text.needs
    assert "SCORE_NEW_ITEMS" in with_text.can
    assert (without.parts, with_text.parts) == ([], ["text-knn"])
    (reader,) = describe([("text-knn", {})])
    assert (without.content, with_text.content) == ({}, {"text-knn.model": reader.content["model"]})


def test_the_flags_of_both():
    towers, ease = registry.load("two-tower"), registry.load("ease-features")
    assert towers.abilities(towers.Params(item_text=True, item_features=True)) == (
        Needs.ITEM_TEXT | Needs.ITEM_FEATURES,
        towers.can | Can.SCORE_NEW_ITEMS,
    )
    assert towers.abilities(towers.Params()) == (Needs.NOTHING, towers.can)
    assert ease.abilities(ease.Params()) == (Needs.ITEM_FEATURES, ease.can)
    assert len(SEA) * 2 == N_ITEMS


@pytest.mark.parametrize("name", SMALL)
def test_save_and_load(name, tmp_path):
    train = training(met=MET)
    model = fitted(name, train, item_text=True)
    model.save(tmp_path)
    found = type(model).load(tmp_path).score(everybody(train))
    np.testing.assert_array_equal(found, model.score(everybody(train)))
