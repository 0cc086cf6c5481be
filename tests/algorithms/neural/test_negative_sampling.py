"""Negative items: never a known one, all others equally often."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from neural_data import interactions
from scipy.stats import chisquare

from algorithms.neural.sampling import UniformNegatives
from bench.errors import Unsupported

ITEMS = 9
KNOWN = {0: {0, 1, 5}, 1: set(), 2: {8}, 3: {0, 1, 2, 3, 4, 6, 7, 8}, 4: {0, 2, 4, 6, 8}}
PAIRS = [(user, item) for user, items in KNOWN.items() for item in items]


def draws(seed: int = 7, count: int = 4000) -> np.ndarray:
    """(5, count) negatives of the five users."""
    sampler = UniformNegatives(interactions(PAIRS, len(KNOWN), ITEMS))
    return sampler.draw(torch.arange(5), count, torch.Generator().manual_seed(seed)).numpy()


@pytest.mark.parametrize("user", KNOWN)
def test_a_user_gets_exactly_the_items_not_known(user: int) -> None:
    assert set(draws()[user].tolist()) == set(range(ITEMS)) - KNOWN[user]


@pytest.mark.parametrize("user", [user for user in KNOWN if user != 3])
def test_they_are_uniform(user: int) -> None:
    counts = np.unique(draws()[user], return_counts=True)[1]
    assert chisquare(counts).pvalue > 0.001


def test_users_may_come_in_any_order_and_repeatedly() -> None:
    sampler = UniformNegatives(interactions(PAIRS, len(KNOWN), ITEMS))
    drawn = sampler.draw(torch.tensor([3, 0, 3]), 50, torch.Generator().manual_seed(0))
    assert drawn[0].unique().tolist() == drawn[2].unique().tolist() == [5]
    assert not set(drawn[1].tolist()) & KNOWN[0]


def test_a_repeated_interaction_counts_once() -> None:
    data = interactions([(0, 0), (0, 0), (0, 0), (0, 2)], 1, 4)
    drawn = UniformNegatives(data).draw(torch.tensor([0]), 200, torch.Generator().manual_seed(0))
    assert set(drawn[0].tolist()) == {1, 3}


def test_the_generator_decides() -> None:
    assert np.array_equal(draws(seed=3), draws(seed=3))
    assert not np.array_equal(draws(seed=3), draws(seed=4))


def test_a_user_with_every_item_is_refused() -> None:
    with pytest.raises(Unsupported, match="1 users have every item"):
        UniformNegatives(interactions([(0, 0), (0, 1), (1, 0)], 2, 2))
