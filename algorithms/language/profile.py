"""What the models over vectors of texts have in common: a user is the mean of the items in the history."""

from __future__ import annotations

from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.language.vectors import VectorParams, content, item_vectors, needs
from algorithms.language.words import Words
from algorithms.reasons import strongest
from bench import persistence
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import choice, number
from bench.types import Floats, Query, Reason, Training


class ProfileParams(VectorParams):
    """How a history becomes one vector; defaults were chosen on the validation part of `movielens-small`."""

    half_life: float = number(5, low=0.01, high=1_000_000, search=(1, 200), log=True)
    """After how many later items one of the history counts half; not read where the order means nothing."""
    centred: bool = choice(True)
    """Whether the mean of the catalogue, which says what all texts have in common, is taken off all vectors."""


P = TypeVar("P", bound=ProfileParams)


class TextProfileModel(Algorithm[P]):
    """s(u, j) = cos(p_u, v_j) with p_u = Σ_i w_ui v_i / Σ_i w_ui over the history of u, w_ui = 2^(−a_ui / half_life),

    v_i the vector of the text of item i less the mean of all (Mu and Viswanath 2018, "All-but-the-top: simple and
    effective postprocessing for word representations", step 1), of length 1, and a_ui how many items came after i in
    the history. Where the history has no order, all weights are 1. Nothing is learnt from interactions: new users and
    items are as good as others. An item without a text is "cannot score" (NaN) and adds nothing to a profile; somebody
    without history, or with such items only, gets 0 for all other items. Words are asked as a history of one item with
    that text would be, unless the vectors are given.
    """

    family = "language"
    Params = ProfileParams
    needs = Needs.ITEM_TEXT
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS | Can.ANSWER_TEXT

    @classmethod
    def abilities(cls, params: P) -> tuple[Needs, Can]:
        """Vectors that are given stand for texts, and say nothing of how one is read."""
        return needs(cls.needs, params), cls.can & ~Can.ANSWER_TEXT if params.vectors else cls.can

    @classmethod
    def content(cls, params: P) -> dict[str, str]:
        """Of the model, or of the vectors that are given."""
        return content(params)

    def fit(self, train: Training) -> None:
        """Read the texts of the whole catalogue; raises as `item_vectors` does."""
        vectors = item_vectors(train.items, self.params, self.device, self.threads)
        self.described = np.asarray(np.isfinite(vectors).all(axis=1))  # (n_items,)
        self.ordered = train.interactions.ordered
        known = vectors[self.described]
        self.centre = known.mean(axis=0) if self.params.centred else np.zeros(vectors.shape[1], np.float32)
        self.vectors = np.zeros_like(vectors)
        self.vectors[self.described] = _unit(known - self.centre)
        self.model = self.content(self.params).get("model", "")  # SHA-256 of what reads words
        self.words: Words | None = None  # opened when the first ones come

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        profiles = np.asarray(self._weights(query) @ self.vectors)  # (b, d)
        lengths = np.linalg.norm(profiles, axis=1, keepdims=True)
        scores = (profiles / np.where(lengths > 0, lengths, 1)) @ self.vectors.T
        scores[:, ~self.described] = np.nan
        return np.asarray(scores)

    def ask(self, text: str) -> Floats:
        """(n_items,) float32: cos(v, v_j), v being what the model makes of the text, less the mean of the items.

        Raises as `Words.vector` does, and Unsupported where the vectors were given.
        """
        if self.params.vectors:
            raise Unsupported(f"{self.name} took its vectors from a file, and cannot read words")
        if self.words is None:
            self.words = Words(self.params, self.device, self.threads)
        scores = self.vectors @ _unit(self.words.vector(text, self.model)[None] - self.centre)[0]
        scores[~self.described] = np.nan
        return np.asarray(scores)

    def save(self, folder: Path) -> None:
        """All but the language model, which stays where it is."""
        persistence.save({name: value for name, value in vars(self).items() if name != "words"}, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The algorithm that `save` wrote; it needs the language model for words only."""
        loaded = super().load(folder)
        loaded.words = None
        return loaded

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`: w_ui·v_iᵀv_j / |Σ_i w_ui v_i|."""
        if not self.described[item]:
            return []
        weights = self._weights(query.slice(0, 1))  # (1, n_items)
        history, shares = weights.indices, weights.data
        length = float(np.linalg.norm(shares @ self.vectors[history]))
        added = shares * (self.vectors[history] @ self.vectors[item]) / (length or 1)
        return strongest(history, added, n)

    def _weights(self, query: Query) -> csr_matrix:
        """w (b, n_items); an item that came several times has the sum."""
        ends = np.repeat(query.offsets[1:], np.diff(query.offsets))
        ages = ends - 1 - np.arange(len(query.items))
        values = 2.0 ** (-ages / self.params.half_life) if self.ordered else np.ones(len(query.items))
        known = self.described[query.items]
        parts = (np.where(known, values, 0).astype(np.float32), query.items, query.offsets)
        weights = csr_matrix(parts, (len(query), query.n_items), copy=True)  # the query's own arrays are read-only
        weights.sum_duplicates()
        return weights


def _unit(vectors: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1))
