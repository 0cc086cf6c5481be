"""The softmax over many items, block by block: its logits never exist all at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

BLOCK = 1 << 21  # logits that exist at a time: 8 MB


def blockwise_softmax(
    states: Tensor, wanted: Tensor, others: Tensor, places: Tensor, log_expected: float = 0
) -> Tensor:
    """Mean over p of −ln(e^x / (e^x + Σ_j e^{x_j} / Q)), x = hᵀw, x_j = hᵀo_j, ln Q = `log_expected`,

    for states h (p, d), the vectors w of what was wanted (p, d) and those of others o (c, d), of which in row r the one
    at `places` (p,) is left out, none where that is −1. With all items as others and Q = 1 it is the cross-entropy over
    all items, with draws `losses.sampled_softmax`. No more than `BLOCK` logits exist at a time.
    """
    with torch.autocast(states.device.type, enabled=False):
        loss: Tensor = _Softmax.apply(states.float(), wanted.float(), others.float(), places, log_expected)  # type: ignore[no-untyped-call]
    return loss


class _Softmax(Function):
    """Computes the gradients in the forward pass, when the logits are at hand."""

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, wanted: Tensor, others: Tensor, places: Tensor, log_expected: float
    ) -> Tensor:
        """A scalar."""
        count, step = max(1, len(states)), max(1, BLOCK // max(1, len(others)))
        to_states, to_others = torch.empty_like(states), torch.zeros_like(others)
        own, losses = (states * wanted).sum(dim=1), torch.empty_like(states[:, 0])
        excess = torch.empty_like(own)  # (p,) share of the wanted one, less 1
        for start in range(0, len(states), step):
            rows = slice(start, start + step)
            some, x, left_out = states[rows], own[rows], places[rows]
            logits = some @ others.T  # (r, c)
            hit = torch.nonzero(left_out >= 0)[:, 0]
            logits[hit, left_out[hit]] = -torch.inf
            top = torch.maximum(logits.amax(dim=1) - log_expected, x)
            shares = logits.sub_((top + log_expected)[:, None]).exp_()
            sums = shares.sum(dim=1) + (x - top).exp()
            losses[rows] = sums.log() + top - x
            excess[rows] = (x - top).exp() / sums - 1
            shares.div_(sums[:, None])
            torch.mm(shares, others, out=to_states[rows])
            to_others.addmm_(shares.T, some)
        to_states.addcmul_(excess[:, None], wanted)
        ctx.save_for_backward(to_states, excess[:, None] * states, to_others)
        ctx.count = count
        return losses.sum() / count

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by the states, the wanted vectors and the others."""
        scale = outer[0] / ctx.count
        return *(scale * gradient for gradient in ctx.saved_tensors), None, None
