"""The size of networks that attend to places of a history."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from algorithms.neural.sequence.model import SequenceParams
from bench.params import number


class AttentionParams(SequenceParams):
    """Layers and heads."""

    blocks: int = number(2, low=1, high=24, search=(1, 4))
    """Layers of attention."""
    heads: int = number(1, low=1, high=64)
    """Into how many parts attention divides the d numbers of a place."""

    @field_validator("heads")
    @classmethod
    def _divides(cls, heads: int, info: ValidationInfo) -> int:
        factors = info.data.get("factors", heads)
        if factors % heads:
            raise ValueError(f"heads divides factors ({factors})")
        return heads
