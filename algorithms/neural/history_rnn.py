"""A recurrent network reads a user's rated history; what it remembers and the token of an item give the rating."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from algorithms.neural.losses import squared_error
from algorithms.neural.model import Task
from algorithms.neural.params import NeuralParams
from algorithms.neural.rated_histories import Histories, Ratings
from algorithms.neural.rating_tokens import RatingModel, Tokens
from algorithms.neural.sequence.rectangles import buckets, cut
from bench.algorithm import Can
from bench.errors import Unsupported
from bench.params import number
from bench.types import Bools, Longs, Query, Training


class HistoryRNNParams(NeuralParams):
    """The best of a few without features on the validation part of the split user-time of ml-100k."""

    factors: int = number(32, low=1, high=1024, search=(16, 64), log=True)
    """d: length of tokens and of the state."""
    max_length: int = number(200, low=1, high=10_000, search=(50, 500), log=True)
    """Ratings after which a history begins anew in training, and how many of its last ones count in a question."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which tokens begin."""
    epochs: int = number(50, low=1, high=10_000)
    """Most passes over the ratings; with a validation part training may end earlier."""
    patience: int = number(5, low=1, high=10_000)
    """Epochs without a lower error on the validation part before training ends."""
    batch_size: int = number(2048, low=1, high=1_000_000)
    """Ratings per step, gaps included; a single history may be longer."""
    learning_rate: float = number(0.002, low=1e-6, high=1000, search=(5e-4, 5e-3), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.3, low=0, high=100, search=(0.1, 3), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""
    dropout: float = number(0.2, low=0, high=0.9, search=(0, 0.4))
    """Share of the entries of tokens and states that is set to zero in training."""


class Network(nn.Module):
    """Reads histories and rates pairs of a state and an item."""

    def __init__(self, mean: float, spread: float, items: Tokens, params: HistoryRNNParams) -> None:
        super().__init__()
        factors = params.factors
        self.mean, self.spread, self.items = mean, spread, items
        self.rated = nn.Parameter(torch.empty(factors))
        nn.init.normal_(self.rated, std=params.start)
        self.reads = nn.GRU(factors, factors, batch_first=True)
        self.meets = nn.GRUCell(factors, factors)
        self.head = nn.Linear(factors, 1)
        for weight in self.head.parameters():
            nn.init.zeros_(weight)  # training begins at the mean
        self.dropout = nn.Dropout(params.dropout)

    def states(self, items: Tensor, ratings: Tensor) -> Tensor:
        """(b, l + 1, d) what is remembered before the first of the rated items (b, l), and after each of them."""
        tokens = self.token(items) + ((ratings - self.mean) / self.spread)[..., None] * self.rated  # (b, l, d)
        states, _ = self.reads(self.dropout(tokens))  # (b, l, d)
        return torch.cat([torch.zeros_like(states[:, :1]), states], dim=1)

    def forward(self, states: Tensor, items: Tensor) -> Tensor:
        """(n,) ratings of `items` (n,) by people in these `states` (n, d)."""
        met = self.meets(self.dropout(self.token(items)), self.dropout(states))  # (n, d)
        return self.mean + torch.add(self.items.bias(items), self.head(self.dropout(met)))[:, 0]

    def token(self, items: Tensor) -> Tensor:
        """(…, d) the sum of the tokens of each of the items (…)."""
        summed: Tensor = self.items(items.flatten()).sum(dim=1)  # (n, t, d) -> (n, d)
        return summed.view(*items.shape, summed.shape[1])  # (n, d) -> (…, d)


class HistoryRNN(RatingModel[HistoryRNNParams]):
    """r̂_ui = μ + b_i + wᵀ GRU'(x_i, h_u) + w_0, with h_u what a recurrent network remembers of the rated history,

    h_t = GRU(x_j + z · v, h_{t−1}) for its items j, oldest first, h_0 = 0. x_j is the token of an item, its own vector
    plus, where the data has features, the mean of theirs; z is the rating, less the mean μ and divided by the standard
    deviation of all ratings, and v a token that is learnt. GRU and GRU' are gated recurrent units: Cho et al. (2014),
    "Learning phrase representations using RNN encoder-decoder for statistical machine translation", equations 5 to 8.
    A state of the user that changes with each rating is the idea of Wu et al. (2017), "Recurrent recommender networks",
    which has one for items too. No vector belongs to a user, so a history is enough.

    Training minimizes the squared error of each rating, predicted from the state before it: one pass through a history
    of up to `max_length` ratings yields a target at each place. Histories of about the same length go together, and
    what fills the gaps at their ends is never read. In a question the last `max_length` ratings count. An item of the
    history itself is rated as any other, by what is remembered after all of it.

    Items without training ratings get NaN, "cannot say". Raises Unsupported where a history has no ratings, and
    Diverged as `optimise` does.
    """

    name = "history-rnn"
    paper = "wu2017"
    Params = HistoryRNNParams
    can = RatingModel.can | Can.SERVE_NEW_USERS
    network: Network

    def _served(self, query: Query) -> Bools:
        return np.ones(len(query), np.bool_)

    def _meet(self, train: Training) -> None:
        super()._meet(train)
        ratings = train.interactions.known_ratings
        self.spread = (float(ratings.std(dtype=np.float64)) if len(ratings) else 0.0) or 1.0

    def _build(self) -> Network:
        p = self.params
        items = Tokens(self.n_items, self.item_side, p.factors, p.start)
        return Network(self.mean, self.spread, items, p)

    def _task(self, train: Training, device: torch.device) -> Task:
        data, p = train.interactions, self.params
        source = Ratings(data.items, data.known_ratings, device)
        starts, lengths = cut(data.offsets[:-1], np.diff(data.offsets), p.max_length)
        alike = list(buckets(np.sort(lengths), p.batch_size))

        def batches(generator: torch.Generator) -> Iterator[Histories]:
            """Histories of about the same length, in random order."""
            mixed = torch.randperm(len(lengths), generator=generator, device=device).cpu().numpy()
            mixed = mixed[np.argsort(lengths[mixed], kind="stable")]
            for place in torch.randperm(len(alike), generator=generator, device=device).tolist():
                rows = mixed[alike[place]]
                yield source.histories(starts[rows], lengths[rows])

        def loss(batch: Histories) -> Tensor:
            before = self.network.states(batch.items, batch.ratings)[:, :-1]  # (b, l, d)
            predicted = self.network(before[batch.real], batch.items[batch.real])  # (n,) of n real ratings
            return squared_error(predicted, batch.ratings[batch.real])

        return Task(batches, loss)

    def _people(self, query: Query, rows: Longs) -> Tensor:
        """(r, d) states after the last `max_length` ratings of each history."""
        if query.ratings is None:
            raise Unsupported(f"{self.name} reads ratings, and the question has none")
        source = Ratings(query.items, query.ratings, self._on)
        ends = query.offsets[rows + 1]
        lengths = np.minimum(ends - query.offsets[rows], self.params.max_length)
        order = np.argsort(lengths, kind="stable")
        order = order[lengths[order] > 0]
        people = torch.zeros(len(rows), self.params.factors, device=self._on)  # h_0
        for bucket in buckets(lengths[order], self.params.batch_size):
            some = order[bucket]
            batch = source.histories(ends[some] - lengths[some], lengths[some])
            states = self.network.states(batch.items, batch.ratings)  # (b, l + 1, d)
            places = torch.as_tensor(some), torch.as_tensor(lengths[some])
            people[places[0]] = states[torch.arange(len(some)), places[1]].float()
        return people

    @property
    def _width(self) -> int:
        return 3 * self.params.factors  # the gates
