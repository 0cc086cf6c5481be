"""A network whose weights are averaged over the last steps of training, and which answers with the average."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

_KEPT = 0.995  # of the average at each step, later on: it reaches back about 200 steps


class Averaged(nn.Module):
    """In training `latest`, whose weights w_t the optimiser moves; otherwise `average`, with the weights

    w̄_t = w̄_{t−1} + (1 − k_t)(w_t − w̄_{t−1}),   k_t = min(_KEPT, (1 + t) / (10 + t)),

    so that the answer does not depend on where the last few steps happened to go. Polyak and Juditsky (1992),
    "Acceleration of stochastic approximation by averaging"; here older steps count exponentially less. A call in
    training takes in the weights that the step before has left.
    """

    steps: Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.latest = network
        self.average = deepcopy(network).requires_grad_(False)
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    @property
    def current(self) -> Any:
        """The network that answers now."""
        return self.latest if self.training else self.average

    def forward(self, *inputs: Any) -> Any:
        """What the network says."""
        if self.training:
            self._take_in()
        return self.current(*inputs)

    @torch.no_grad()
    def _take_in(self) -> None:
        kept = torch.clamp((1 + self.steps) / (10 + self.steps), max=_KEPT)
        for mean, weight in zip(self.average.parameters(), self.latest.parameters(), strict=True):
            mean.lerp_(weight, 1 - kept)
        self.steps += 1
