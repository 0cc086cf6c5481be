"""Torch's global state is the same before and after."""

from __future__ import annotations

import pytest
import torch

from algorithms.neural.isolation import find_device, random_numbers, thread_limit
from bench.errors import Unsupported

CPU = torch.device("cpu")


def test_random_numbers_depend_on_the_seed_alone_and_leave_no_trace() -> None:
    before = torch.get_rng_state()
    drawn = []
    for seed in ((1, 2), (1, 2), (1, 3)):
        with random_numbers(CPU, *seed) as generator:
            drawn.append(torch.cat([torch.rand(4), torch.rand(4, generator=generator)]))
        torch.rand(1)  # whoever else draws changes nothing inside
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0][:4], drawn[0][4:])  # two streams, not one twice
    torch.set_rng_state(before)
    with random_numbers(CPU, 5):
        torch.rand(9)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_number_of_threads_comes_back_even_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(KeyError), thread_limit(before + 1):
        assert torch.get_num_threads() == before + 1
        raise KeyError
    assert torch.get_num_threads() == before


def test_a_missing_gpu_is_refused_and_auto_does_without() -> None:
    if torch.cuda.is_available():
        assert find_device("auto").type == "cuda"
        return
    assert find_device("auto") == find_device("cpu") == CPU
    with pytest.raises(Unsupported, match="no GPU"):
        find_device("cuda")
