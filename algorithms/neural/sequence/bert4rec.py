"""BERT4Rec: a Transformer that looks both ways finds hidden items."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.attention import AttentionParams
from algorithms.neural.sequence.model import SequenceModel
from algorithms.neural.sequence.network import SequenceNetwork
from algorithms.neural.sequence.transformer import Block
from bench.params import number


class BERT4RecParams(AttentionParams):
    """Size of the Transformer and how it learns."""

    heads: int = number(2, low=1, high=64)
    """Into how many parts attention divides the d numbers of a place."""
    hidden_share: float = number(0.2, low=0, high=0.99, search=(0.1, 0.6))
    """ρ: probability that an item is hidden in training."""
    patience: int = number(20, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""


class Network(SequenceNetwork):
    """States at each place of a history, which depend on all places; item `n_items` stands for a hidden one."""

    def __init__(self, n_items: int, params: BERT4RecParams) -> None:
        d = params.factors
        super().__init__(n_items + 1, d)
        self.places = nn.Embedding(params.max_length + 1, d)
        nn.init.normal_(self.places.weight, std=d**-0.5)
        self.blocks = nn.ModuleList([Block(d, params.heads, 4 * d, params.dropout) for _ in range(params.blocks)])
        self.norm, self.dropout = nn.LayerNorm(d), Dropout(params.dropout)
        self.projects, self.last_norm = nn.Linear(d, d), nn.LayerNorm(d)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states at each of the items (b, l); places count from the end of a history."""
        back = lengths[:, None] - 1 - torch.arange(items.shape[1], device=items.device)  # (b, l)
        x = self.dropout(self.items(items) + self.places(back.clamp(min=0)))  # (b, l, d)
        for block in self.blocks:
            x = block(x, back >= 0)
        states: Tensor = self.last_norm(gelu(self.projects(self.norm(x))))
        return states


class BERT4Rec(SequenceModel[BERT4RecParams]):
    """s(i) = h_{n+1}ᵀ e_i with h what a Transformer makes of the last n items of a history and a hidden one after them.

    In training each item is hidden with probability ρ, and the last one of a part always, since only what follows is
    ever asked; from all that is left, before and after it, each hidden item is to be found. h = LayerNorm(gelu(W_P x +
    b_P)). Sun et al. (2019), "BERT4Rec: sequential recommendation with bidirectional encoder representations from
    Transformer", sections 3.2 to 3.6, equations 7 and 8, without the constant that each item has in equation 7. They
    give a part of the histories with the last item hidden alone; here it is hidden beside the others. The blocks
    normalise before each part, the original after it.
    """

    name = "bert4rec"
    paper = "sun2019"
    Params = BERT4RecParams
    only_targets = 0

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)

    def _example(
        self, everything: Tensor, where: Tensor, real: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The items with some hidden, where, and which."""
        items = everything[where]
        draws = torch.rand(items.shape, generator=generator, device=items.device)
        last = torch.arange(items.shape[1], device=items.device) == real.sum(dim=1)[:, None] - 1  # (b, l)
        hidden = ((draws < self.params.hidden_share) | last) & real
        return items.masked_fill(hidden, self.n_items), hidden, items[hidden]

    def _question(self, items: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Each history with a hidden item after it."""
        rows = torch.arange(len(items), device=items.device)
        longer = torch.cat([items, torch.zeros_like(items[:, :1])], dim=1)
        longer[rows, lengths] = self.n_items
        return longer, lengths + 1
