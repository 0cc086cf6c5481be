"""The network that reads rated histories: its formula, one pass for all targets, and gaps that say nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from rating_cases import ITEMS, asked, described, opinions, training

from algorithms.neural.history_rnn import HistoryRNN, HistoryRNNParams
from algorithms.neural.rated_histories import Ratings
from bench.errors import Unsupported

CPU = torch.device("cpu")


def untrained(features: bool = False, **params: Any) -> HistoryRNN:
    """A network whose every weight is random, so that all parts matter."""
    model = HistoryRNN(HistoryRNNParams(factors=6, **params))
    train = training(opinions()[0])
    model._meet(described(train) if features else train)
    torch.manual_seed(0)
    model.network = model._build().eval()
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return model


def gru(w: Any, x: Any, h: Any) -> Any:
    """Cho et al. (2014), equations 5 to 8, as torch orders its weights: reset, update, candidate."""
    inner, outer = x @ w["ih"].T + w["bih"], h @ w["hh"].T + w["bhh"]
    (ri, zi, ni), (rh, zh, nh) = np.split(inner, 3), np.split(outer, 3)
    r, z = 1 / (1 + np.exp(-ri - rh)), 1 / (1 + np.exp(-zi - zh))
    return (1 - z) * np.tanh(ni + r * nh) + z * h


def by_hand(model: HistoryRNN, items: list[int], ratings: list[float], item: int) -> float:
    """The formula of the class, in float64."""
    w = {name: weight.numpy().astype(np.float64) for name, weight in model.network.state_dict().items()}
    short = {"ih": "weight_ih", "hh": "weight_hh", "bih": "bias_ih", "bhh": "bias_hh"}
    reads = {key: w[f"reads.{name}_l0"] for key, name in short.items()}
    meets = {key: w[f"meets.{name}"] for key, name in short.items()}

    def token(number: int) -> Any:
        found = w["items.own.weight"][number] + w["items.kinds"].sum(axis=0)
        if model.item_side.shape[1]:
            found = found + model.item_side[number].toarray()[0] @ w["items.described.vectors"]
        return found

    h = np.zeros(model.params.factors)
    for number, rating in zip(items, ratings, strict=True):
        h = gru(reads, token(number) + (rating - model.mean) / model.spread * w["rated"], h)
    met = gru(meets, token(item), h)
    return float(model.mean + w["items.bias.weight"][item, 0] + met @ w["head.weight"][0] + w["head.bias"][0])


@pytest.mark.parametrize("features", [False, True])
def test_predictions_are_the_formula_on_the_last_ratings(features: bool) -> None:
    model = untrained(features, max_length=5, batch_size=20)
    held_out = asked(*opinions())
    query = held_out.query
    found = model.predict(query, held_out.rows, held_out.items)
    for place in range(0, len(found), 17):
        row = held_out.rows[place]
        last = slice(query.offsets[row + 1] - 5, query.offsets[row + 1])
        history = query.items[last].tolist(), query.ratings[last].tolist()
        # float32 through five steps
        assert found[place] == pytest.approx(by_hand(model, *history, held_out.items[place]), rel=1e-4)


def test_scores_are_predictions_of_every_item() -> None:
    model, query = untrained(batch_size=30), asked(*opinions()).query
    rows, items = np.indices((len(query), ITEMS)).reshape(2, -1)
    found = model.predict(query, rows, items.astype(np.int32)).reshape(len(query), ITEMS)
    np.testing.assert_allclose(model.score(query), found, rtol=1e-5)


def test_targets_of_one_pass_are_the_predictions_from_each_prefix() -> None:
    model, data = untrained(), opinions()[0]
    items, ratings = data.items[: data.offsets[1]], data.known_ratings[: data.offsets[1]]
    batch = Ratings(items, ratings, CPU).histories(np.array([0, 2]), np.array([len(items), 3]))
    with torch.inference_mode():
        before = model.network.states(batch.items, batch.ratings)[:, :-1]
        found = model.network(before[batch.real], batch.items[batch.real]).numpy()
    expected = [by_hand(model, items[:n].tolist(), ratings[:n].tolist(), items[n]) for n in range(len(items))]
    np.testing.assert_allclose(found[: len(items)], expected, rtol=1e-4)
    short = [by_hand(model, items[2 : 2 + n].tolist(), ratings[2 : 2 + n].tolist(), items[2 + n]) for n in range(3)]
    np.testing.assert_allclose(found[len(items) :], short, rtol=1e-4)


def test_an_epoch_holds_every_rating_once_and_no_batch_is_too_large() -> None:
    model, train = untrained(max_length=6, batch_size=40), training(opinions()[0])
    batches = list(model._task(train, CPU).batches(torch.Generator().manual_seed(0)))
    seen = torch.cat([batch.items[batch.real] for batch in batches])
    assert np.array_equal(np.bincount(seen), np.bincount(train.interactions.items))
    assert max(batch.items.numel() for batch in batches) <= 40
    assert max(batch.items.shape[1] for batch in batches) == 6
    gaps = sum(int((~batch.real).sum()) for batch in batches)
    assert gaps < 0.1 * len(train.interactions)  # histories of one length stand together


def test_what_fills_gaps_changes_nothing() -> None:
    model = untrained()
    rated = Ratings(np.arange(9, dtype=np.int32), np.full(9, 4, np.float32), CPU)
    batch = rated.histories(np.array([0, 5]), np.array([5, 2]))
    other = replace_gaps(batch)
    task = model._task(training(opinions()[0]), CPU)
    assert not torch.equal(batch.items, other.items)
    assert task.loss(batch).item() == task.loss(other).item()


def replace_gaps(batch: Any) -> Any:
    return batch._replace(
        items=torch.where(batch.real, batch.items, 7), ratings=torch.where(batch.real, batch.ratings, 1e6)
    )


def test_a_history_is_enough_and_ratings_are_needed() -> None:
    model, query = untrained(), asked(*opinions()).query
    stranger = replace(query, users=np.full_like(query.users, -1))
    assert np.array_equal(model.score(stranger), model.score(query))
    with pytest.raises(Unsupported, match="ratings"):
        model.score(replace(query, ratings=None))
