"""BERT4Rec: what is hidden, what is asked, and that a hidden item is never seen."""

from __future__ import annotations

from typing import Any

import torch
from history_cases import N_ITEMS, batches_of, sequences, untrained

DATA = sequences([1, 25, 3, 0, 12, 25])


def model(**params: Any) -> Any:
    return untrained("bert4rec", DATA, max_length=10, **params)


def test_hidden_items_are_the_targets_and_stand_nowhere_in_what_is_read() -> None:
    found = 0
    for batch in batches_of(model(hidden_share=0.4), DATA):
        assert (batch.items[batch.asked] == N_ITEMS).all()
        assert (batch.items[~batch.asked] < N_ITEMS).all()
        for row, (asked, length) in enumerate(zip(batch.asked, batch.lengths.tolist(), strict=True)):
            assert asked[length - 1], "the last item is always asked for"
            assert not asked[length:].any()
            targets = batch.targets[batch.asked[:row].sum() :][: asked.sum()].tolist()
            assert not set(targets) & set(batch.items[row, :length].tolist())  # no history repeats an item
            found += length
    assert found == len(DATA), "each interaction is read once"


def test_a_share_of_the_items_is_hidden() -> None:
    data = sequences([29] * 400)
    batch = batches_of(untrained("bert4rec", data, batch_size=20_000, hidden_share=0.3), data)[0]
    others = batch.asked[:, :-1].float().mean().item()
    assert abs(others - 0.3) < 0.02  # five standard errors of 400 · 28 draws


def test_the_state_of_a_hidden_item_depends_on_both_sides() -> None:
    bert = model()
    items = torch.tensor([[1, 2, N_ITEMS, 4, 5]])
    lengths = torch.tensor([5])
    with torch.inference_mode():
        states = bert.network(items, lengths)
        for place in (0, 1, 3, 4):
            other = items.clone()
            other[0, place] = 9
            assert (bert.network(other, lengths)[0, 2] - states[0, 2]).abs().max() > 1e-3


def test_the_question_is_the_history_with_a_hidden_item_after_it() -> None:
    items = torch.tensor([[1, 2, 3], [4, 0, 0]])
    read, lengths = model()._question(items, torch.tensor([3, 1]))
    assert read.tolist() == [[1, 2, 3, N_ITEMS], [4, N_ITEMS, 0, 0]]
    assert lengths.tolist() == [4, 2]
