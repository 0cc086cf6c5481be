"""Losses over the next item: the blockwise softmax against the plain one, and what is compared with what."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from algorithms.neural import losses
from algorithms.neural.sequence import blockwise
from algorithms.neural.sequence.next_item import NextItemLoss, NextItemParams

PLACES, FACTORS, ITEMS = 37, 8, 23
DRAWN = torch.tensor([4, 20, 7, 0, 13])  # negatives; some of them are targets


@pytest.fixture
def made() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """States, vectors and targets."""
    generator = torch.Generator().manual_seed(0)
    states, vectors = (torch.randn(n, FACTORS, generator=generator, requires_grad=True) for n in (PLACES, ITEMS))
    return states, vectors, torch.randint(ITEMS, (PLACES,), generator=generator)


def by_definition(name: str, states: Any, vectors: Any, targets: Any) -> Any:
    """From all logits at once."""
    logits = states @ vectors.T
    positive, negative = logits[torch.arange(PLACES), targets], logits[:, DRAWN]
    hidden = losses.hide(negative, targets[:, None] == DRAWN)
    share = torch.tensor(len(DRAWN) / (ITEMS - 1))
    return {
        "softmax": lambda: losses.softmax_cross_entropy(logits, targets),
        "sampled-softmax": lambda: losses.sampled_softmax(positive, hidden, torch.log(share)),
        "bce": lambda: losses.mean_bce(positive, hidden),
        "gbce": lambda: losses.generalised_bce(positive, hidden, share.item(), 0.75),
        "bpr-max": lambda: losses.bpr_max(positive, hidden, 1.0),
    }[name]()


@pytest.mark.parametrize("block", [1, 60, 1 << 21])
@pytest.mark.parametrize("name", ["softmax", "sampled-softmax", "bce", "gbce", "bpr-max"])
def test_loss_and_gradients_are_those_of_the_definition(name: Any, block: int, made: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(blockwise, "BLOCK", block)
    states, vectors, targets = made
    found = NextItemLoss(NextItemParams(loss=name), ITEMS)(states, vectors, targets, DRAWN)
    wanted = by_definition(name, states, vectors, targets)
    assert found.item() == pytest.approx(wanted.item(), rel=1e-5)
    for mine, theirs in zip(
        *(torch.autograd.grad(3 * loss, (states, vectors)) for loss in (found, wanted)), strict=True
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


def test_large_logits_do_not_overflow() -> None:
    states, vectors = torch.full((1, 1), 100.0), torch.tensor([[100.0], [-100.0]])
    for target, wanted in ((0, 0.0), (1, 20_000.0)):
        places = torch.tensor([target])
        assert blockwise.blockwise_softmax(states, vectors[places], vectors, places).item() == wanted


def test_no_more_logits_exist_than_a_block_holds(made: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(blockwise, "BLOCK", 4 * ITEMS)
    sizes: list[int] = []
    product = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda a, b: sizes.append((out := product(a, b)).numel()) or out)
    states, vectors, targets = made
    blockwise.blockwise_softmax(states, vectors[targets], vectors, targets)
    assert max(sizes) == 4 * ITEMS
    assert sum(sizes) == PLACES * ITEMS
