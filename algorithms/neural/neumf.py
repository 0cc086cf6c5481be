"""Neural matrix factorization: a generalised inner product and a perceptron side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from algorithms.neural.checkpoint import forget
from algorithms.neural.gmf import GMF, Product
from algorithms.neural.mlp import MLP, Perceptron
from algorithms.neural.ncf import LayerParams, PairModel, PairParams
from bench.params import choice, number
from bench.types import Longs, Training

_SHARE = 0.5  # α: what the GMF half counts in the joined model


class NeuMFParams(LayerParams):
    """Size of the network and how it learns."""

    epochs: int = number(20, low=1, high=1000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(3, low=1, high=1000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    pretrained: bool = choice(False)
    """Whether both halves are trained alone first, each with the epochs and the patience of `gmf` and `mlp`."""


class Network(nn.Module):
    """The logits of equation 12: the sum of both parts."""

    def __init__(self, product: Product, perceptron: Perceptron) -> None:
        super().__init__()
        self.product, self.perceptron = product, perceptron

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) logits of `items` (b, c), c for each of the `users` (b,)."""
        return torch.add(self.product(users, items), self.perceptron(users, items))

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) logits of every item for the `users` (b,)."""
        return self.perceptron.all_items(users).add_(self.product.all_items(users))


class NeuMF(PairModel[NeuMFParams]):
    """ŷ(u, i) = σ(hᵀ [φ_GMF; φ_MLP]) with

    φ_GMF = p_u ∘ q_i (equation 8) and φ_MLP = a_L(W_L(… a_1(W_1 [p'_u; q'_i] + b_1) …) + b_L) (equation 10), a = ReLU,
    joined as in equation 12: each half has vectors of its own. He et al. (2017), "Neural collaborative filtering".
    With pre-training (section 3.4.1) both halves begin with the weights of `gmf` and `mlp`, trained alone, and
    h = [½ h_GMF; ½ h_MLP] (equation 13); the joined model then learns by the same optimiser, where the paper takes
    plain gradient descent.

    Learns as `PairModel` says. Raises Diverged as `optimise` does, and Unsupported when a user has every item.
    """

    name = "neumf"
    Params = NeuMFParams
    network: Network
    half_epochs: Longs  # (2,) the best epochs of GMF and MLP alone

    def _build(self) -> Network:
        p = self.params
        product = Product(self.n_users, self.n_items, p.factors)
        return Network(product, Perceptron(self.n_users, self.n_items, p.factors, p.layers, p.dropout))

    def fit(self, train: Training) -> None:
        """Learn all vectors and layers; checkpoints of the halves are kept until the joined model is trained."""
        super().fit(train)
        for stage in (train, train.selection):
            for part in (GMF, MLP):
                forget(_folder(stage, part.name) if stage else None)

    def _start(self, train: Training) -> None:
        """Where the split is learnt in two stages, the halves take as many epochs in the second as was best before."""
        if not self.params.pretrained:
            return
        most = [PairParams().epochs] * 2 if train.selection is None else self.half_epochs.tolist()
        gmf, mlp = self._half(GMF, train, most[0]), self._half(MLP, train, most[1])
        self.half_epochs = np.array([gmf.best_epoch, mlp.best_epoch])
        self.network.product.load_state_dict(gmf.network.state_dict())
        self.network.perceptron.load_state_dict(mlp.network.state_dict())
        with torch.no_grad():
            self.network.product.top.mul_(_SHARE)
            self.network.perceptron.top.mul_(1 - _SHARE)

    def _half(self, kind: type[GMF] | type[MLP], train: Training, epochs: int) -> GMF | MLP:
        """One half, trained alone on what the whole is trained on."""
        shared = kind.Params.model_fields.keys() - {"epochs", "patience"}
        values = {name: getattr(self.params, name) for name in shared}
        run = {"seed": self.seed, "device": self.device, "threads": self.threads}
        half = kind(kind.Params(**values), **run)  # type: ignore[arg-type]
        report = _named(train.report, kind.name)
        half.best_epoch = half._learn(replace(train, scratch=_folder(train, kind.name), report=report), epochs)
        return half


def _folder(train: Training, name: str) -> Path | None:
    return None if train.scratch is None else train.scratch / name


def _named(report: Callable[..., None], name: str) -> Callable[..., None]:
    """The same with the name of the half before each value."""

    def heard(epoch: int, **values: float) -> None:
        report(epoch, **{f"{name}_{what}": value for what, value in values.items()})

    return heard
