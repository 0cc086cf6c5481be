"""Losses of neural models: each takes logits and returns one number to be minimised."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def binary_cross_entropy(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of −ln σ(x) over the positive logits (any shape) and of −ln(1 − σ(x)) over the negative ones; in nats.

    He et al. (2017), "Neural collaborative filtering", equation 7, divided by the number of examples. With
    softplus(x) = ln(1 + eˣ) the two terms are softplus(−x) and softplus(x), which do not overflow.
    """
    return (softplus(-positive).sum() + softplus(negative).sum()) / (positive.numel() + negative.numel())
