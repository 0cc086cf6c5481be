"""What each item of a history adds to a score, by gradients."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def contributions(network: Any, items: Tensor, length: Tensor, item: int) -> Tensor:
    """(l,) e_tᵀ ∂s/∂e_t for the `items` t of a history (1, l), s = h_lᵀ e_i the score of `item` i after all of them,

    e_t the vector that the network is given for place t: to first order what the score would lose without it.
    Simonyan, Vedaldi and Zisserman (2014), "Deep inside convolutional networks: visualising image classification models
    and saliency maps", section 3, times the input.
    """
    given: list[Tensor] = []

    def keep(_module: Any, _rows: Any, vectors: Tensor) -> Tensor:
        given.append(vectors.detach().requires_grad_())
        return given[0]

    handle = network.items.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            state = network(items, length)[0, -1]  # (d,)
            (slopes,) = torch.autograd.grad(state @ network.items.weight[item].detach(), given[0])
    finally:
        handle.remove()
    return (slopes * given[0]).sum(dim=-1)[0].detach()
