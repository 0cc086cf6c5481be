"""What somebody asks for in words, read as the texts of the items were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from algorithms.language.vectors import VectorParams, reader, unchanged
from algorithms.neural.isolation import find_device, thread_limit
from bench.types import Floats

if TYPE_CHECKING:
    from algorithms.language.reading import Reader


class Words:
    """The model that read the items, loaded when the first words come. Nothing of what is asked is kept."""

    def __init__(self, params: VectorParams, device: str, threads: int) -> None:
        self.params, self.on, self.threads = params, find_device(device), threads
        self._reader: Reader | None = None

    def vector(self, text: str, model: str) -> Floats:
        """(d,) float32 of a text; NaN where it has no token.

        Raises as `unchanged` and `opened` do.
        """
        from algorithms.language.reading import read

        if self._reader is None:
            self._reader = reader(self.params.kind, unchanged(self.params, model), self.on)
        with thread_limit(self.threads):
            ((_, vectors),) = read(self._reader, [text], self.params.max_tokens, self.on)
        return np.asarray(vectors[0])
