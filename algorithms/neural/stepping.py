"""One step of training: which optimiser, how long the step is, and what happens when it does not fit into memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from algorithms.neural.params import NeuralParams

MAX_NORM = 5.0  # gradients longer than this (Euclidean, all weights together) are shortened to it
_FULL = re.compile(r"out of memory|allocate memory|can't allocate", re.I)


def optimiser_of(schedule: NeuralParams, network: nn.Module) -> torch.optim.Optimizer:
    """AdamW or Adam (Loshchilov and Hutter 2019, algorithm 2) on all weights."""
    kind = torch.optim.AdamW if schedule.optimiser == "adamw" else torch.optim.Adam
    return kind(network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.regularization, fused=True)


def warm_up(optimiser: torch.optim.Optimizer, schedule: NeuralParams, taken: int) -> None:
    """Set the length of the step that follows `taken` others: learning_rate · min(1, (taken + 1) / warm_up)."""
    rate = schedule.learning_rate * min(1.0, (taken + 1) / max(schedule.warm_up, 1))
    for group in optimiser.param_groups:
        group["lr"] = rate


def step(network: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor) -> float:
    """Go one step down the gradient of `loss`; returns the gradient's norm before it was shortened to MAX_NORM."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(network.parameters(), MAX_NORM)
    optimiser.step()
    return norm.item()


@contextmanager
def enough_memory(device: torch.device, schedule: NeuralParams) -> Iterator[None]:
    """Raise MemoryError with the parameter to lower where torch finds no memory for a step."""
    try:
        yield
    except RuntimeError as error:
        if not _FULL.search(str(error)):
            raise
        place = "GPU memory" if device.type == "cuda" else "memory"
        remedy = f"lower batch_size, now {schedule.batch_size}"
        raise MemoryError(f"out of {place} in a training step: {remedy} ({str(error).splitlines()[0]})") from error
