"""What each item of a history adds to a score, by gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def contributions(network: nn.Module, items: nn.Embedding, history: Tensor, item: int) -> Tensor:
    """(h,) e_tᵀ ∂s/∂e_t for the items t of `history` (h,), s = h_nᵀ e_i the score of `item` i after all of them,

    e_t the vector that the network is given for place t: to first order what the score would lose without it.
    Simonyan, Vedaldi and Zisserman (2014), "Deep inside convolutional networks: visualising image classification models
    and saliency maps", section 3, times the input.
    """
    given: list[Tensor] = []
    handle = items.register_forward_hook(lambda _module, _rows, vectors: given.append(vectors))
    try:
        with torch.enable_grad():
            state = network(history[None], torch.tensor([len(history)], device=history.device))[0, -1]  # (d,)
            (slopes,) = torch.autograd.grad(state @ items.weight[item].detach(), given[0])
    finally:
        handle.remove()
    return (slopes * given[0]).sum(dim=-1)[0].detach()
