"""What holds for every neural model on a GPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from neural_data import board
from test_every_network import NAMES, described, rated, scores

from algorithms.neural.isolation import mixed_precision
from bench.registry import create

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU that torch can use"),
]


def test_products_are_computed_in_bfloat16() -> None:
    x = torch.ones(2, 2, device="cuda")
    with mixed_precision(x.device):
        assert (x @ x).dtype == torch.bfloat16


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_there_and_answers_alike_on_a_cpu(name: str, tmp_path: Path) -> None:
    first, second = (rated(part) for part in board())
    there = create(name, epochs=4, batch_size=32, device="cuda")
    there.fit(described(first, second))
    assert {weight.device.type for weight in there.network.parameters()} == {"cuda"}  # type: ignore[attr-defined]
    there.save(tmp_path)
    here = type(there).load(tmp_path)
    here.network.cpu()  # type: ignore[attr-defined]
    wanted = scores(here, first)
    spread = np.nanmax(wanted) - np.nanmin(wanted)
    np.testing.assert_allclose(scores(there, first), wanted, atol=0.05 * spread)  # products of 8 bits against 24
