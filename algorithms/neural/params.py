"""The hyper-parameters that the shared training loop reads."""

from __future__ import annotations

from typing import Literal

from bench.params import Params, choice, number


class NeuralParams(Params):
    """How a network learns; each model chooses defaults of its own."""

    epochs: int = number(100, low=1, high=10_000)
    """Most passes over the data; with a validation part training may end earlier."""
    patience: int = number(5, low=1, high=10_000)
    """Epochs without a better result on the validation part before training ends."""
    batch_size: int = number(1024, low=1, high=1_000_000)
    """Examples per step."""
    learning_rate: float = number(0.001, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length."""
    regularization: float = number(0, low=0, high=100)
    """Weight decay: with AdamW each step shrinks all weights by learning_rate · regularization, with Adam
    regularization · weight is added to the gradient."""
    optimiser: Literal["adamw", "adam"] = choice("adamw", tune=False)
    """Loshchilov and Hutter (2019), algorithm 2: AdamW, or Adam with L2 regularization."""
    warm_up: int = number(0, low=0, high=1_000_000)
    """Steps over which the step length grows linearly to learning_rate."""
