"""UltraGCN: its weights and its loss by hand; and what both graph models must do, killed, saved or on small data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from neural_data import SIDE, board, interactions, own_kind_first, query, training

from algorithms.neural import ultragcn
from algorithms.neural.lightgcn import LightGCN, LightGCNParams
from algorithms.neural.ultragcn import Constraints, UltraGCN, UltraGCNParams, item_graph
from bench.errors import BadConfig, Diverged
from bench.params import build

PAIRS = [(0, 0), (0, 1), (1, 1), (1, 3), (3, 0), (3, 1), (3, 3), (4, 4)]  # user 2 and item 2 occur nowhere
SMALL: dict[str, Any] = {"factors": 16, "batch_size": 64, "learning_rate": 0.02}


def model(seed: int = 0, **params: Any) -> UltraGCN:
    return UltraGCN(UltraGCNParams(**{**SMALL, "negatives": 24, **params}), seed=seed)


def graph_model(name: str, **params: Any) -> Any:
    if name == "ultragcn":
        return model(**{"item_weight": 0.01, "negative_weight": 4, **params})
    return LightGCN(LightGCNParams(**{**SMALL, **params}))


def everybody() -> Any:
    return query(list(range(SIDE)), SIDE)


def omegas(pairs: np.ndarray) -> np.ndarray:
    """(n, n) ω of equation 12, in float64, 0 on the diagonal."""
    counts = pairs.T @ pairs
    degrees, own = counts.sum(axis=1), np.diag(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = counts / (degrees - own)[:, None] * np.sqrt(degrees[:, None] / degrees[None, :])
    np.fill_diagonal(weights, 0)
    return np.nan_to_num(weights, posinf=0)


@pytest.mark.parametrize("block", [1, 1 << 20])
def test_the_item_graph_holds_the_largest_weights_of_equation_12(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ultragcn, "_BLOCK", block)
    data = board()[0].matrix()
    around, found = item_graph(data, 5)
    expected = omegas(data.toarray().astype(np.float64))
    np.testing.assert_allclose(found, np.take_along_axis(expected, around, axis=1), rtol=1e-10)
    np.testing.assert_allclose(np.sort(found), np.sort(expected)[:, -5:], rtol=1e-10)


def test_items_with_few_neighbours_have_weights_of_zero() -> None:
    around, found = item_graph(interactions(PAIRS, 5, 5).matrix(), 10)
    assert around.shape == found.shape == (5, 5)
    assert np.array_equal((found > 0).sum(axis=1), [2, 2, 0, 2, 0])
    assert np.isfinite(found).all()


def test_the_loss_is_that_of_the_docstring() -> None:
    data = interactions(PAIRS, 5, 5)
    algorithm = model(epochs=1, neighbours=2, negative_weight=7, item_weight=0.5)
    algorithm.fit(training(data))
    for weight in algorithm.network.parameters():
        torch.nn.init.normal_(weight, generator=torch.Generator().manual_seed(0))
    p, q = (
        part.weight.detach().numpy().astype(np.float64) for part in (algorithm.network.users, algorithm.network.items)
    )
    pairs = data.matrix().toarray().astype(np.float64)
    users, items = pairs.sum(axis=1), pairs.sum(axis=0)
    omega, negatives = omegas(pairs), [1, 4, 4]
    total = 0.0
    for user, item in ((0, 0), (3, 1)):
        beta = np.sqrt((users[user] + 1) / (items + 1)) / users[user]
        logits = q @ p[user]
        total += beta[item] * np.log1p(np.exp(-logits[item]))
        total += 7 * np.mean([beta[j] * np.log1p(np.exp(logits[j])) for j in negatives])
        near = np.argsort(-omega[item])[:2]
        total += 0.5 * sum(omega[item, k] * np.log1p(np.exp(-logits[k])) for k in near)
    loss = algorithm._loss(
        Constraints.of(data, 2, torch.device("cpu")),
        torch.tensor([0, 3]),
        torch.tensor([0, 1]),
        torch.tensor(negatives),
    )
    assert loss.item() == pytest.approx(total / 2, rel=1e-5)


def test_negatives_are_items_of_training() -> None:
    data = interactions(PAIRS, 5, 5)
    algorithm = model(epochs=1, negatives=200)
    algorithm.fit(training(data))
    (batch,) = algorithm._task(training(data), torch.device("cpu")).batches(torch.Generator().manual_seed(0))
    assert {tuple(pair) for pair in torch.stack(batch[:2], dim=1).tolist()} == set(PAIRS)
    assert set(batch[2].tolist()) == {0, 1, 3, 4}


@pytest.mark.parametrize("name", ["lightgcn", "ultragcn"])
class TestBoth:
    def test_learns_the_board(self, name: str) -> None:
        train, validation = board()
        algorithm = graph_model(name, epochs=30)
        algorithm.fit(training(train, validation))
        assert own_kind_first(algorithm.score(everybody()), train) > 0.95

    def test_one_seed_gives_the_same_scores_twice_and_another_one_others(self, name: str) -> None:
        scores = []
        for seed in (3, 3, 4):
            algorithm = graph_model(name, epochs=2)
            algorithm.seed = seed
            algorithm.fit(training(*board()))
            scores.append(algorithm.score(everybody()))
        assert np.array_equal(scores[0], scores[1])
        assert not np.array_equal(scores[0], scores[2])


def test_what_training_does_not_know_cannot_be_scored() -> None:
    algorithm = model(epochs=1)
    algorithm.fit(training(interactions(PAIRS, 5, 5)))
    can = np.outer([True, False, False, True], [True, True, False, True, True])
    assert np.array_equal(~np.isnan(algorithm.score(query([0, -1, 2, 3], 5))), can)


def test_saving_and_loading_keeps_the_scores(tmp_path: Path) -> None:
    algorithm = model(epochs=2)
    algorithm.fit(training(*board()))
    algorithm.save(tmp_path)
    assert np.array_equal(UltraGCN.load(tmp_path).score(everybody()), algorithm.score(everybody()))


def test_a_catalogue_of_one_item_and_wrong_parameters() -> None:
    alone = model(epochs=1)
    alone.fit(training(interactions([(0, 0), (1, 0)], 2, 1)))
    assert np.isfinite(alone.score(query([0, 1], 1))).all()
    with pytest.raises(Diverged, match="lower learning_rate"):
        model(learning_rate=1000).fit(training(*board()))
    with pytest.raises(BadConfig, match="'negatives'"):
        build(UltraGCNParams, {"negatives": 0}, "ultragcn")
