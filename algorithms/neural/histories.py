"""What auto-encoders share: histories as sparse rows, the layer that reads them, and the rows that a network writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn.functional import dropout, embedding_bag, log_softmax

from algorithms.neural.isolation import thread_limit
from algorithms.neural.model import NeuralModel
from algorithms.neural.params import NeuralParams
from algorithms.reasons import strongest
from bench.algorithm import Can
from bench.params import number
from bench.types import Bools, Interactions, Longs, Query, Reason

_BLOCK = 64  # histories whose logits are there at once while a list is explained
MOST = 1 << 24  # numbers in a (b, n_items) array of a step, 64 MB; a step holds about five such arrays


class HistoryParams(NeuralParams):
    """How Mult-VAE and Mult-DAE learn; the learning rate was chosen on validation parts of MovieLens 100K and 1M."""

    factors: int = number(200, low=1, high=4096, search=(50, 400), log=True)
    """K: length of the vector z that stands for a user."""
    epochs: int = number(60, low=1, high=10_000)
    """Most passes over the users; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(256, low=1, high=1_000_000)
    """Users per step; fewer where batch_size · n_items would exceed 2²⁴ numbers."""
    learning_rate: float = number(0.002, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.01, low=0, high=100, search=(1e-3, 1), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""
    dropout: float = number(0.5, low=0, high=0.95, search=(0.2, 0.8))
    """Share of the items of a history that the network does not see in a step."""


P = TypeVar("P", bound=NeuralParams)


class Histories(NamedTuple):
    """The items of b users: the rows x of a (b, n_items) matrix of zeros and ones."""

    items: Tensor  # (h,) the columns of the ones, row after row
    offsets: Tensor  # (b + 1,) row u owns items[offsets[u]:offsets[u + 1]]
    n_items: int

    @classmethod
    def of(cls, rows: csr_matrix, device: torch.device) -> Histories:
        """From a sparse matrix of ones."""
        items, offsets = (torch.from_numpy(part.astype(np.int64)) for part in (rows.indices, rows.indptr))
        return cls(items.to(device), offsets.to(device), rows.shape[1])

    @property
    def lengths(self) -> Tensor:
        """(b,) items of each user."""
        return self.offsets.diff()

    def dense(self) -> Tensor:
        """(b, n_items) x."""
        rows = torch.arange(len(self.lengths), device=self.items.device).repeat_interleave(self.lengths)  # (h,)
        x = torch.zeros(len(self.lengths), self.n_items, device=self.items.device)
        x[rows, self.items] = 1
        return x


class Reader(nn.Module):
    """The first layer: dropout(x / ‖x‖₂) W + b, the sum of the rows of W (n_items, width) that belong to a history.

    On MovieLens 1M it takes a quarter of the time of the product with dense rows, forward and backward.
    """

    def __init__(self, n_items: int, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(n_items, width)), nn.Parameter(torch.zeros(width))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, histories: Histories, left_out: float) -> Tensor:
        """(b, width); that share of the items, drawn anew, is left out, and the others weigh 1 / (1 − share)."""
        lengths = histories.lengths
        values = lengths.float().rsqrt().repeat_interleave(lengths)  # (h,) x / ‖x‖₂
        values = dropout(values, left_out)
        sums = embedding_bag(
            histories.items,
            self.weight,
            histories.offsets,
            mode="sum",
            per_sample_weights=values,
            include_last_offset=True,
        )
        return sums + self.bias


class HistoryModel(NeuralModel[P]):
    """A user is what they had: `network(histories)` gives (b, n_items) logits, new users need no training.

    Questions without an item that training knows are not served. Repeated interactions count once.
    """

    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def _batches(self, data: Interactions, device: torch.device, generator: torch.Generator) -> Iterator[Histories]:
        """All histories of training in random order; fewer than batch_size where `MOST` asks for it."""
        rows = data.matrix()[np.flatnonzero(self.known_users)]
        size = max(1, min(self.params.batch_size, MOST // self.n_items))
        order = torch.randperm(rows.shape[0], generator=generator, device=generator.device).cpu().numpy()
        for start in range(0, len(order), size):
            yield Histories.of(rows[order[start : start + size]], device)

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items h of the history x without which `item` i loses most: ln π_i(x) − ln π_i(x less h), exactly.

        π is the softmax of the logits. One pass through the network for each item of the history.
        """
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        history = history[self.known_items[history]]
        if not (len(history) and self.known_items[item]):
            return []
        less = csr_matrix(1 - np.vstack([np.zeros(len(history)), np.eye(len(history))]))  # (1 + h, h): whole, less each
        rows = csr_matrix((less.data, history[less.indices], less.indptr), shape=(1 + len(history), self.n_items))
        chances = np.empty(len(history) + 1)
        with thread_limit(self.threads), torch.inference_mode():
            for start in range(0, len(chances), _BLOCK):
                logits = self.network(Histories.of(rows[start : start + _BLOCK], self._on)).double()
                chances[start : start + _BLOCK] = log_softmax(logits, dim=1)[:, item].cpu().numpy()
        return strongest(history, chances[0] - chances[1:], n)

    def _served(self, query: Query) -> Bools:
        known = np.concatenate([[0], np.cumsum(self.known_items[query.items])])  # (h + 1,) how many before each place
        return np.asarray(np.diff(known[query.offsets]) > 0)

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        seen = query.matrix()[rows]
        seen.data[~self.known_items[seen.indices]] = 0
        seen.eliminate_zeros()
        logits: Tensor = self.network(Histories.of(seen, self._on))
        return logits
