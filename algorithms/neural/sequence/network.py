"""What the network of a sequence model is: vectors of items go in, states come out."""

from __future__ import annotations

import math
from abc import abstractmethod

from torch import Tensor, nn


class ItemVectors(nn.Embedding):
    """Items (…,) -> √d·e (…, d), the vectors e (n, d) drawn from N(0, 1/d).

    So what goes in has entries around 1, and a state with such entries gives scores e_iᵀ h of about the same size.
    """

    def __init__(self, n: int, factors: int) -> None:
        super().__init__(n, factors)
        nn.init.normal_(self.weight, std=factors**-0.5)

    def forward(self, items: Tensor) -> Tensor:
        """What a network reads of each."""
        return super().forward(items) * math.sqrt(self.embedding_dim)


class SequenceNetwork(nn.Module):
    """States after each place of a history."""

    def __init__(self, n_vectors: int, factors: int) -> None:
        super().__init__()
        self.items: nn.Module = ItemVectors(n_vectors, factors)

    @abstractmethod
    def forward(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(b, l, d) states after each of the items (b, l); what stands after the end of a history changes none."""
