"""The shared training loop, on a model of two weights whose every step can be computed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from neural_data import interactions, training
from torch import Tensor, nn

from algorithms.neural.params import NeuralParams
from algorithms.neural.stages import in_stages
from algorithms.neural.stepping import MAX_NORM, step
from algorithms.neural.training import BLOW_UP, Goal, optimise
from bench.algorithm import Algorithm
from bench.errors import BadData, Diverged
from bench.params import number
from bench.types import Floats, Query, Training

ITEMS = 20
X = np.random.default_rng(0).normal(size=(3, 4, 2))  # three batches of four examples
Y = X @ [1.0, -2.0] + 0.5


class LineParams(NeuralParams):
    epochs: int = number(3, low=1, high=100)
    patience: int = number(100, low=1, high=100)
    learning_rate: float = number(0.05, low=0, high=1e40)
    regularization: float = number(0.2, low=0, high=10)


class Line(Algorithm[LineParams]):
    """Least squares y ≈ w·x, with noise on the inputs if `noise`; its ranking follows the script `ranks`."""

    name = "line"
    family = "test"
    Params = LineParams
    noise = 0.0
    ranks: tuple[int, ...] = ()  # of the held-out item after each epoch
    goal: Goal = "ndcg"

    def fit(self, train: Training) -> None:
        self.scored = self.asked = 0  # epochs ranked, losses computed
        self.best_epoch = in_stages(self.learn, train, self.params.epochs)

    def learn(self, train: Training, epochs: int) -> int:
        self.network = nn.Linear(2, 1, bias=False)
        nn.init.zeros_(self.network.weight)
        return optimise(self, self.params, self.network, self.batches, self.loss, train, epochs, self.goal)

    def batches(self, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        for x, y in zip(X, Y, strict=True):
            noise = self.noise * torch.randn(x.shape, generator=generator)
            yield torch.tensor(x, dtype=torch.float32) + noise, torch.tensor(y, dtype=torch.float32)

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        self.asked += 1
        dropped = nn.functional.dropout(batch[0], self.noise)  # draws from torch's own generator
        return ((self.network(dropped)[:, 0] - batch[1]) ** 2).mean()

    def score(self, query: Query) -> Floats:
        scores = -np.arange(1, ITEMS + 1, dtype=np.float32)
        scores[0] = -1.5 - self.ranks[self.scored]  # so many of the others are better
        self.scored += 1
        return np.repeat(scores[None, :], len(query), axis=0)

    @property
    def weights(self) -> np.ndarray:
        return self.network.weight.detach().numpy().copy()


def line(noise: float = 0.0, ranks: tuple[int, ...] = (), seed: int = 0, **params: Any) -> Line:
    model = Line(LineParams(**params), seed=seed)
    model.noise, model.ranks = noise, ranks
    return model


def task(validated: bool = False, **more: Any) -> Training:
    """User 0 has item 19; held out is item 0."""
    asked = interactions([(0, 0)], 1, ITEMS) if validated else None
    return training(interactions([(0, 19)], 1, ITEMS), asked, **more)


def adamw(epochs: int, rate: float, decay: float) -> np.ndarray:
    """Algorithm 2 of Loshchilov and Hutter (2019) in float64, with the gradient of the mean squared error by hand."""
    w, m, v, t = np.zeros(2), np.zeros(2), np.zeros(2), 0
    for _ in range(epochs):
        for x, y in zip(X, Y, strict=True):
            t += 1
            gradient = 2 * (x @ w - y) @ x / len(x)
            assert np.linalg.norm(gradient) < MAX_NORM  # so that nothing is shortened here
            m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
            w = w - rate * decay * w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def test_nine_steps_are_those_of_adamw_so_gradients_do_not_pile_up() -> None:
    model = line()
    model.fit(task())
    # float32 against float64 over nine steps; gradients that pile up change the third digit
    np.testing.assert_allclose(model.weights[0], adamw(3, 0.05, 0.2), rtol=1e-5)


def test_a_step_forgets_the_gradient_of_the_step_before() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    descent = torch.optim.SGD(network.parameters(), lr=0.5)
    for _ in range(3):
        step(network, descent, 2 * network.weight.sum())  # the gradient is always 2
    assert network.weight.item() == -3.0


def test_a_long_gradient_is_shortened_and_its_length_returned() -> None:
    network = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(network.weight)
    norm = step(
        network, torch.optim.SGD(network.parameters(), lr=1), 300 * network.weight[0, 0] - 400 * network.weight[0, 1]
    )
    assert norm == pytest.approx(500)
    np.testing.assert_allclose(network.weight.detach()[0], [-0.6 * MAX_NORM, 0.8 * MAX_NORM], rtol=1e-5)


def test_without_validation_the_last_epoch_counts() -> None:
    reports: list[tuple[int, dict[str, float]]] = []
    model = line(epochs=4)
    model.fit(task(report=lambda epoch, **values: reports.append((epoch, values))))
    assert model.best_epoch == 4
    assert [epoch for epoch, _ in reports] == [1, 2, 3, 4]
    assert all(set(values) == {"loss"} for _, values in reports)
    assert reports[0][1]["loss"] > reports[3][1]["loss"]
    np.testing.assert_allclose(model.weights[0], adamw(4, 0.05, 0.2), rtol=1e-5)


def test_each_epoch_draws_random_numbers_of_its_own() -> None:
    model, drawn = line(noise=0.3), []
    model.loss = lambda batch: (drawn.append(batch[0]), (model.network(batch[0]) ** 2).mean())[1]  # type: ignore
    model.fit(task())
    noises = [x.numpy() - X[i % len(X)] for i, x in enumerate(drawn)]
    assert len(noises) == 9
    assert len({noise.round(5).tobytes() for noise in noises}) == 9


def test_early_stopping_waits_and_brings_the_best_weights_back() -> None:
    reports: list[dict[str, float]] = []
    model = line(ranks=(5, 2, 0, 3, 0, 1, 0), epochs=50, patience=3)
    model.fit(task(validated=True, report=lambda epoch, **values: reports.append(values)))
    assert model.best_epoch == 3  # epoch 5 is as good, and later
    assert len(reports) == 6
    assert [values["ndcg"] for values in reports] == pytest.approx([1 / np.log2(r + 2) for r in (5, 2, 0, 3, 0, 1)])
    np.testing.assert_allclose(model.weights[0], adamw(3, 0.05, 0.2), rtol=1e-5)


def test_a_validation_part_in_which_nothing_is_found_yet_stops_nothing() -> None:
    late = line(ranks=(15, 14, 12, 3, 0, 5, 5), epochs=7, patience=2)
    late.fit(task(validated=True))
    assert late.best_epoch == 5  # the first three epochs have an NDCG@10 of 0
    never = line(ranks=(15,) * 4, epochs=4, patience=2)
    never.fit(task(validated=True))
    assert never.best_epoch == 4
    np.testing.assert_allclose(never.weights[0], adamw(4, 0.05, 0.2), rtol=1e-5)  # float32 over twelve steps


def test_a_rating_model_stops_by_its_error_on_the_validation_part() -> None:
    """The held-out rating of user 0 is 3; predictions after each epoch are these."""
    predictions, reports = iter([5.0, 2.0, 3.5, 1.0, 3.4, 9.0, 9.0]), list[dict[str, float]]()
    model = line(epochs=50, patience=2)
    model.goal = "rmse"
    model.predict = lambda query, rows, items: np.full(len(items), next(predictions))  # type: ignore[method-assign]
    data = task(validated=True, report=lambda epoch, **values: reports.append(values))
    assert data.validation is not None
    model.fit(replace(data, validation=replace(data.validation, ratings=np.array([3.0], np.float32))))
    assert [values["rmse"] for values in reports] == pytest.approx([2, 1, 0.5, 2, 0.4, 6, 6])
    assert model.best_epoch == 5


def test_without_held_out_ratings_a_rating_model_runs_through_its_epochs() -> None:
    model = line(epochs=4, patience=1)
    model.goal = "rmse"
    model.fit(task(validated=True))
    assert model.best_epoch == 4


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), 1e4 * BLOW_UP])
def test_a_loss_that_leaves_the_numbers_raises_diverged_with_the_epoch(broken: float) -> None:
    model = line()
    sound = model.loss
    model.loss = lambda batch: sound(batch) * (broken if model.asked == 4 else 1)  # type: ignore[method-assign]
    with pytest.raises(Diverged, match="epoch 2"):
        model.fit(task())
    assert model.asked == 4  # the first batch of the second epoch was the last one asked for


def test_an_infinite_gradient_of_a_finite_loss_raises_diverged() -> None:
    model = line()
    model.loss = lambda batch: model.network.weight.abs().sqrt().sum()  # type: ignore[method-assign]  # slope at 0
    with pytest.raises(Diverged, match="epoch 1"):
        model.fit(task())


def test_weights_that_the_last_step_of_an_epoch_breaks_raise_diverged() -> None:
    model = line(learning_rate=1e39, epochs=1)  # more than float32 holds
    model.batches = lambda generator: [(torch.ones(1, 2), torch.ones(1))]  # type: ignore[method-assign]
    with pytest.raises(Diverged, match="epoch 1: weights"):
        model.fit(task())


class Killed(Exception):
    """The attempt ends here."""


def killed_at(epoch: int) -> Any:
    def report(now: int, **values: float) -> None:
        if now == epoch:
            raise Killed

    return report


def noisy(seed: int = 0) -> Line:
    return line(noise=0.3, ranks=(5, 2, 4, 0, 3, 1, 6, 7), epochs=7, patience=3, seed=seed)


@pytest.mark.parametrize("epoch", [1, 3, 6, 7])
def test_a_killed_attempt_goes_on_to_the_same_result(epoch: int, tmp_path: Path) -> None:
    curves: list[list[Any]] = [[], []]
    plain, resumed = noisy(), noisy()
    plain.fit(task(True, report=lambda now, **values: curves[0].append((now, values))))
    with pytest.raises(Killed):
        noisy().fit(task(True, scratch=tmp_path, report=killed_at(epoch)))
    resumed.ranks = resumed.ranks[epoch:]  # the epochs before are not ranked again
    same = task(True, scratch=tmp_path, report=lambda now, **values: curves[1].append((now, values)))
    assert len(same.interactions.offsets) == 2  # computed on the way and kept there: the data are the same all the same
    resumed.fit(same)
    assert resumed.asked == (7 - epoch) * len(X)
    assert np.array_equal(resumed.weights, plain.weights)
    assert resumed.best_epoch == plain.best_epoch == 4
    assert curves[0] == curves[1]


def test_a_kill_within_an_epoch_repeats_that_epoch(tmp_path: Path) -> None:
    plain, killed, resumed = noisy(), noisy(), noisy()
    plain.fit(task(True))
    sound = killed.loss

    def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
        if killed.asked == 3 * len(X) + 1:
            raise Killed
        return sound(batch)

    killed.loss = loss  # type: ignore[method-assign]
    with pytest.raises(Killed):
        killed.fit(task(True, scratch=tmp_path))
    resumed.ranks = resumed.ranks[3:]
    resumed.fit(task(True, scratch=tmp_path))
    assert np.array_equal(resumed.weights, plain.weights)


def test_after_training_the_scratch_folder_is_empty(tmp_path: Path) -> None:
    noisy().fit(task(True, scratch=tmp_path))
    assert list(tmp_path.iterdir()) == []


def both_parts(scratch: Path | None = None, **more: Any) -> Training:
    """Training and validation part are learnt together, after the number of epochs was found on the former."""
    together = training(interactions([(0, 0), (0, 19)], 1, ITEMS), scratch=scratch, **more)
    alone = task(True, scratch=scratch and scratch / "selection", **more)
    return replace(together, selection=alone)


def test_learning_from_both_parts_takes_the_epochs_found_on_one() -> None:
    plain, fixed, both = noisy(), noisy(), noisy()
    heard: list[tuple[int, set[str]]] = []
    plain.fit(task(True))
    fixed.params = fixed.params.model_copy(update={"epochs": plain.best_epoch})
    fixed.fit(task())
    both.fit(both_parts(report=lambda epoch, **values: heard.append((epoch, set(values)))))
    assert both.best_epoch == plain.best_epoch == 4
    assert heard == [(e, {"loss", "ndcg"}) for e in range(1, 8)] + [(e, {"refit_loss"}) for e in range(1, 5)]
    assert np.array_equal(both.weights, fixed.weights)


@pytest.mark.parametrize("epoch", [2, 9])  # of the seven of the first stage, and of the four of the second
def test_a_kill_in_either_stage_repeats_neither(epoch: int, tmp_path: Path) -> None:
    plain, resumed = noisy(), noisy()
    plain.fit(both_parts())
    calls: list[int] = []

    def report(now: int, **values: float) -> None:
        calls.append(now)
        if len(calls) == epoch:
            raise Killed

    with pytest.raises(Killed):
        noisy().fit(both_parts(tmp_path, report=report))
    resumed.ranks = resumed.ranks[min(epoch, 7) :]
    resumed.fit(both_parts(tmp_path))
    assert resumed.asked == (7 + 4 - epoch) * len(X)
    assert np.array_equal(resumed.weights, plain.weights)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("change", ["seed", "data", "parameter"])
def test_a_checkpoint_of_something_else_is_not_taken(change: str, tmp_path: Path) -> None:
    other_data = training(interactions([(0, 18)], 1, ITEMS), interactions([(0, 0)], 1, ITEMS))
    start = other_data if change == "data" else task(True)
    model = noisy(seed=1 if change == "seed" else 0)
    if change == "parameter":
        model.params = model.params.model_copy(update={"learning_rate": 0.01})
    with pytest.raises(Killed):
        model.fit(replace(start, scratch=tmp_path, report=killed_at(3)))
    plain, second = noisy(), noisy()
    plain.fit(task(True))
    second.fit(task(True, scratch=tmp_path))
    assert second.asked == plain.asked
    assert np.array_equal(second.weights, plain.weights)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        noisy().fit(task(True, scratch=tmp_path, report=killed_at(2)))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadData, match="damaged checkpoint"):
        noisy().fit(task(True, scratch=tmp_path))
