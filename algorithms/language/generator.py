"""GPT-type models: states of the tokens of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor

_USUAL = 512  # tokens, where a model does not say how many it takes


class Generator:
    """A GPT-type model; the vector of a text is the mean of its last hidden states."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        how: dict[str, Any] = {"local_files_only": True}
        self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(folder), **how)
        model: Any = transformers.AutoModel.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True, **how
        )
        self.model = model.to(device).eval()
        self.limit = getattr(model.config, "max_position_embeddings", _USUAL)

    def __call__(self, tokens: Tensor, real: Tensor) -> Tensor:
        """The mean over the tokens."""
        states: Tensor = self.model(input_ids=tokens, attention_mask=real.long(), use_cache=False).last_hidden_state
        weights = real[..., None].to(states.dtype)  # (b, l, 1)
        return (states * weights).sum(dim=1) / weights.sum(dim=1)
