"""The one training loop of the neural models: AdamW, early stopping on the validation part, checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from algorithms.neural.checkpoint import Checkpoint, Progress, forget, identity
from algorithms.neural.isolation import random_numbers
from bench.algorithm import Algorithm
from bench.errors import Diverged
from bench.types import Training
from bench.validation import ndcg_on

B = TypeVar("B")

MAX_NORM = 5.0  # gradients longer than this (Euclidean, all weights together) are shortened to it
BLOW_UP = 1e3  # a batch loss this many times the very first one has left the region where training works


class Schedule(Protocol):
    """The hyper-parameters that the loop reads."""

    @property
    def epochs(self) -> int:
        """Most passes over the data."""

    @property
    def patience(self) -> int:
        """Epochs without a better validation result before training ends."""

    @property
    def learning_rate(self) -> float:
        """Step length."""

    @property
    def regularization(self) -> float:
        """Weight decay."""


def in_stages(learn: Callable[[Training, int], int], train: Training, epochs: int) -> int:
    """Call `learn(training, most epochs)`, which returns its best epoch, as the split's `fit_on` asks; the epoch kept.

    Where training and validation part are learnt together, the number of epochs is found on the training part alone
    (`train.selection`), and training then begins anew on both and takes as many. The second time `train.report` hears
    of `refit_loss`. Checkpoints of both stages are removed at the end.
    """
    if train.selection is None:
        best = learn(train, epochs)
    else:
        best = learn(train.selection, epochs)
        learn(replace(train, report=_again(train)), best)
    for stage in (train, train.selection):
        forget(stage.scratch if stage else None)
    return best


def _again(train: Training) -> Callable[..., None]:
    def report(epoch: int, **values: float) -> None:
        train.report(epoch, **{f"refit_{name}": value for name, value in values.items()})

    return report


def optimise(
    algorithm: Algorithm[Any],
    schedule: Schedule,
    network: nn.Module,
    batches: Callable[[torch.Generator], Iterable[B]],
    loss: Callable[[B], Tensor],
    train: Training,
    epochs: int | None = None,
) -> int:
    """Train `network`, leave the weights of the best epoch in it, and return that epoch, counted from 1.

    One epoch takes one step of AdamW (Loshchilov and Hutter 2019, algorithm 2) for each of `batches(generator)`, on
    `loss(batch)`, a scalar. With a validation part, the best epoch is the first with the highest NDCG@10 of
    `algorithm.score` there, and training ends `patience` epochs after it; without one, or while nothing is found
    there, the last of `epochs` is (those of the schedule, unless others are given).
    `train.report(epoch, loss=…, ndcg=…)` hears of each epoch, also of those that an earlier, killed attempt did.
    Such an attempt is continued from `train.scratch`, with the same result as if nothing had happened; the checkpoint
    stays there.

    Raises Diverged when a loss, a gradient or a weight is not finite or a loss is `BLOW_UP` times the first one.
    """
    device = next(network.parameters()).device
    checkpoint = Checkpoint(train.scratch, identity(algorithm, train))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.regularization, fused=True
    )
    progress = _resume(checkpoint, network, optimiser, train)
    most = schedule.epochs if epochs is None else epochs
    while len(progress.curve) < most and _waited(progress) < schedule.patience:
        epoch = len(progress.curve) + 1
        with random_numbers(device, algorithm.seed, epoch) as generator:
            values = {"loss": _epoch(network, optimiser, batches(generator), loss, progress)}
        network.eval()
        if train.validation is not None:
            values["ndcg"] = ndcg_on(algorithm.score, train.validation)
        progress.curve.append(values)
        _remember(progress, network, optimiser)
        checkpoint.write(progress)
        train.report(epoch, **values)
    network.load_state_dict(progress.best)
    network.eval()
    return best_epoch(progress.curve)


def best_epoch(curve: list[dict[str, float]]) -> int:
    """The first epoch with the highest "ndcg", or the last one where there is none above 0; counted from 1.

    A validation part in which nothing was found yet, or nobody can be served, says nothing about when to stop.
    """
    quality = [values.get("ndcg", 0.0) for values in curve]
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
    progress: Progress,
) -> float:
    """Learn from each batch once; the mean batch loss."""
    network.train()
    losses: list[float] = []
    for batch in batches:
        value = loss(batch)
        losses.append(value.item())
        progress.first_loss = losses[0] if progress.first_loss is None else progress.first_loss
        norm = step(network, optimiser, value)
        if not (math.isfinite(norm) and losses[-1] <= BLOW_UP * progress.first_loss):
            raise _diverged(progress, f"loss {losses[-1]:.3g}, gradient norm {norm:.3g}")
    if not all(weights.isfinite().all() for weights in network.parameters()):
        raise _diverged(progress, "weights that are not finite")
    return math.fsum(losses) / len(losses)


def _diverged(progress: Progress, found: str) -> Diverged:
    epoch, first = len(progress.curve) + 1, progress.first_loss
    return Diverged(f"training diverged in epoch {epoch}: {found}; the first loss was {first:.3g}; lower learning_rate")


def step(network: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor) -> float:
    """Go one step down the gradient of `loss`; returns the gradient's norm before it was shortened to MAX_NORM."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(network.parameters(), MAX_NORM)
    optimiser.step()
    return norm.item()


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
