"""Torch without side effects: own random numbers, own number of threads, and a device that exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch

from bench.errors import Unsupported


def find_device(name: str) -> torch.device:
    """The device called "cpu", "cuda" or "auto" (a GPU if there is one). Raises Unsupported where it is missing."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise Unsupported(f"device {name!r}: no GPU that torch can use; choose 'cpu' or 'auto'")
    return torch.device(name)


def mixed_precision(device: torch.device) -> AbstractContextManager[Any]:
    """On a GPU products are computed in bfloat16, which has the range of float32: losses need no scaling."""
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()


@contextmanager
def thread_limit(threads: int) -> Iterator[None]:
    """Torch computes with `threads` threads inside and with as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def random_numbers(device: torch.device, *seed: int) -> Iterator[torch.Generator]:
    """Random numbers that depend on `seed` alone; the process's own generators are left as they were.

    Layers (initial weights, dropout) draw from torch's default generators, which are seeded inside; whoever can takes
    the generator that is handed out, which has a stream of its own.
    """
    layers, own = (int(word) for word in np.random.SeedSequence(seed).generate_state(2))
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(layers)
        if device.type == "cuda":
            torch.cuda.manual_seed(layers)
        yield torch.Generator(device).manual_seed(own)
