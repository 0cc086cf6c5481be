"""How a model of the next item learns: which loss compares the item that came with the others."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import embedding

from algorithms.neural.losses import HIDDEN, bpr_max, generalised_bce, mean_bce
from algorithms.neural.params import NeuralParams
from algorithms.neural.sequence.blockwise import blockwise_softmax
from bench.params import choice, number


class NextItemParams(NeuralParams):
    """Which loss."""

    loss: Literal["softmax", "sampled-softmax", "bce", "gbce", "bpr-max"] = choice("softmax", tune=False)
    """Cross-entropy over all items or over sampled ones, a yes or no for each item, plain or calibrated, or pairs. That
    over all items learns most in the least time up to some ten thousand items; beyond that it takes too long."""
    negatives: int = number(512, low=1, high=100_000, search=(64, 1024), log=True)
    """c: items drawn uniformly in each step, with which all its targets are compared; not read by "softmax"."""
    calibration: float = number(0.75, low=0, high=1, search=(0, 1))
    """t of gBCE: 0 is plain BCE, 1 undoes the overconfidence that comes from sampling; read by "gbce" alone."""
    score_penalty: float = number(1, low=0, high=1e6, search=(0.01, 10))
    """λ of BPR-max, which keeps the scores of negatives near 0; read by "bpr-max" alone."""


class NextItemLoss:
    """(states (p, d), vectors (n, d), targets (p,), negatives (c,)) -> loss; the logit of item i is hᵀ e_i.

    Each negative stands there once; where it is the target itself, it is left out.
    """

    def __init__(self, params: NextItemParams, n_known: int) -> None:
        self.params, self.n_known = params, n_known

    def __call__(self, states: Tensor, vectors: Tensor, targets: Tensor, negatives: Tensor) -> Tensor:
        """A scalar."""
        p = self.params
        wanted = embedding(targets, vectors)  # (p, d)
        if p.loss == "softmax":
            return blockwise_softmax(states, wanted, vectors, targets)
        where = torch.full((len(vectors),), -1, device=targets.device)
        where[negatives] = torch.arange(len(negatives), device=targets.device)
        places, others = where[targets], embedding(negatives, vectors)
        share = len(negatives) / max(self.n_known - 1, 1)
        if p.loss == "sampled-softmax":
            return blockwise_softmax(states, wanted, others, places, math.log(share))
        positive, negative = (states * wanted).sum(dim=1), states @ others.T  # (p,), (p, c)
        hit = places >= 0
        negative[hit, places[hit]] = HIDDEN
        if p.loss == "bpr-max":
            return bpr_max(positive, negative, p.score_penalty)
        return (
            generalised_bce(positive, negative, share, p.calibration)
            if p.loss == "gbce"
            else mean_bce(positive, negative)
        )
