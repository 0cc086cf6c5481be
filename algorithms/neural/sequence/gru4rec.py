"""GRU4Rec: a recurrent network reads the history and asks for the next item."""

from __future__ import annotations

from torch import Tensor, nn

from algorithms.neural.dropout import Dropout
from algorithms.neural.sequence.model import SequenceModel, SequenceParams
from algorithms.neural.sequence.network import SequenceNetwork
from bench.params import number


class GRU4RecParams(SequenceParams):
    """Size of the recurrent network and how it learns."""

    layers: int = number(1, low=1, high=8, search=(1, 2))
    """Recurrent layers, one on the other."""
    hidden: int = number(64, low=1, high=4096, search=(64, 256), log=True)
    """Length of the states of each layer."""


class Network(SequenceNetwork):
    """States after each place of a history."""

    def __init__(self, n_items: int, params: GRU4RecParams) -> None:
        d, hidden = params.factors, params.hidden
        super().__init__(n_items, d)
        self.reads = nn.GRU(d, hidden, params.layers, batch_first=True)
        for name, weight in self.reads.named_parameters():
            if name.startswith("weight_hh"):
                for gate in weight.detach().chunk(3):
                    nn.init.orthogonal_(gate)
        self.out, self.dropout = nn.Linear(hidden, d), Dropout(params.dropout)

    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l)."""
        states, _ = self.reads(self.dropout(self.items(items)))  # (b, l, hidden)
        out: Tensor = self.out(self.dropout(states))
        return out


class GRU4Rec(SequenceModel[GRU4RecParams]):
    """s(i) = (W h_t + b)ᵀ e_i with h_t = GRU(√d·e_j, h_{t−1}) for the items j of the history, oldest first, h_0 = 0.

    GRU is a gated recurrent unit: Hidasi, Karatzoglou, Baltrunas and Tikk (2016), "Session-based recommendations with
    recurrent neural networks", equations 2 to 5 (section 3), on the vectors of items that also give the scores, as in
    Hidasi and Karatzoglou (2018), "Recurrent neural networks with top-k gains for session-based recommendations", whose
    loss BPR-max is one of the choices. A history of any length is read, of which the last `max_length` items count.
    """

    name = "gru4rec"
    paper = "hidasi2016"
    Params = GRU4RecParams

    def _reader(self) -> Network:
        return Network(self.n_items, self.params)
