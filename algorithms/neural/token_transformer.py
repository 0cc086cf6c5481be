"""A Transformer encoder over the tokens of a user and an item, with a linear head that gives the rating."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from algorithms.neural.averaging import Averaged
from algorithms.neural.losses import squared_error
from algorithms.neural.model import Task
from algorithms.neural.params import NeuralParams
from algorithms.neural.rating_tokens import RatingModel, Tokens
from bench.params import number
from bench.types import Longs, Query, Training

_HEADS = 1  # two were not better
_WIDENING = 2  # width of the layer between the two halves of a block's perceptron, in units of d


class TokenTransformerParams(NeuralParams):
    """Found on a validation part of a tenth of the training part of the first of five folds of ml-100k."""

    factors: int = number(32, low=1, high=1024, search=(16, 64), log=True)
    """d: length of a token."""
    layers: int = number(1, low=1, high=12, search=(1, 2))
    """L: blocks of attention and perceptron."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which tokens begin."""
    epochs: int = number(24, low=1, high=10_000)
    """Most passes over the ratings; with a validation part training may end earlier."""
    patience: int = number(5, low=1, high=10_000)
    """Epochs without a lower error on the validation part before training ends."""
    batch_size: int = number(2048, low=1, high=1_000_000)
    """Ratings per step."""
    regularization: float = number(2, low=0, high=100, search=(0.5, 4), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""
    dropout: float = number(0.2, low=0, high=0.9, search=(0, 0.4))
    """Share of attention weights and of outputs in each block that is set to zero in training."""


class Network(nn.Module):
    """Ratings of pairs of a user and an item."""

    def __init__(self, mean: float, users: Tokens, items: Tokens, params: TokenTransformerParams) -> None:
        super().__init__()
        d = params.factors
        self.mean, self.users, self.items = mean, users, items
        block = nn.TransformerEncoderLayer(
            d, _HEADS, _WIDENING * d, params.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(block, params.layers, nn.LayerNorm(d), enable_nested_tensor=False)
        self.head = nn.Linear(d, 1)
        for weight in self.head.parameters():
            nn.init.zeros_(weight)  # training begins at the mean

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b,) ratings of `items` (b,) by `users` (b,)."""
        tokens = torch.cat([self.users(users), self.items(items)], dim=1)  # (b, t, d), 2 ≤ t ≤ 4
        interaction = self.head(self.encoder(tokens).mean(dim=1))  # (b, t, d) -> (b, d) -> (b, 1)
        return self.mean + torch.add(self.users.bias(users) + self.items.bias(items), interaction)[:, 0]


class TokenTransformer(RatingModel[TokenTransformerParams]):
    """r̂_ui = μ + b_u + b_i + wᵀ mean(Encoder(tokens of u, tokens of i)) + w_0, trained on the squared error.

    The tokens are one vector for the user, one for the item, and, where the data has them, one each for the features of
    the user and of the item, as in Song et al. (2019), "AutoInt: automatic feature interaction learning via
    self-attentive neural networks", equations 2 and 3 (here a set of features is one token). The encoder is that of
    Vaswani et al. (2017), "Attention is all you need", section 3.1, without places, normalized before and not after
    each part, and with GELU: what one token learns of the others, h ← h + Attention(LN(h)), then
    h ← h + W_2 GELU(W_1 LN(h)). μ is the mean training rating; b and w start at 0, so that the network learns what the
    mean leaves over. Answers come from weights averaged over the last steps.

    Users and items without training ratings get NaN, "cannot say". Raises Diverged as `optimise` does.
    """

    name = "token-transformer"
    paper = "song2019"
    Params = TokenTransformerParams
    network: Averaged

    def _build(self) -> Averaged:
        d, start = self.params.factors, self.params.start
        users = Tokens(self.n_users, self.user_side, d, start)
        return Averaged(Network(self.mean, users, Tokens(self.n_items, self.item_side, d, start), self.params))

    def _task(self, train: Training, device: torch.device) -> Task:
        data = train.interactions
        users = torch.tensor(data.users, dtype=torch.long, device=device)
        items = torch.tensor(data.items, dtype=torch.long, device=device)
        ratings = torch.tensor(data.known_ratings, dtype=torch.float32, device=device)

        def batches(generator: torch.Generator) -> Iterator[Tensor]:
            """Positions (b,) of ratings."""
            order = torch.randperm(len(users), generator=generator, device=device)
            yield from torch.split(order, self.params.batch_size)

        def loss(rows: Tensor) -> Tensor:
            return squared_error(self.network(users[rows], items[rows]), ratings[rows])

        return Task(batches, loss)

    def _people(self, query: Query, rows: Longs) -> Tensor:
        return self._users(query, rows)

    @property
    def _width(self) -> int:
        tokens = sum(2 if side.shape[1] else 1 for side in (self.user_side, self.item_side))
        return max(3, _WIDENING) * tokens * self.params.factors  # queries, keys and values
