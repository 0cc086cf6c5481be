"""What somebody asks for in words, read as the texts of the items were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from algorithms.language.vectors import VectorParams, reader
from algorithms.neural.isolation import find_device, thread_limit
from bench.errors import Unsupported
from bench.models.folders import folder_of, identity
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

        Raises as `folder_of` and `opened` do, and Unsupported where the SHA-256 of the folder is no longer `model`.
        """
        from algorithms.language.reading import read

        if self._reader is None:
            folder = folder_of(self.params.model, self.params.kind)
            if identity(folder) != model:
                raise Unsupported(f"model {self.params.model!r} is another one than that which read the items")
            self._reader = reader(self.params.kind, folder, self.on)
        with thread_limit(self.threads):
            ((_, vectors),) = read(self._reader, [text], self.params.max_tokens, self.on)
        return np.asarray(vectors[0])
