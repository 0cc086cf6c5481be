"""What auto-encoders share: sparse rows, whom they serve, and learning where the answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_cases import FEW, MODELS, asked, model, normalised
from neural_data import board, interactions, own_kind_first, training

from algorithms.neural import histories
from algorithms.neural.histories import Histories, Reader
from bench.errors import BadConfig, Diverged
from bench.params import build

CPU = torch.device("cpu")


def rows(data: Any) -> Histories:
    return Histories.of(data.matrix(), CPU)


def test_rows_are_the_matrix() -> None:
    empty = interactions([(1, 4), (3, 0), (3, 2)], 5, 5)  # users without items at both ends and between
    for data in (FEW, empty):
        assert np.array_equal(rows(data).dense().numpy(), data.matrix().toarray())


def test_the_first_layer_is_the_dense_product() -> None:
    reader = Reader(5, 3)
    torch.nn.init.normal_(reader.bias)
    with torch.inference_mode():
        expected = normalised(FEW) @ reader.weight.numpy() + reader.bias.numpy()
        np.testing.assert_allclose(reader(rows(FEW), 0.0), expected, rtol=1e-5)


def test_items_are_left_out_one_by_one_and_the_others_weigh_more() -> None:
    data = interactions([(0, item) for item in range(1000)], 1, 1000)
    reader = Reader(1000, 1000)
    reader.weight.data = torch.eye(1000)  # the output is the input
    with torch.inference_mode():
        seen = reader(rows(data), 0.8).numpy()[0] * 1000**0.5
    assert set(np.round(seen, 4)) == {0, 5}
    assert 0.15 < np.mean(seen > 0) < 0.25


def test_an_epoch_meets_each_user_once_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    data = interactions([(user, user % 5) for user in range(11) if user != 4], 11, 5)  # user 4 has nothing
    algorithm = model("mult-dae", batch_size=8)
    algorithm._meet(training(data))
    for most, sizes in ((1000, [8, 2]), (15, [3, 3, 3, 1]), (1, [1] * 10)):
        monkeypatch.setattr(histories, "MOST", most)
        batches = list(algorithm._batches(data, CPU, torch.Generator().manual_seed(0)))
        assert [len(batch.lengths) for batch in batches] == sizes
        met = torch.cat([batch.items for batch in batches])
        assert sorted(met.tolist()) == sorted(data.items.tolist())
        assert met.tolist() != data.items.tolist()  # in random order


@pytest.mark.parametrize("name", MODELS)
def test_only_the_history_counts(name: str) -> None:
    algorithm = model(name, epochs=2)
    algorithm.fit(training(interactions([(0, 0), (0, 1), (1, 1), (1, 2)], 3, 5)))
    query = asked(interactions([(0, 0), (0, 1), (1, 0), (1, 1), (1, 4), (2, 3)], 4, 5), [0, -1, 0, 0])
    scores = algorithm.score(query)
    assert np.array_equal(np.isfinite(scores), np.outer([1, 1, 0, 0], [1, 1, 1, 0, 0]))  # nothing known: not served
    np.testing.assert_allclose(scores[1], scores[0], rtol=1e-6)  # new users as others, unknown items as none


@pytest.mark.parametrize("name", MODELS)
def test_it_learns_the_board(name: str) -> None:
    train, validation = board()
    algorithm = model(name, epochs=30)
    algorithm.fit(training(train, validation))
    assert own_kind_first(algorithm.score(asked(train)), train) > 0.95


@pytest.mark.parametrize("name", MODELS)
def test_saving_and_loading_keeps_the_scores(name: str, tmp_path: Path) -> None:
    algorithm = model(name, epochs=2)
    algorithm.fit(training(*board()))
    algorithm.save(tmp_path)
    query = asked(board()[0])
    assert np.array_equal(MODELS[name].load(tmp_path).score(query), algorithm.score(query))


@pytest.mark.parametrize("name", MODELS)
def test_wrong_parameters_are_refused(name: str) -> None:
    with pytest.raises(Diverged, match="learning_rate"):
        model(name, learning_rate=1000.0).fit(training(*board()))
    with pytest.raises(BadConfig, match="'dropout'"):
        build(MODELS[name].Params, {"dropout": 1}, name)


@pytest.mark.parametrize("name", MODELS)
def test_one_user_with_one_item_of_one(name: str) -> None:
    data = interactions([(0, 0)], 1, 1)
    algorithm = model(name, epochs=2, batch_size=1000)
    algorithm.fit(training(data))
    assert np.isfinite(algorithm.score(asked(data))).all()
