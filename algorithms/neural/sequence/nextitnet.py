"""NextItNet: convolutions with holes, wider from block to block, ask for the next item."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.model import SequenceModel, SequenceParams
from algorithms.neural.sequence.network import SequenceNetwork
from bench.params import number

_STRIDE = 4  # times wider from block to block: 1 and 2, 4 and 8, 16 and 32


class NextItNetParams(SequenceParams):
    """Size of the network and how it learns."""

    blocks: int = number(3, low=1, high=6, search=(1, 4))
    """Pairs of convolutions; with m of them a state depends on (width − 1)(4^m − 1) items before its own."""
    width: int = number(3, low=2, high=10, search=(2, 5))
    """Items that one convolution joins."""


class Dilated(nn.Module):
    """y_t = W [x_t; x_{t−l}; …; x_{t−(k−1)l}] + b, zeros before the first place."""

    def __init__(self, factors: int, width: int, distance: int) -> None:
        super().__init__()
        self.width, self.distance = width, distance
        self.joins = nn.Linear(width * factors, factors)

    def forward(self, x: Tensor) -> Tensor:
        """(b, l, d) -> (b, l, d)."""
        length, reach = x.shape[1], self.distance * (self.width - 1)
        x = pad(x, (0, 0, reach, 0))  # (b, reach + l, d)
        shifted = [x[:, reach - back : reach - back + length] for back in range(0, reach + 1, self.distance)]
        return torch.as_tensor(self.joins(torch.cat(shifted, dim=2)))


class Block(nn.Module):
    """x + relu(LayerNorm(conv_2l(relu(LayerNorm(conv_l(x))))))."""

    def __init__(self, params: NextItNetParams, distance: int) -> None:
        super().__init__()
        d = params.factors
        self.first, self.second = (Dilated(d, params.width, times * distance) for times in (1, 2))
        self.norms = nn.ModuleList([nn.LayerNorm(d), nn.LayerNorm(d)])
        self.dropout = Dropout(params.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(b, l, d) -> (b, l, d)."""
        inner = torch.relu(self.norms[0](self.first(x)))
        out: Tensor = x + self.dropout(torch.relu(self.norms[1](self.second(inner))))
        return out


class Network(SequenceNetwork):
    """States after each place of a history, none of which depends on later ones."""

    def __init__(self, n_items: int, params: NextItNetParams) -> None:
        super().__init__(n_items, params.factors)
        self.blocks = nn.ModuleList([Block(params, _STRIDE**number) for number in range(params.blocks)])
        self.norm, self.dropout = nn.LayerNorm(params.factors), Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l)."""
        x = self.dropout(self.items(items))
        for block in self.blocks:
            x = block(x)
        states: Tensor = self.norm(x)
        return states


class NextItNet(SequenceModel[NextItNetParams]):
    """s(i) = h_nᵀ e_i with h = LayerNorm(x) of what convolutions over more and more distant items make of a history.

    Blocks x + relu(LayerNorm(conv_2l(relu(LayerNorm(conv_l(x)))))) for l = 1, 4, 16, …, where conv_l joins the items at
    distances 0, l, 2l, … before a place. Yuan et al. (2019), "A simple convolutional generative network for next item
    recommendation", sections 3.2 to 3.4, figure 3 b. The vectors of items that go in are those that give the scores,
    where the paper has others.
    """

    name = "nextitnet"
    paper = "yuan2019"
    Params = NextItNetParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
