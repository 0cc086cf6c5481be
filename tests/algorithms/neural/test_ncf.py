"""The parts of neural collaborative filtering alone, both together after pre-training, and candidates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neural_data import SIDE, board, interactions, query, training

from algorithms.neural.gmf import GMF
from algorithms.neural.mlp import MLP
from algorithms.neural.ncf import LayerParams, PairModel, PairParams
from algorithms.neural.neumf import NeuMF, NeuMFParams

SMALL: dict[str, Any] = {
    "factors": 4,
    "batch_size": 32,
    "learning_rate": 0.02,
    "regularization": 0.01,
    "epochs": 6,
    "patience": 10,
}
FLAT: dict[str, Any] = {**SMALL, "dropout": 0.0}


def everybody() -> Any:
    return query(list(range(SIDE)), SIDE)


def fitted(model: PairModel[Any], **more: Any) -> PairModel[Any]:
    model.fit(training(*board(), **more))
    return model


def test_gmf_is_a_weighted_product() -> None:
    model = fitted(GMF(PairParams(**SMALL)))
    w = {name: weight.numpy().astype(np.float64) for name, weight in model.network.state_dict().items()}
    expected = (w["users.weight"] * w["top"]) @ w["items.weight"].T
    np.testing.assert_allclose(model.score(everybody()), expected, rtol=1e-3, atol=1e-5)


def test_mlp_is_a_perceptron_on_both_vectors() -> None:
    model = fitted(MLP(LayerParams(**SMALL, layers=1)))
    w = {name: weight.numpy().astype(np.float64) for name, weight in model.network.state_dict().items()}
    first = w["users.weight"] @ w["first_user.weight"].T + w["first_user.bias"]
    both = first[:, None] + w["items.weight"] @ w["first_item.weight"].T  # (users, items, d)
    np.testing.assert_allclose(model.score(everybody()), np.maximum(both, 0) @ w["top"], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("model", [GMF(PairParams(**SMALL)), MLP(LayerParams(**SMALL)), NeuMF(NeuMFParams(**SMALL))])
def test_candidates_have_the_scores_that_they_have_in_the_whole_catalogue(model: Any) -> None:
    data = interactions([(0, 0), (0, 1), (2, 1), (2, 3)], 4, 5)
    model.fit(training(data))
    candidates = np.array([[3, 0, -1], [1, 2, 3], [0, 1, 4], [4, 3, 1]], np.int32)
    asked = query([0, 2, -1, 0], 5)
    whole = model.score(asked)
    expected = np.where(candidates < 0, np.nan, np.take_along_axis(whole, np.maximum(candidates, 0), axis=1))
    found = model.score(replace(asked, candidates=candidates))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert np.isnan(found[2]).all()
    assert np.isfinite(found[0, :2]).all()


def test_pre_training_begins_with_the_halves_and_half_of_their_top() -> None:
    heard: list[tuple[int, set[str]]] = []
    data = training(*board(), report=lambda epoch, **values: heard.append((epoch, set(values))))
    model = NeuMF(NeuMFParams(**FLAT, pretrained=True))
    alone = {name: value for name, value in SMALL.items() if name not in ("epochs", "patience")}
    halves = fitted(GMF(PairParams(**alone))), fitted(MLP(LayerParams(**alone, dropout=0.0)))
    model._meet(data)
    model.network = model._build()
    model._start(data)
    expected = 0.5 * halves[0].score(everybody()) + 0.5 * halves[1].score(everybody())
    np.testing.assert_allclose(model.score(everybody()), expected, rtol=1e-3, atol=1e-6)
    assert heard[0] == (1, {"gmf_loss", "gmf_ndcg"})
    assert heard[-1][1] == {"mlp_loss", "mlp_ndcg"}


class Killed(Exception):
    """The attempt ends here."""


@pytest.mark.parametrize("phase", ["gmf_loss", "mlp_loss", "loss"])
def test_a_kill_in_any_phase_repeats_none(phase: str, tmp_path: Path) -> None:
    def report(epoch: int, **values: float) -> None:
        if epoch == 2 and phase in values:
            raise Killed

    params = NeuMFParams(**SMALL, pretrained=True)
    with pytest.raises(Killed):
        fitted(NeuMF(params), scratch=tmp_path, report=report)
    resumed = fitted(NeuMF(params), scratch=tmp_path)
    assert np.array_equal(resumed.score(everybody()), fitted(NeuMF(params)).score(everybody()))
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_learning_from_both_parts_takes_the_epochs_of_the_halves_found_on_one(tmp_path: Path) -> None:
    first, second = board()
    both = interactions(
        {*zip(first.users, first.items, strict=True), *zip(second.users, second.items, strict=True)}, SIDE, SIDE
    )
    heard: list[str] = []
    alone = training(first, second, scratch=tmp_path / "selection")
    train = replace(
        training(both, scratch=tmp_path, report=lambda epoch, **values: heard.extend(values)), selection=alone
    )
    model = NeuMF(NeuMFParams(**{**SMALL, "epochs": 12, "patience": 2}, pretrained=True))
    model.fit(train)
    once = NeuMF(model.params)
    once.fit(training(first, second))
    assert model.half_epochs.tolist() == once.half_epochs.tolist()
    assert min(model.half_epochs) < PairParams().epochs
    again = [heard.count("refit_gmf_loss"), heard.count("refit_mlp_loss"), heard.count("refit_loss")]
    assert again == [*once.half_epochs, once.best_epoch]
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
