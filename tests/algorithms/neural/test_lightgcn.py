"""LightGCN: the propagation and the loss by hand, its gradient, and learning where the answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from neural_data import SIDE, board, interactions, query, training

from algorithms.neural.lightgcn import LightGCN, LightGCNParams
from algorithms.neural.propagation import Graph
from bench.errors import BadConfig, Diverged, Unsupported
from bench.params import build
from bench.types import Interactions

SMALL = {"factors": 8, "batch_size": 64, "learning_rate": 0.02}
CPU = torch.device("cpu")
PAIRS = [(0, 0), (0, 1), (1, 1), (1, 3), (3, 0), (3, 1), (3, 3)]  # user 2 and item 2 have no edges


def model(seed: int = 0, device: str = "cpu", **params: Any) -> LightGCN:
    return LightGCN(LightGCNParams(**{**SMALL, **params}), seed=seed, device=device)


def everybody() -> Any:
    return query(list(range(SIDE)), SIDE)


def normal(data: Interactions) -> np.ndarray:
    """Ã of equation 8, dense, in float64."""
    pairs = data.matrix().toarray().astype(np.float64)
    adjacency = np.block([[np.zeros((data.n_users,) * 2), pairs], [pairs.T, np.zeros((data.n_items,) * 2)]])
    scale = np.diag(1 / np.sqrt(np.maximum(adjacency.sum(axis=0), 1)))
    return np.asarray(scale @ adjacency @ scale)


def operator(data: Interactions, layers: int) -> np.ndarray:
    """The mean of the powers 0 … L of Ã."""
    return np.mean([np.linalg.matrix_power(normal(data), layer) for layer in range(layers + 1)], axis=0)


@pytest.mark.parametrize("layers", [0, 1, 3])
def test_the_layers_are_averaged_as_in_equation_7_and_so_are_gradients(layers: int) -> None:
    data = interactions([*PAIRS, (1, 1)], 4, 5)  # a pair that occurs twice is one edge
    random = np.random.default_rng(0)
    start, gradient = random.normal(size=(2, 9, 3))
    vectors = torch.tensor(start, dtype=torch.float32, requires_grad=True)
    mean = Graph(data, CPU).mean_of_layers(vectors, layers)
    mean.backward(torch.tensor(gradient, dtype=torch.float32))  # type: ignore[no-untyped-call]
    expected = operator(data, layers)
    np.testing.assert_allclose(mean.detach(), expected @ start, rtol=1e-4, atol=1e-6)  # float32; values near 1
    np.testing.assert_allclose(vectors.grad, expected.T @ gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Sparse")
def test_the_compiled_product_is_that_of_torch_with_any_number_of_threads() -> None:
    random = np.random.default_rng(1)
    pairs = {(int(u), int(i)) for u, i in random.integers(0, 400, size=(3000, 2))}
    graph = Graph(interactions(pairs, 400, 400), CPU)
    vectors = torch.tensor(random.normal(size=(800, 16)), dtype=torch.float32)
    matrix = torch.sparse_csr_tensor(graph.starts, graph.neighbours, graph.values, (800, 800))
    one = graph.sums(vectors, 1)
    np.testing.assert_allclose(one, vectors + matrix @ vectors, rtol=1e-4, atol=1e-5)
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 2)
    try:
        assert torch.equal(graph.sums(vectors, 1), one)
    finally:
        torch.set_num_threads(threads)


def test_the_loss_is_equation_15_with_the_embeddings_of_the_batch() -> None:
    data = interactions(PAIRS, 4, 5)
    algorithm = model(layers=2, l2=0.3, epochs=1, learning_rate=1e-6)
    algorithm.fit(training(data))
    start = algorithm.network.embeddings.detach().numpy().astype(np.float64)
    final = operator(data, 2) @ start
    users, positive, negative = np.array([0, 3, 3]), np.array([1, 0, 3]), np.array([2, 4, 2])
    margins = (final[users] * (final[4 + positive] - final[4 + negative])).sum(axis=1)
    lengths = sum((start[nodes] ** 2).sum() for nodes in (users, 4 + positive, 4 + negative))
    expected = np.log1p(np.exp(-margins)).mean() + 0.15 * lengths / 3
    batch = torch.tensor(users), torch.tensor(np.stack([positive, negative], axis=1))
    loss = algorithm._task(training(data), CPU).loss(batch)
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    scores = algorithm.score(query([0, 3], 5))
    np.testing.assert_allclose(scores[:, [0, 1, 3]], final[[0, 3]] @ final[[4, 5, 7]].T, rtol=1e-3, atol=1e-6)


def test_what_training_does_not_know_cannot_be_scored() -> None:
    algorithm = model(epochs=1)
    algorithm.fit(training(interactions(PAIRS, 4, 5)))
    can = np.outer([True, False, False, True], [True, True, False, True, False])
    assert np.array_equal(~np.isnan(algorithm.score(query([0, -1, 2, 3], 5))), can)


def test_a_loaded_model_scores_without_its_graph(tmp_path: Path) -> None:
    algorithm = model(epochs=3)
    algorithm.fit(training(*board()))
    algorithm.save(tmp_path)
    loaded = LightGCN.load(tmp_path)
    assert loaded.network.graph is None
    assert np.array_equal(loaded.score(everybody()), algorithm.score(everybody()))


def test_users_who_have_everything_a_missing_gpu_and_wrong_parameters_are_refused() -> None:
    with pytest.raises(Unsupported, match="every item"):
        model().fit(training(interactions([(0, 0), (0, 1), (1, 0)], 2, 2)))
    if not torch.cuda.is_available():
        with pytest.raises(Unsupported, match="no GPU"):
            model(device="cuda").fit(training(*board()))
    with pytest.raises(BadConfig, match="'layers'"):
        build(LightGCNParams, {"layers": -1}, "lightgcn")


def test_a_diverging_setting_raises() -> None:
    with pytest.raises(Diverged, match="lower learning_rate"):
        model(learning_rate=1000).fit(training(*board()))
