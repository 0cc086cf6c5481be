"""Small auto-encoders, questions with the histories of training, and arithmetic in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from neural_data import interactions

from algorithms.neural.mult_dae import MultDAE
from algorithms.neural.mult_vae import MultVAE
from bench.types import Floats, Interactions, Query

MODELS = {cls.name: cls for cls in (MultDAE, MultVAE)}
SMALL = {"factors": 8, "batch_size": 8, "learning_rate": 0.02, "patience": 20}
SMALLER: dict[str, dict[str, Any]] = {
    "mult-dae": {},
    "mult-vae": {"hidden": 16, "annealing": 50},
}
FEW = interactions([(0, 0), (0, 2), (1, 3)], 2, 5)  # two users, five items of which two are met by nobody


def model(name: str, **params: Any) -> Any:
    cls = MODELS[name]
    return cls(cls.Params(**{**SMALL, **SMALLER[name], **params}))


def asked(data: Interactions, users: list[int] | None = None) -> Query:
    """Everybody's history in `data`, asked by themselves or by `users`."""
    who = np.arange(data.n_users) if users is None else np.array(users)
    return Query(np.arange(data.n_users), who.astype(np.int32), data.offsets, data.items, None, None, data.n_items)


def normalised(data: Interactions) -> Floats:
    """(n_users, n_items) x / ‖x‖₂."""
    x = data.matrix().toarray().astype(np.float64)
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def weights(network: Any) -> dict[str, Any]:
    """The weights of a network, in float64, after all were drawn anew: none of them is zero."""
    generator = torch.Generator().manual_seed(0)
    for weight in network.parameters():
        weight.data = torch.randn(weight.shape, generator=generator) / 2
    return {name: weight.numpy().astype(np.float64) for name, weight in network.state_dict().items()}


def misfit(logits: Floats, data: Interactions) -> float:
    """Mean over users of −Σ_i x_i ln π_i."""
    log_shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return float(-(data.matrix().toarray() * log_shares).sum(axis=1).mean())
