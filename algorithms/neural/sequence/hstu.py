"""HSTU: a Transformer whose attention adds up, without a softmax, and is gated."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.attention import AttentionParams
from algorithms.neural.sequence.model import SequenceModel
from algorithms.neural.sequence.network import SequenceNetwork


class Layer(nn.Module):
    """x + W₂ (LayerNorm(A V) ⊙ U) with [U V Q K] = silu(W₁ LayerNorm(x)), A_ts = silu(q_tᵀ k_s + r_{t−s}) for s ≤ t."""

    def __init__(self, params: AttentionParams) -> None:
        super().__init__()
        d = params.factors
        self.heads = params.heads
        self.before, self.after = nn.LayerNorm(d), nn.LayerNorm(d)
        self.divides, self.joins = nn.Linear(d, 4 * d), nn.Linear(d, d)
        self.distances = nn.Parameter(torch.zeros(params.heads, params.max_length))  # r
        self.dropout = Dropout(params.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(b, l, d) -> (b, l, d)."""
        b, length, d = x.shape
        gates, *others = silu(self.divides(self.before(x))).chunk(4, dim=-1)  # (b, l, d) each
        v, q, k = (part.view(b, length, self.heads, d // self.heads).transpose(1, 2) for part in others)
        place = torch.arange(length, device=x.device)
        distance = (place[:, None] - place).clamp(min=0)  # (l, l)
        weights = silu(q @ k.transpose(2, 3) + self.distances[:, distance]).tril()  # (b, heads, l, l)
        found = (weights @ v).transpose(1, 2).reshape(b, length, d)
        out: Tensor = x + self.joins(self.dropout(self.after(found) * gates))
        return out


class Network(SequenceNetwork):
    """States after each place of a history, none of which depends on later ones."""

    def __init__(self, n_items: int, params: AttentionParams) -> None:
        super().__init__(n_items, params.factors)
        self.layers = nn.ModuleList([Layer(params) for _ in range(params.blocks)])
        self.norm, self.dropout = nn.LayerNorm(params.factors), Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l)."""
        x = self.dropout(self.items(items))
        for layer in self.layers:
            x = layer(x)
        states: Tensor = self.norm(x)
        return states


class HSTU(SequenceModel[AttentionParams]):
    """s(i) = h_nᵀ e_i, h = LayerNorm(x) of what layers of gated attention make of the items of a history.

    Each layer is x + W₂ (LayerNorm(A V) ⊙ U) with [U V Q K] = silu(W₁ LayerNorm(x)) and, without a softmax, so that
    what is frequent stays frequent, A_ts = silu(q_tᵀ k_s + r_{t−s}); there are no vectors of places but a number r for
    each distance. Zhai et al. (2024), "Actions speak louder than words: trillion-parameter sequential transducers for
    generative recommendations", equations 1 to 3 (section 3.1), without the distances in time, since only the order is
    asked for. A batch holds (batch size · longest history · heads) weights of attention in each layer.
    """

    name = "hstu"
    paper = "zhai2024"
    Params = AttentionParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
