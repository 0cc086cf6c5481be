"""Negative items: what a user has not had."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from bench.errors import Unsupported
from bench.types import Interactions

_DRAWS = 1 << 62  # random integers below this; modulo n items the bias stays under n / 2⁶²


class UniformNegatives:
    """Draws uniformly from the items that a user does not have in training, exactly and without a second try.

    Let k_0 < k_1 < … be the d items that user u has. Below k_j there are k_j − j others, so the r-th other item
    (r = 0 … n_items − d − 1) is r + |{j : k_j − j ≤ r}|. The numbers u·n_items + k_j − j ascend through all users, so
    one binary search counts for every draw at once: O(log n_interactions) per draw.

    Raises Unsupported when a user has the whole catalogue.
    """

    def __init__(self, interactions: Interactions, device: torch.device | None = None) -> None:
        known = interactions.matrix()  # each pair once
        known.sort_indices()
        begins = known.indptr.astype(np.int64)
        owned = np.diff(begins)
        if len(owned) and owned.max() >= known.shape[1]:
            raise Unsupported(f"{np.sum(owned >= known.shape[1])} users have every item: no negatives to draw")
        users = np.repeat(np.arange(len(owned)), owned)
        ahead = np.arange(begins[-1]) - begins[users]  # j of each k_j
        self.n_items = known.shape[1]
        self.begins = torch.as_tensor(begins, device=device)  # (n_users + 1,)
        self.codes = torch.as_tensor(users * self.n_items + known.indices - ahead, device=device)  # (nnz,) ascending

    def draw(self, users: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """(b, count) items for the b `users`; an item may be drawn more than once."""
        begins = self.begins[users][:, None]  # (b, 1)
        others = self.n_items - (self.begins[users + 1][:, None] - begins)  # (b, 1)
        shape = (len(users), count)
        drawn = torch.randint(_DRAWS, shape, generator=generator, device=self.codes.device) % others
        codes = users[:, None] * self.n_items + drawn
        passed = torch.searchsorted(self.codes, codes, right=True) - begins  # (b, count) known items before it
        return torch.add(drawn, passed)


def pairs_with_negatives(
    interactions: Interactions, negatives: int, batch_size: int, device: torch.device
) -> Callable[[torch.Generator], Iterator[tuple[Tensor, Tensor]]]:
    """What makes the batches of an epoch: users (b,) and items (b, 1 + negatives), first the one they had.

    Every interaction stands in one batch, in random order. Raises Unsupported when a user has the whole catalogue.
    """
    users = torch.tensor(interactions.users, dtype=torch.long, device=device)
    items = torch.tensor(interactions.items, dtype=torch.long, device=device)
    sampler = UniformNegatives(interactions, device)

    def batches(generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(users), generator=generator, device=device)
        for rows in torch.split(order, batch_size):
            drawn = sampler.draw(users[rows], negatives, generator)
            yield users[rows], torch.cat([items[rows][:, None], drawn], dim=1)

    return batches
