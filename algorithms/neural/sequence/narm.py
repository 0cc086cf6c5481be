"""NARM: a recurrent network with attention to what it read before."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.model import SequenceModel, SequenceParams
from algorithms.neural.sequence.network import SequenceNetwork
from bench.params import number


class NARMParams(SequenceParams):
    """Size of the network and how it learns."""

    hidden: int = number(64, low=1, high=4096, search=(64, 256), log=True)
    """Length of the states of the recurrent layer."""
    max_length: int = number(50, low=1, high=1000, search=(20, 100), log=True)
    """Items of a history that are looked at; in training, after how many it is cut. Attention of a batch takes
    batch_size · max_length · hidden numbers."""


class Network(SequenceNetwork):
    """States after each place of a history, none of which depends on later ones."""

    def __init__(self, n_items: int, params: NARMParams) -> None:
        d, hidden = params.factors, params.hidden
        super().__init__(n_items, d)
        self.reads = nn.GRU(d, hidden, batch_first=True)
        self.asks, self.answers = nn.Linear(hidden, hidden, bias=False), nn.Linear(hidden, hidden, bias=False)
        self.weighs, self.out = nn.Linear(hidden, 1, bias=False), nn.Linear(2 * hidden, d, bias=False)
        self.dropout = Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l)."""
        h, _ = self.reads(self.dropout(self.items(items)))  # (b, l, hidden)
        alike = torch.sigmoid(self.asks(h)[:, :, None] + self.answers(h)[:, None])  # (b, l, l, hidden)
        weights = self.weighs(alike)[..., 0].tril()  # (b, l, l)
        joined = torch.cat([h, weights @ h], dim=2)  # (b, l, 2 · hidden)
        return torch.as_tensor(self.out(self.dropout(joined)))


class NARM(SequenceModel[NARMParams]):
    """s(i) = (B [h_t; Σ_{j≤t} α_tj h_j])ᵀ e_i, α_tj = vᵀ σ(A₁ h_t + A₂ h_j), h_t = GRU(√d·e_{i_t}, h_{t−1}).

    The first half stands for all that was read, the second for what matters now. Li et al. (2017), "Neural attentive
    session-based recommendation", equations 5 to 8 and section 3.4, with √d as for the other models here.
    """

    name = "narm"
    paper = "li2017"
    Params = NARMParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
