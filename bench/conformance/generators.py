"""The random number generators that a whole process shares."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def states() -> dict[str, bytes]:
    """The state of each of them, as bytes to compare."""
    numpy: Any = np.random.get_state(legacy=True)
    found = {"random": repr(random.getstate()).encode(), "numpy.random": numpy[1].tobytes() + repr(numpy[2:]).encode()}
    if torch := sys.modules.get("torch"):
        found["torch"] = torch.get_rng_state().numpy().tobytes()
    return found


@contextmanager
def moved_on() -> Iterator[None]:
    """Inside, each has drawn one number more, so that whoever seeds it again is noticed; afterwards all is undone."""
    python, numpy, torch = random.getstate(), np.random.get_state(), sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch else None
    random.random()
    np.random.random_sample()
    if torch:
        torch.rand(1)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if torch:
            torch.set_rng_state(torch_state)
