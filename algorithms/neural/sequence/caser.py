"""Caser: convolutions over the last few items ask for the next one."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool1d, pad

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.model import SequenceModel, SequenceParams
from algorithms.neural.sequence.network import SequenceNetwork
from bench.params import number


class CaserParams(SequenceParams):
    """Size of the filters and how they learn."""

    window: int = number(5, low=1, high=100, search=(3, 10))
    """L: items that are looked at together."""
    horizontal: int = number(16, low=1, high=1024, search=(4, 32), log=True)
    """Filters of each height from 1 to L."""
    vertical: int = number(8, low=1, high=1024, search=(1, 16), log=True)
    """Filters that weigh the L items."""
    dropout: float = number(0.4, low=0, high=0.9, search=(0.1, 0.6))
    """Share of what the filters found that is set to zero in training."""


class Network(SequenceNetwork):
    """States after each place of a history: all windows at once, since a filter sees the same items in each of them."""

    def __init__(self, n_items: int, params: CaserParams) -> None:
        d, self.window = params.factors, params.window
        super().__init__(n_items, d)
        heights = range(1, self.window + 1)
        self.horizontal = nn.ModuleList([nn.Conv1d(d, params.horizontal, height) for height in heights])
        self.vertical = nn.Parameter(torch.empty(params.vertical, self.window))
        nn.init.normal_(self.vertical, std=self.window**-0.5)
        width = self.window * params.horizontal + params.vertical * d
        self.joined, self.dropout = nn.Linear(width, d), Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l); before the first one stand zeros."""
        x = self.items(items)  # (b, l, d)
        x = pad(x, (0, 0, self.window - 1, 0))  # (b, L − 1 + l, d)
        columns = x.transpose(1, 2)  # (b, d, L − 1 + l)
        seen = [
            max_pool1d(torch.relu(filters(columns)), self.window - height, stride=1)  # (b, horizontal, l)
            for height, filters in enumerate(self.horizontal)
        ]
        weighed = x.unfold(1, self.window, 1) @ self.vertical.T  # (b, l, d, vertical)
        parts = torch.cat([*(part.transpose(1, 2) for part in seen), weighed.flatten(2)], dim=2)
        return torch.relu(self.joined(self.dropout(parts)))


class Caser(SequenceModel[CaserParams]):
    """s(i) = zᵀ e_i with z = relu(W [o; õ] + b), o and õ what filters find in the matrix E (L, d) of the last L items:

    o_k = max_t relu(F_k ⊙ E_{t:t+h}), for filters F_k of all heights h up to L, and õ_k = Σ_l f_kl E_l, f_k weights.
    Tang and Wang (2018), "Personalized top-N sequential recommendation via convolutional sequence embedding", section
    3. Left out is the vector of the user that stands beside z there: what is known of a user is the history, so
    everybody with one is served. The target is the next item alone. Before the first item of a history stand zeros.
    """

    name = "caser"
    paper = "tang2018"
    Params = CaserParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
