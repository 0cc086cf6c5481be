"""The one training loop of the neural models: steps, early stopping on the validation part, checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn

from algorithms.neural.checkpoint import Checkpoint, Progress, identity
from algorithms.neural.isolation import mixed_precision, random_numbers
from algorithms.neural.params import NeuralParams
from algorithms.neural.stepping import enough_memory, optimiser_of, step, warm_up
from bench.algorithm import Algorithm
from bench.errors import Diverged
from bench.types import Training
from bench.validation import ndcg_on, rmse_on

B = TypeVar("B")
Goal = Literal["ndcg", "rmse"]

BLOW_UP = 1e3  # a batch loss this many times the very first one has left the region where training works


def optimise(
    algorithm: Algorithm[Any],
    schedule: NeuralParams,
    network: nn.Module,
    batches: Callable[[torch.Generator], Iterable[B]],
    loss: Callable[[B], Tensor],
    train: Training,
    epochs: int | None = None,
    goal: Goal = "ndcg",
) -> int:
    """Train `network`, leave the weights of the best epoch in it, and return that epoch, counted from 1.

    One epoch takes one step of the schedule's optimiser for each of `batches(generator)`, on `loss(batch)`, a scalar.
    With a validation part, the best epoch is the first with the highest NDCG@10 of `algorithm.score` there, or the
    lowest RMSE of `algorithm.predict` where that is the goal, and training ends `patience` epochs after it; without
    one, or while nothing is found there, the last of `epochs` is (those of the schedule, unless others are given).
    `train.report(epoch, loss=…, ndcg=…)` hears of each epoch, also of those that an earlier, killed attempt did.
    Such an attempt is continued from `train.scratch`, with the same result as if nothing had happened; the checkpoint
    stays there.

    Raises Diverged when a loss, a gradient or a weight is not finite or a loss is `BLOW_UP` times the first one, and
    MemoryError when a step does not fit into memory.
    """
    device = next(network.parameters()).device
    checkpoint = Checkpoint(train.scratch, identity(algorithm, train))
    optimiser = optimiser_of(schedule, network)
    progress = _resume(checkpoint, network, optimiser, train)
    most = schedule.epochs if epochs is None else epochs
    while len(progress.curve) < most and _waited(progress) < schedule.patience:
        epoch = len(progress.curve) + 1
        with random_numbers(device, algorithm.seed, epoch) as generator, enough_memory(device, schedule):
            values = {"loss": _epoch(network, optimiser, batches(generator), loss, schedule, progress)}
        network.eval()
        values.update(_validated(algorithm, train, goal))
        progress.curve.append(values)
        _remember(progress, network, optimiser)
        checkpoint.write(progress)
        train.report(epoch, **values)
    network.load_state_dict(progress.best)
    network.eval()
    return best_epoch(progress.curve)


def _validated(algorithm: Algorithm[Any], train: Training, goal: Goal) -> dict[str, float]:
    """The quality on the validation part by its name; empty where nothing can be said."""
    if train.validation is None:
        return {}
    if goal == "ndcg":
        return {"ndcg": ndcg_on(algorithm.score, train.validation)}
    error = rmse_on(algorithm.predict, train.validation)
    return {} if error is None else {"rmse": error}


def best_epoch(curve: list[dict[str, float]]) -> int:
    """The first epoch with the lowest "rmse", or with the highest "ndcg"; the last one where neither says anything.

    A validation part in which nothing was found yet, or nobody can be served, says nothing about when to stop.
    """
    quality = [1 / max(values["rmse"], 1e-9) if "rmse" in values else values.get("ndcg", 0.0) for values in curve]
    best = max(quality, default=0.0)
    return quality.index(best) + 1 if best > 0 else len(curve)


def _waited(progress: Progress) -> int:
    """Epochs since the best one."""
    return len(progress.curve) - best_epoch(progress.curve)


def _epoch(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    batches: Iterable[B],
    loss: Callable[[B], Tensor],
    schedule: NeuralParams,
    progress: Progress,
) -> float:
    """Learn from each batch once; the mean batch loss, 0 without batches."""
    network.train()
    device, losses = next(network.parameters()).device, list[float]()
    for batch in batches:
        with mixed_precision(device):
            value = loss(batch)
        losses.append(value.item())
        progress.first_loss = losses[0] if progress.first_loss is None else progress.first_loss
        warm_up(optimiser, schedule, progress.steps)
        norm = step(network, optimiser, value)
        progress.steps += 1
        if not (math.isfinite(norm) and losses[-1] <= BLOW_UP * progress.first_loss):
            raise _diverged(progress, f"loss {losses[-1]:.3g}, gradient norm {norm:.3g}")
    if not all(weights.isfinite().all() for weights in network.parameters()):
        raise _diverged(progress, "weights that are not finite")
    return math.fsum(losses) / max(1, len(losses))


def _diverged(progress: Progress, found: str) -> Diverged:
    epoch, first = len(progress.curve) + 1, progress.first_loss
    return Diverged(f"training diverged in epoch {epoch}: {found}; the first loss was {first:.3g}; lower learning_rate")


def _remember(progress: Progress, network: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Take the state after an epoch into `progress`, as the best one if it is."""
    progress.weights, progress.optimiser = network.state_dict(), optimiser.state_dict()
    if _waited(progress) == 0:
        progress.best = {name: weight.clone() for name, weight in progress.weights.items()}


def _resume(checkpoint: Checkpoint, network: nn.Module, optimiser: torch.optim.Optimizer, train: Training) -> Progress:
    """The progress of a killed attempt, put into `network` and `optimiser` and reported again; or a fresh one."""
    progress = checkpoint.read(next(network.parameters()).device)
    if progress.curve:
        network.load_state_dict(progress.weights)
        optimiser.load_state_dict(progress.optimiser)
    for epoch, values in enumerate(progress.curve, 1):
        train.report(epoch, **values)
    return progress
