"""Histories, and sequence models that have not learnt from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from neural_data import training

from bench.registry import create
from bench.types import Interactions

CPU = torch.device("cpu")
N_ITEMS = 30


def sequences(lengths: list[int], seed: int = 0) -> Interactions:
    """Random histories without repetitions; the last item of all is met by nobody."""
    rng = np.random.default_rng(seed)
    items = [rng.permutation(N_ITEMS - 1)[:length] for length in lengths]
    users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Interactions(users, np.concatenate(items).astype(np.int32), None, None, len(lengths), N_ITEMS, ordered=True)


def untrained(name: str, data: Interactions, **params: Any) -> Any:
    """A network whose every weight is random, so that all parts matter."""
    model: Any = create(name, factors=8, **params)
    model._meet(training(data))
    torch.manual_seed(0)
    model.network = model._build().eval()
    for weight in model.network.current.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return model


def batches_of(model: Any, data: Interactions) -> list[Any]:
    """Those of an epoch."""
    return list(model._task(training(data), CPU).batches(torch.Generator().manual_seed(0)))
