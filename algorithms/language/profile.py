"""What the models over vectors of texts have in common: a user is the mean of the items in the history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from scipy.sparse import csr_matrix

from algorithms.language.reviews import Reviews, mean_review
from algorithms.language.texts import rendered
from algorithms.language.vectors import VectorParams, content, item_vectors, needs
from algorithms.language.words import Words
from algorithms.reasons import strongest
from algorithms.unit_rows import unit
from bench import persistence
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import choice, number
from bench.types import Floats, Interactions, Ints, Query, Reason, Side, Texts, Training


class ProfileParams(VectorParams):
    """How a history becomes one vector; defaults were chosen on the validation part of `movielens-small`."""

    half_life: float = number(5, low=0.01, high=1_000_000, search=(1, 200), log=True)
    """After how many later items one of the history counts half; not read where the order means nothing."""
    centred: bool = choice(True)
    """Whether the mean of the catalogue, which says what all texts have in common, is taken off all vectors."""
    own_reviews: float = number(0, low=0, high=1)
    """How much of an item in a history is what the user wrote of it, if anything; the rest is its text."""
    item_reviews: bool = choice(False, tune=False)
    """Whether an item without a text is what people wrote of it in the training part."""

    @field_validator("own_reviews", "item_reviews")
    @classmethod
    def _readable(cls, value: float, info: ValidationInfo) -> float:
        if value and info.data.get("vectors"):
            raise PydanticCustomError("reviews", "expected nothing beside `vectors`, which no review is read by")
        return value


P = TypeVar("P", bound=ProfileParams)


class TextProfileModel(Algorithm[P]):
    """s(u, j) = cos(p_u, v_j) with p_u = Σ_i w_ui ((1 − λ_ui) v_i + λ_ui t_ui) / Σ_i w_ui over the history of u,

    w_ui = 2^(−a_ui / half_life), v_i the vector of the text of item i less the mean of all (Mu and Viswanath 2018,
    "All-but-the-top: simple and effective postprocessing for word representations", step 1), of length 1, and a_ui how
    many items came after i in the history. Where the history has no order, all weights are 1. t_ui is the vector of
    what u wrote of i less the mean of all reviews of training, of length 1, and λ_ui is `own_reviews`, or 0 where u
    wrote nothing.

    Nothing is learnt from interactions: new users and items are as good as others. An item without a text is "cannot
    score" (NaN) and adds nothing to a profile but what the user wrote of it; with `item_reviews` it has v_i = Σ_u t_ui
    of training at length 1, and is as good as others once somebody wrote of it. Somebody without history, or with
    nothing of all this in it, gets 0 for all items that have a score. Words are asked as a history of one item with
    that text would be, unless the vectors are given.
    """

    family = "language"
    Params = ProfileParams
    needs = Needs.ITEM_TEXT
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS | Can.ANSWER_TEXT

    @classmethod
    def abilities(cls, params: P) -> tuple[Needs, Can]:
        """Vectors that are given, or reviews, may stand for texts; vectors say nothing of how words are read."""
        needed, can = needs(cls.needs, params), cls.can & ~Can.ANSWER_TEXT if params.vectors else cls.can
        if params.own_reviews:
            needed |= Needs.REVIEWS
        if params.item_reviews:
            needed, can = Needs.REVIEWS, can & ~Can.SCORE_NEW_ITEMS
        return needed, can

    @classmethod
    def content(cls, params: P) -> dict[str, str]:
        """Of the model, or of the vectors that are given."""
        return content(params)

    def fit(self, train: Training) -> None:
        """Read the texts of the whole catalogue, and reviews where they count.

        Raises as `item_vectors` and `mean_review` do, and Unsupported where reviews count and there are none.
        """
        data = train.interactions
        self.ordered = data.ordered
        self.model = self.content(self.params).get("model", "")  # SHA-256 of what reads words
        self.words: Words | None = None  # opened when the first ones come
        self.reviews: Reviews | None = None  # the same
        self.usual_review = self._usual_review(data)  # (d,)
        vectors = self._read(train.items)
        self.described = np.asarray(np.isfinite(vectors).all(axis=1))  # (n_items,)
        known = vectors[self.described]
        usual = known.mean(axis=0) if len(known) else self.usual_review
        self.centre = usual if self.params.centred else np.zeros_like(usual)
        self.vectors = np.zeros_like(vectors)
        self.vectors[self.described] = unit(known - self.centre)
        if self.params.item_reviews and data.reviews is not None:
            self._describe(data.items, data.reviews)

    def _usual_review(self, data: Interactions) -> Floats:
        if not (self.params.own_reviews or self.params.item_reviews):
            return np.zeros(0, np.float32)
        if data.reviews is None:
            raise Unsupported(f"{self.name}: reviews are to count, and the data set has none")
        mean = mean_review(data.reviews, self.params, self.device, self.threads)
        return mean if self.params.centred else np.zeros_like(mean)

    def _read(self, items: Side) -> Floats:
        """(n_items, d); NaN for an item without a text."""
        if self.params.item_reviews and not any(rendered(items, self.params.template)):
            return np.full((len(items), len(self.usual_review)), np.nan, np.float32)
        return item_vectors(items, self.params, self.device, self.threads)

    def _describe(self, items: Ints, reviews: Texts) -> None:
        """Give items without a text what people wrote of them (n,)."""
        rows, written = self._written(reviews)
        counts = csr_matrix((np.ones(len(rows), np.float32), (items, rows)), (len(self.vectors), len(written)))
        sums = np.asarray(counts @ written)
        new = ~self.described & sums.any(axis=1)
        self.vectors[new] = unit(sums[new])
        self.described |= new

    def _written(self, reviews: Texts) -> tuple[Ints, Floats]:
        """The row (h,) of each review, 0 for none, in t (m, d)."""
        if self.reviews is None:
            self.reviews = Reviews(self.params, self.device, self.threads, self.usual_review, self.model)
        rows = self.reviews.rows(reviews)
        return rows, self.reviews.vectors

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        profiles = np.zeros((len(query), self.vectors.shape[1]), np.float32)
        for weights, rows, vectors in self._summands(query):
            profiles += csr_matrix((weights, rows, query.offsets), (len(query), len(vectors))) @ vectors
        scores = unit(profiles) @ self.vectors.T
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
        scores = self.vectors @ unit(self.words.vector(text, self.model)[None] - self.centre)[0]
        scores[~self.described] = np.nan
        return np.asarray(scores)

    def save(self, folder: Path) -> None:
        """All but the language model, which stays where it is."""
        persistence.save(
            {name: value for name, value in vars(self).items() if name not in ("words", "reviews")}, folder
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The algorithm that `save` wrote; it needs the language model for words and reviews only."""
        loaded = super().load(folder)
        loaded.words = loaded.reviews = None
        return loaded

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`, each with what the user wrote of it:

        w_ui ((1 − λ_ui) v_i + λ_ui t_ui)ᵀ v_j / |Σ_i w_ui ((1 − λ_ui) v_i + λ_ui t_ui)|; an item that came several
        times has the sum.
        """
        if not self.described[item]:
            return []
        asked = query.slice(0, 1)
        profile, added = np.zeros(self.vectors.shape[1], np.float32), np.zeros(len(asked.items), np.float32)
        for weights, rows, vectors in self._summands(asked):
            profile += weights @ vectors[rows]
            added += weights * (vectors[rows] @ self.vectors[item])
        history, places = np.unique(asked.items, return_inverse=True)
        length = float(np.linalg.norm(profile))
        return strongest(history, np.bincount(places, added, len(history)) / (length or 1), n)

    def _summands(self, query: Query) -> Iterator[tuple[Floats, Ints, Floats]]:
        """Of which the profiles are the sums: weights (h,), and of which rows (h,) of which vectors (·, d)."""
        ends = np.repeat(query.offsets[1:], np.diff(query.offsets))
        ages = ends - 1 - np.arange(len(query.items))
        recent = 2.0 ** (-ages / self.params.half_life) if self.ordered else np.ones(len(query.items))
        share = np.zeros(len(query.items))
        if self.params.own_reviews and query.reviews is not None:
            rows, written = self._written(query.reviews)
            share = np.where(rows > 0, self.params.own_reviews, 0)
            yield (recent * share).astype(np.float32), rows, written
        yield (recent * (1 - share)).astype(np.float32), query.items, self.vectors
