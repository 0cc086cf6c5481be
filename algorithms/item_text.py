"""The texts of items as inputs of hybrids: the vectors of `text-knn`, or those of a file in their place."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from algorithms.file_name import FileName
from bench import registry
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, choice
from bench.types import Floats, Training

READER = "text-knn"  # a part, so that its code and libraries belong to the result


class ItemTextParams(Params):
    """Whether the texts of items are read, or what stands for them."""

    item_text: bool = choice(False, tune=False)
    """Describe items by the vectors of their texts, besides other features, so that new ones are scored."""
    vectors: FileName = Field(default="")
    """With item_text: a file .npy with a vector for each item, in the order of the catalogue, in the place of texts."""

    @field_validator("vectors")
    @classmethod
    def _only_with_item_text(cls, vectors: str, info: ValidationInfo) -> str:
        if vectors and not info.data.get("item_text", True):
            raise ValueError("vectors describe items only with item_text = true")
        return vectors


T = TypeVar("T", bound=ItemTextParams)


class DescribedByText(Algorithm[T]):
    """An algorithm that describes items by the vectors v_i of their texts where `item_text` is true.

    v_i is that of `text-knn`: what its encoder makes of the text, or a row of the file `vectors`, less the mean of all
    and of length 1; zeros for an item without a text.
    """

    @classmethod
    def abilities(cls, params: T) -> tuple[Needs, Can]:
        """With `item_text`: texts, or the file, in the place of features; and new items are scored."""
        if not params.item_text:
            return cls.needs, cls.can
        texts = Needs.NOTHING if params.vectors else Needs.ITEM_TEXT
        return cls.needs & ~Needs.ITEM_FEATURES | texts, cls.can | Can.SCORE_NEW_ITEMS

    @classmethod
    def parts(cls, params: T) -> list[str]:
        """What reads the texts."""
        return [READER] if params.item_text else []

    @classmethod
    def content(cls, params: T) -> dict[str, str]:
        """Of the language model or the file. Raises as the reader does, and Unsupported without its packages."""
        if not params.item_text:
            return {}
        made = _reader(params)
        return {f"{READER}.{what}": sha for what, sha in type(made).content(made.params).items()}

    def _text_vectors(self, train: Training) -> Floats:
        """v (n_items, d) float32, without `item_text` (n_items, 0). Raises as the reader does."""
        if not self.params.item_text:
            return np.zeros((train.interactions.n_items, 0), np.float32)
        made = _reader(self.params, device=self.device, threads=self.threads)
        made.fit(train)
        found: Floats = vars(made)["vectors"]
        return found


def _reader(params: ItemTextParams, **facts: Any) -> Algorithm[Any]:
    return registry.create(READER, vectors=params.vectors, **facts)
