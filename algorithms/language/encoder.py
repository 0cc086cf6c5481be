"""BERT-type models: one vector for a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from bench.models.transformer import USUAL


class Encoder:
    """A BERT-type model with the pooling that it was trained with, as sentence-transformers knows it."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        how = {"dtype": torch.float32, "use_safetensors": True}
        made: Any = SentenceTransformer
        self.model = made(str(folder), device=str(device), local_files_only=True, model_kwargs=how).eval()
        self.tokenizer, self.limit = self.model.tokenizer, self.model.max_seq_length or USUAL

    def __call__(self, tokens: Tensor, real: Tensor) -> Tensor:
        """As the pooling says."""
        out: Tensor = self.model({"input_ids": tokens, "attention_mask": real.long()})["sentence_embedding"]
        return out
