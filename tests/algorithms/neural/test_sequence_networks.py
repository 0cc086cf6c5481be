"""The networks of sequence models against their formulas, place by place, in the slow and plain way."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from history_cases import N_ITEMS, sequences, untrained
from torch.nn.functional import gelu, layer_norm, silu

from bench.errors import BadConfig
from bench.registry import create

LENGTH, D = 9, 8


def network_of(name: str, **params: Any) -> Any:
    return untrained(name, sequences([20]), **params).network.current


def read(network: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The network's own states (l, d), and √d·e of each item (l, d)."""
    items = torch.randint(N_ITEMS, (1, LENGTH), generator=torch.Generator().manual_seed(1))
    return network(items, torch.tensor([LENGTH]))[0], network.items.weight[items[0]] * D**0.5


def normed(module: Any, x: torch.Tensor) -> torch.Tensor:
    return layer_norm(x, x.shape[-1:], module.weight, module.bias)


@torch.inference_mode()
def test_hstu() -> None:
    network = network_of("hstu", heads=2, blocks=1)
    found, x = read(network)
    layer = network.layers[0]
    u, v, q, k = silu(layer.divides(normed(layer.before, x))).split(D, dim=1)
    mixed = torch.zeros(LENGTH, D)
    for t in range(LENGTH):
        for s in range(t + 1):
            for head, part in enumerate((slice(0, 4), slice(4, 8))):
                weight = silu(q[t, part] @ k[s, part] + layer.distances[head, t - s])
                mixed[t, part] += weight * v[s, part]
    wanted = normed(network.norm, x + layer.joins(normed(layer.after, mixed) * u))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_narm() -> None:
    network = network_of("narm", hidden=6)
    found, x = read(network)
    h = network.reads(x[None])[0][0]
    wanted = []
    for t in range(LENGTH):
        local = sum(
            network.weighs(torch.sigmoid(network.asks(h[t]) + network.answers(h[j]))) * h[j] for j in range(t + 1)
        )
        wanted.append(network.out(torch.cat([h[t], torch.as_tensor(local)])))
    torch.testing.assert_close(found, torch.stack(wanted), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("width", [2, 3])
@torch.inference_mode()
def test_nextitnet(width: int) -> None:
    network = network_of("nextitnet", width=width, blocks=2)
    found, x = read(network)

    def convolved(module: Any, values: torch.Tensor, distance: int) -> torch.Tensor:
        rows = []
        for t in range(LENGTH):
            places = [t - j * distance for j in range(width)]
            rows.append(module.joins(torch.cat([values[p] if p >= 0 else torch.zeros(D) for p in places])))
        return torch.stack(rows)

    for block, distance in zip(network.blocks, (1, 4), strict=True):
        inner = torch.relu(normed(block.norms[0], convolved(block.first, x, distance)))
        x = x + torch.relu(normed(block.norms[1], convolved(block.second, inner, 2 * distance)))
    torch.testing.assert_close(found, normed(network.norm, x), rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_a_state_of_nextitnet_reaches_as_far_back_as_its_docstring_says() -> None:
    network = network_of("nextitnet", width=3, blocks=2)  # (3 − 1)(4² − 1) = 30 items before its own
    items = torch.randint(N_ITEMS, (1, 40), generator=torch.Generator().manual_seed(1))
    states = network(items, torch.tensor([40]))[0, 39]
    for back, changes in ((30, True), (31, False)):
        other = items.clone()
        other[0, 39 - back] = (items[0, 39 - back] + 1) % N_ITEMS
        assert (not torch.equal(network(other, torch.tensor([40]))[0, 39], states)) == changes


@pytest.mark.parametrize(("name", "causal"), [("sasrec", True), ("bert4rec", False)])
@torch.inference_mode()
def test_transformers(name: str, causal: bool) -> None:
    network = network_of(name, heads=2, blocks=1)
    found, x = read(network)
    x = x + network.places.weight[:LENGTH].flip(0)
    block = network.blocks[0]
    q, k, v = block.asks(normed(block.norms[0], x)).split(D, dim=1)
    mixed = torch.zeros(LENGTH, D)
    for t in range(LENGTH):
        last = t + 1 if causal else LENGTH
        for part in (slice(0, 4), slice(4, 8)):
            mixed[t, part] = torch.softmax(k[:last, part] @ q[t, part] / 4**0.5, dim=0) @ v[:last, part]
    x = x + block.answers(mixed)
    x = x + block.narrows(gelu(block.widens(normed(block.norms[1], x))))
    wanted = normed(network.norm, x)
    if not causal:
        wanted = normed(network.last_norm, gelu(network.projects(wanted)))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["sasrec", "bert4rec", "hstu"])
def test_heads_that_do_not_divide_the_vectors_are_refused(name: str) -> None:
    with pytest.raises(BadConfig, match=r"'heads': value error, heads divides factors \(64\), not 3"):
        create(name, heads=3)
