"""What models of the next item share: histories in rectangles, a target at each place, scores from the last state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

from algorithms.neural.averaging import Averaged
from algorithms.neural.isolation import thread_limit
from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.sequence.attribution import contributions
from algorithms.neural.sequence.network import SequenceNetwork
from algorithms.neural.sequence.next_item import NextItemLoss, NextItemParams
from algorithms.neural.sequence.rectangles import buckets, cut, rectangle
from algorithms.reasons import strongest
from bench.algorithm import Can, Needs
from bench.params import number
from bench.types import Bools, Longs, Query, Reason, Training

_UNEVEN = 0.1  # how much longer than its neighbours a history may be: the more, the more are mixed and padded


class SequenceParams(NextItemParams):
    """Size of a model of the next item, and how it learns.

    Batch size, learning rate and loss were chosen for SASRec, on the validation part of MovieLens 1M in SASRec's form.
    """

    factors: int = number(64, low=1, high=2048, search=(32, 128), log=True)
    """d: length of all vectors."""
    max_length: int = number(200, low=1, high=10_000, search=(50, 200), log=True)
    """Items of a history that are looked at; in training, after how many it is cut."""
    epochs: int = number(100, low=1, high=10_000)
    """Most passes over the histories; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(6400, low=1, high=10_000_000)
    """Items per step, gaps included; a single history may be longer."""
    learning_rate: float = number(0.003, low=1e-6, high=1000, search=(5e-4, 1e-2), log=True)
    """Step length of AdamW."""
    dropout: float = number(0.1, low=0, high=0.9, search=(0, 0.5))
    """Share of the entries of vectors and states that is set to zero in training."""


P = TypeVar("P", bound=SequenceParams)


class Sequences(NamedTuple):
    """Parts of b histories, oldest item first; what stands after the end of one says nothing."""

    items: Tensor  # (b, l)
    lengths: Tensor  # (b,)
    asked: Tensor  # (b, l) where something is to be found
    targets: Tensor  # (p,) the items to be found there, row by row
    negatives: Tensor  # (c,) items to compare all of them with


class SequenceModel(NeuralModel[P]):
    """s(i) = hᵀ e_i with h what a network makes of the last `max_length` items of a history, e_i the vector of item i.

    One pass through a history of up to `max_length` items yields a target at each place, the next item; longer ones are
    cut, so that each interaction but a user's first is a target once in an epoch. Histories of about the same length go
    together, in random order. No vector belongs to a user, so a history is enough; of it only items count that training
    knows, and questions without such an item are not served. Answers come from the average of the weights.
    """

    needs = Needs.ORDER
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS | Can.EXPLAIN
    network: Averaged
    only_targets: ClassVar[int] = 1  # items at the end of a history that no network reads in training

    @abstractmethod
    def _reader(self) -> SequenceNetwork:
        """The untrained network."""

    def _build(self) -> Averaged:
        return Averaged(self._reader())

    def _example(
        self, everything: Tensor, where: Tensor, real: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Items (b, l) to read, where to ask (b, l) and the targets (p,), from the places `where` (b, l), if `real`."""
        return everything[where], real, everything[where[real] + 1]

    def _question(self, items: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What to read (b, l) and how much of it (b,), so that the last state scores what follows histories (b, l)."""
        return items, lengths

    @property
    def _vectors(self) -> Tensor:
        """(n_items, d) those that give the scores."""
        vectors: Tensor = self.network.current.items.weight
        return vectors[: self.n_items]

    def _task(self, train: Training, device: torch.device) -> Task:
        data, p = train.interactions, self.params
        everything = torch.tensor(data.items, dtype=torch.long, device=device)
        known = torch.as_tensor(np.unique(data.items), dtype=torch.long, device=device)
        inputs = np.maximum(np.diff(data.offsets) - self.only_targets, 0)
        starts, lengths = cut(data.offsets[:-1], inputs, p.max_length)
        criterion = NextItemLoss(p, len(known))

        def batches(generator: torch.Generator) -> Iterator[Sequences]:
            """Parts of about the same length, in random order."""
            noise = torch.rand(len(lengths), generator=generator, device=device).cpu().numpy()
            order = np.argsort(lengths * (1 + _UNEVEN * noise))
            alike = list(buckets(np.maximum.accumulate(lengths[order]), p.batch_size))
            for place in torch.randperm(len(alike), generator=generator, device=device).tolist():
                rows = order[alike[place]]
                where, real = rectangle(starts[rows], lengths[rows], device)
                negatives = known[torch.randperm(len(known), generator=generator, device=device)[: p.negatives]]
                items, asked, targets = self._example(everything, where, real, generator)
                yield Sequences(items, real.sum(dim=1), asked, targets, negatives)

        def loss(batch: Sequences) -> Tensor:
            states = self.network(batch.items, batch.lengths)[batch.asked]  # (p, d)
            return self._loss(criterion, states, batch)

        return Task(batches, loss)

    def _loss(self, criterion: NextItemLoss, states: Tensor, batch: Sequences) -> Tensor:
        """A scalar for the states (p, d) before the targets of a batch."""
        return criterion(states, self._vectors, batch.targets, batch.negatives)

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`, as `contributions` says."""
        history = query.items[query.offsets[0] : query.offsets[1]]
        history = history[self.known_items[history]][-self.params.max_length :]
        if not (len(history) and self.known_items[item]):
            return []
        with thread_limit(self.threads):
            rows = torch.as_tensor(history, dtype=torch.long, device=self._on)[None]
            read, size = self._question(rows, torch.tensor([len(history)], device=self._on))
            weights = contributions(self.network.current, read, size, item)[: len(history)].cpu().numpy()
        each, where = np.unique(history, return_inverse=True)  # an item may have come several times
        return strongest(each, np.bincount(where, weights).astype(np.float64), n)

    def _served(self, query: Query) -> Bools:
        return np.asarray(np.diff(self._met(query)) > 0)

    def _met(self, query: Query) -> Longs:
        """(b + 1,) where histories begin and end once items that training does not know are left out."""
        return np.concatenate([[0], np.cumsum(self.known_items[query.items])])[query.offsets]

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        met = self._met(query)
        items = torch.tensor(query.items[self.known_items[query.items]], dtype=torch.long, device=self._on)
        ends = met[rows + 1]
        lengths = np.minimum(ends - met[rows], self.params.max_length)
        order = np.argsort(lengths, kind="stable")
        last = torch.empty(len(rows), self._vectors.shape[1], device=self._on)
        for bucket in buckets(lengths[order], self.params.batch_size):
            some = order[bucket]
            where, real = rectangle(ends[some] - lengths[some], lengths[some], self._on)
            read, sizes = self._question(items[where], real.sum(dim=1))
            states = self.network(read, sizes)  # (b, l, d)
            last[torch.as_tensor(some, device=self._on)] = states[torch.arange(len(some)), sizes - 1].float()
        return last @ self._vectors.T
