"""SASRec: a Transformer reads the history and asks for the next item."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.attention import AttentionParams
from algorithms.neural.sequence.model import SequenceModel
from algorithms.neural.sequence.network import SequenceNetwork
from algorithms.neural.sequence.transformer import Block


class Network(SequenceNetwork):
    """States after each place of a history, none of which depends on later ones."""

    def __init__(self, n_items: int, params: AttentionParams) -> None:
        d = params.factors
        super().__init__(n_items, d)
        self.places = nn.Embedding(params.max_length, d)
        nn.init.normal_(self.places.weight, std=d**-0.5)
        self.blocks = nn.ModuleList([Block(d, params.heads, d, params.dropout) for _ in range(params.blocks)])
        self.norm, self.dropout = nn.LayerNorm(d), Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l); places count from the end of a history."""
        back = lengths[:, None] - 1 - torch.arange(items.shape[1], device=items.device)  # (b, l)
        x = self.dropout(self.items(items) + self.places(back.clamp(min=0)))  # (b, l, d)
        for block in self.blocks:
            x = block(x)
        states: Tensor = self.norm(x)
        return states


class SASRec(SequenceModel[AttentionParams]):
    """s(i) = h_nᵀ e_i with h what a Transformer makes of the last n items of a history, e_i the vector of item i.

    x_t = √d·e_{i_t} + p_{n−t} (places count from the end, so that the last item always has the same one), then `blocks`
    times x ← x + Attention(LayerNorm(x)), x ← x + W₂ gelu(W₁ LayerNorm(x) + b₁) + b₂, and h = LayerNorm(x). Kang and
    McAuley (2018), "Self-attentive sequential recommendation", section III. The vectors of items that go in are those
    that give the scores (their "shared item embedding"). Where the paper has ReLU there is GELU, and attention itself
    has no dropout.

    With `loss = "bce"` it learns as in the paper, with the cross-entropy over all or sampled items as in Klenitskiy and
    Vasilev (2023), "Turning dross into gold loss: is BERT4Rec really better than SASRec?".
    """

    name = "sasrec"
    paper = "kang2018"
    Params = AttentionParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
