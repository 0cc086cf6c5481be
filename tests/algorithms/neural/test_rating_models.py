"""What both rating predictors on tokens do: learn opinions, stop early on the error, come back from disk, refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rating_cases import ITEMS, USERS, asked, described, errors, opinions, rated, training

from algorithms.neural import rating_tokens
from algorithms.neural.history_rnn import HistoryRNN, HistoryRNNParams
from algorithms.neural.token_transformer import TokenTransformer, TokenTransformerParams
from bench.errors import BadConfig, Diverged, Unsupported
from bench.params import build

SMALL = {"factors": 8, "batch_size": 64, "learning_rate": 0.02, "regularization": 0.01, "dropout": 0.1}
KINDS = [(TokenTransformer, TokenTransformerParams), (HistoryRNN, HistoryRNNParams)]

pytestmark = pytest.mark.parametrize(("kind", "parameters"), KINDS, ids=["transformer", "rnn"])


def fitted(kind: Any, parameters: Any, train: Any, seed: int = 0, **params: Any) -> Any:
    model = kind(parameters(**{**SMALL, **params}), seed=seed)
    model.fit(train)
    return model


def everybody() -> Any:
    return asked(*opinions()).query


def test_it_learns_opinions_and_stops_on_their_error(kind: Any, parameters: Any) -> None:
    curve: list[dict[str, float]] = []
    data, validation = opinions()
    train = training(data, validation, report=lambda epoch, **values: curve.append(values))
    model = fitted(kind, parameters, train, start=1, patience=30, epochs=30)
    found = float(np.sqrt(np.mean(errors(model, asked(data, validation)) ** 2)))
    assert found == pytest.approx(min(values["rmse"] for values in curve), rel=1e-6)
    assert found < 1  # ratings are 1 and 5: the mean has an error of 2


def test_ten_users_are_learnt_by_heart(kind: Any, parameters: Any) -> None:
    losses: list[float] = []
    train = training(opinions(users=10)[0], report=lambda epoch, **values: losses.append(values["loss"]))
    fitted(kind, parameters, train, start=1, epochs=60, dropout=0, regularization=0)
    assert losses[0] > 3
    assert losses[-1] < 0.1


def test_features_are_of_use(kind: Any, parameters: Any) -> None:
    data, validation = opinions()
    model = fitted(kind, parameters, described(training(data)), epochs=20)
    assert np.sqrt(np.mean(errors(model, asked(data, validation)) ** 2)) < 0.5


def test_the_seed_decides(kind: Any, parameters: Any) -> None:
    train = training(opinions()[0])
    scores = [fitted(kind, parameters, train, seed, epochs=2).score(everybody()) for seed in (3, 3, 4)]
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_saving_and_loading_keeps_scores_and_predictions(kind: Any, parameters: Any, tmp_path: Path) -> None:
    data, validation = opinions()
    model = fitted(kind, parameters, described(training(data)), epochs=2)
    model.save(tmp_path)
    loaded = kind.load(tmp_path)
    assert np.array_equal(loaded.score(everybody()), model.score(everybody()))
    questions = asked(data, validation)
    assert np.array_equal(errors(loaded, questions), errors(model, questions))


def test_blocks_change_nothing(kind: Any, parameters: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fitted(kind, parameters, training(opinions()[0]), epochs=2)
    whole = model.score(everybody())
    monkeypatch.setattr(rating_tokens, "_BLOCK", 7 * 4 * model._width)  # seven pairs at a time
    np.testing.assert_allclose(model.score(everybody()), whole, rtol=1e-5)


def test_what_training_does_not_know_has_no_rating(kind: Any, parameters: Any) -> None:
    data = rated([0, 0, 2, 2], [0, 1, 1, 3], [5, 1, 2, 4], 4, 5)
    model = fitted(kind, parameters, training(data), epochs=1)
    asking = asked(data, rated([0, 1, 2], [4, 1, 0], [5, 5, 5], 4, 5))
    serves = kind is HistoryRNN  # also the user without a history
    assert np.array_equal(np.isnan(errors(model, asking)), [True, not serves, False])
    nothing = asked(data, rated([0], [4], [5], 4, 5))
    assert np.isnan(errors(model, nothing)).all()
    can = np.outer([True, serves, True], [True, True, False, True, False])
    assert np.array_equal(~np.isnan(model.score(asking.query)), can)


def test_one_item_and_users_with_one_rating_are_enough(kind: Any, parameters: Any) -> None:
    data = rated([0, 1], [0, 0], [5, 1], 2, 1)
    model = fitted(kind, parameters, training(data), epochs=1, batch_size=1000)
    assert np.isfinite(model.score(asked(data, data).query)).all()


def test_what_cannot_be_learnt_is_refused(kind: Any, parameters: Any) -> None:
    data = opinions()[0]
    with pytest.raises(Unsupported, match="ratings"):
        fitted(kind, parameters, training(replace(data, ratings=None)))
    with pytest.raises(Diverged, match="learning_rate"):
        fitted(kind, parameters, training(data), learning_rate=1000)
    with pytest.raises(BadConfig, match="'factors'"):
        build(parameters, {"factors": 0}, kind.name)


def test_predictions_of_some_pairs_stand_at_their_places(kind: Any, parameters: Any) -> None:
    model, query = fitted(kind, parameters, training(opinions()[0]), epochs=1), everybody()
    scores = model.score(query)
    rows, items = np.array([9, 0, 9, USERS - 1]), np.array([3, ITEMS - 1, 0, 3], np.int32)
    np.testing.assert_allclose(model.predict(query, rows, items), scores[rows, items], rtol=1e-5)
