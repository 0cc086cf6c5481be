"""GPT-type models: states of the tokens of a text."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers
from torch import Tensor

from bench.models.transformer import transformer


class Generator:
    """A GPT-type model; the vector of a text is the mean of its last hidden states."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.tokenizer, self.model, self.limit = transformer(folder, transformers.AutoModel, device)

    def __call__(self, tokens: Tensor, real: Tensor) -> Tensor:
        """The mean over the tokens."""
        states: Tensor = self.model(input_ids=tokens, attention_mask=real.long(), use_cache=False).last_hidden_state
        weights = real[..., None].to(states.dtype)  # (b, l, 1)
        return (states * weights).sum(dim=1) / weights.sum(dim=1)
