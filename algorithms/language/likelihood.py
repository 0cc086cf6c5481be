"""How likely a GPT-type model finds it that a text goes on in a certain way."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor

from algorithms.language.reading import encoded, padded
from bench.models.transformer import transformer
from bench.types import Floats


class Likelihood:
    """Mean log-likelihoods of the tokens of continuations, in nats."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.tokenizer, self.model, self.limit = transformer(folder, transformers.AutoModelForCausalLM, device)
        self.device = device
        known = inspect.signature(self.model.forward).parameters
        self.memory = "cache" if "cache" in known else "past_key_values"  # as this version of transformers calls it

    def tokens(self, text: str, most: int) -> list[int]:
        """The first `most` tokens of a text."""
        return encoded(self.tokenizer, [text], most, special=False)[0]

    @torch.inference_mode()
    def __call__(self, prompt: list[int], continuations: list[list[int]]) -> Floats:
        """(c,) float64 of the mean over t of ln p(token t | prompt, tokens before t) of each continuation.

        The prompt is read once; continuations do not see each other. Each has at least one token, and so has the
        prompt.
        """
        ids, real = padded(continuations, self.device)  # (c, l)
        count, length = ids.shape
        begin = torch.tensor([prompt], device=self.device)
        read: Any = self.model(input_ids=begin, use_cache=True, logits_to_keep=1)
        logits: Tensor = read.logits.expand(count, 1, -1)  # (c, 1, vocabulary)
        if length > 1:
            read.past_key_values.batch_repeat_interleave(count)
            seen = torch.cat([real.new_ones(count, len(prompt)), real[:, :-1]], dim=1).long()
            so_far = {self.memory: read.past_key_values}
            went_on: Any = self.model(input_ids=ids[:, :-1], attention_mask=seen, use_cache=True, **so_far)
            logits = torch.cat([logits, went_on.logits], dim=1)  # (c, l, vocabulary)
        chosen = logits.gather(2, ids[..., None])[..., 0] - logits.logsumexp(dim=2)  # (c, l)
        sums = (chosen.double() * real).sum(dim=1) / real.sum(dim=1)
        return np.asarray(sums.cpu().numpy())
