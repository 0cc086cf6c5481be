"""Language models read texts: in batches of about the same length, cut to what a model can take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from algorithms.neural.isolation import random_numbers
from algorithms.neural.sequence.rectangles import buckets
from bench.models.transformer import reading
from bench.types import Floats, Longs

M = TypeVar("M")
_BATCH = 2048  # tokens that are read at a time
_CHARACTERS = 16  # of a text for each token that a model takes; what stands behind them is not even looked at


class Reader(Protocol):
    """A loaded model."""

    tokenizer: Any
    limit: int  # tokens that it takes

    def __call__(self, tokens: Tensor, real: Tensor) -> Tensor:
        """(b, d) vectors of texts of tokens (b, l), `real` (b, l) where they are no padding."""


def opened(make: Callable[[Path, torch.device], M], folder: Path, device: torch.device) -> M:
    """The model of a folder, on the device, read without a trace in anybody's random numbers. Raises as `reading`."""
    with random_numbers(device, 0), reading(folder):
        return make(folder, device)


def encoded(tokenizer: Any, texts: list[str], most: int, special: bool = True) -> list[list[int]]:
    """The tokens of each text, at most `most`; what looks like a token of control in a text is read as text."""
    cut = [text[: _CHARACTERS * most] for text in texts]
    options = {"add_special_tokens": special, "truncation": True, "max_length": most, "split_special_tokens": True}
    found: list[list[int]] = tokenizer(cut, **options)["input_ids"] if cut else []
    return found


def read(reader: Reader, texts: list[str], most: int, device: torch.device) -> Iterator[tuple[Longs, Floats]]:
    """(which texts, their vectors (b, d) float32) batch by batch, short texts first; at most `most` tokens of each.

    A text without a token has a vector of NaN.
    """
    tokens = encoded(reader.tokenizer, texts, min(most, reader.limit))
    lengths = np.array([len(own) for own in tokens], np.int64)
    order = np.argsort(lengths, kind="stable")
    for bucket in buckets(np.maximum(lengths[order], 1), _BATCH):
        rows = order[bucket]
        ids, real = padded([tokens[row] for row in rows], device)
        with torch.inference_mode():
            yield rows, reader(ids, real).float().cpu().numpy()


def padded(tokens: list[list[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Tokens (b, l) with zeros behind, and where they are real (b, l)."""
    lengths = torch.tensor([len(own) for own in tokens])
    ids = torch.zeros(len(tokens), max(1, int(lengths.max())), dtype=torch.long)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = torch.tensor(own, dtype=torch.long)
    return ids.to(device), (torch.arange(ids.shape[1]) < lengths[:, None]).to(device)
