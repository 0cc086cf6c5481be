"""Blocks of a Transformer over places of a history."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from algorithms.neural.dropout import Dropout


class Block(nn.Module):
    """x + Attention(LayerNorm(x)), then x + W₂ gelu(W₁ LayerNorm(x) + b₁) + b₂, both with dropout before the sum.

    Attention is softmax(QKᵀ / √(d/heads)) V for each head, over the place itself and earlier ones, or over all that are
    `seen`. Vaswani et al. (2017), "Attention is all you need", equations 1 and 2, with the normalisation before each
    part.
    """

    def __init__(self, factors: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(factors), nn.LayerNorm(factors)])
        self.asks, self.answers = nn.Linear(factors, 3 * factors), nn.Linear(factors, factors)
        self.widens, self.narrows = nn.Linear(factors, hidden), nn.Linear(hidden, factors)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """(b, l, d) -> (b, l, d); `seen` (b, l) says at which places all of a row look."""
        x = x + self.dropout(self._attended(self.norms[0](x), seen))
        inner = self.dropout(gelu(self.widens(self.norms[1](x))))  # (b, l, hidden)
        out: Tensor = x + self.dropout(self.narrows(inner))
        return out

    def _attended(self, x: Tensor, seen: Tensor | None) -> Tensor:
        b, length, d = x.shape
        parts = self.asks(x).view(b, length, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = parts  # (b, heads, l, d / heads) each
        mask = None if seen is None else seen[:, None, None]  # (b, 1, 1, l)
        found = scaled_dot_product_attention(q, k, v, mask, is_causal=mask is None)  # (b, heads, l, d / heads)
        return torch.as_tensor(self.answers(found.transpose(1, 2).reshape(b, length, d)))
