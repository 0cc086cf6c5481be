"""Vectors of what people wrote of items, read by the model that reads the texts of the items."""

from __future__ import annotations

import numpy as np

from algorithms.language.texts import clean
from algorithms.language.vectors import VectorParams, text_vectors, unchanged
from algorithms.unit_rows import unit
from bench.errors import Unsupported
from bench.types import Floats, Ints, Texts


class Reviews:
    """t = v − m at length 1, v what the model makes of a review, m the mean of those of training (0: not centred).

    Each different text is read once. One without a token, such as the empty one, is no review; its t is 0.
    """

    def __init__(self, params: VectorParams, device: str, threads: int, mean: Floats, model: str) -> None:
        """`model` is the SHA-256 of the one that read the items."""
        self._params, self._facts, self._model = params, (device, threads), model
        self._mean = mean
        self._row = {"": 0}
        self.vectors: Floats = np.zeros((1, len(mean)), np.float32)  # t (m, d) of the texts met so far; the first is 0

    def rows(self, texts: Texts) -> Ints:
        """(h,) the row of each text in `vectors`, 0 for none. Raises as `unchanged` and `text_vectors` do."""
        cleaned = [clean(text) for text in texts.tolist()]
        if new := sorted(set(cleaned) - self._row.keys()):
            unchanged(self._params, self._model)
            self._add(new, text_vectors(new, self._params, *self._facts))
        return np.fromiter(map(self._row.__getitem__, cleaned), np.int32, len(cleaned))

    def _add(self, texts: list[str], found: Floats) -> None:
        known = np.isfinite(found).all(axis=1)
        places = np.where(known, len(self.vectors) + np.cumsum(known) - 1, 0)
        self._row |= dict(zip(texts, places.tolist(), strict=True))
        self.vectors = np.concatenate([self.vectors, unit(found[known] - self._mean)])


def mean_review(texts: Texts, params: VectorParams, device: str, threads: int) -> Floats:
    """(d,) the mean over the different texts. Raises as `text_vectors` does, and Unsupported where all are empty."""
    distinct = sorted({clean(text) for text in texts.tolist()} - {""})
    found = text_vectors(distinct, params, device, threads)
    known = found[np.isfinite(found).all(axis=1)]
    if not len(known):
        raise Unsupported("nobody wrote anything of an item in the training part")
    return np.asarray(known.mean(axis=0))
