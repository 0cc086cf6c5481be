"""Item k-NN: recommends what resembles the items of the history."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.centring import centred, usual_ratings
from algorithms.neighbours.params import NeighbourParams
from algorithms.neighbours.similarity import Comparison, Vectors, binary_matrix, product, rating_matrix, row_means
from algorithms.neighbours.weighting import document_factors, mean_length, term_factors
from algorithms.reasons import strongest
from bench.algorithm import Algorithm, Can
from bench.errors import Unsupported
from bench.params import choice
from bench.types import Floats, Ints, Longs, Query, Reason, Training


class ItemKNNParams(NeighbourParams):
    """Neighbours, and whose they are."""

    neighbours_of: Literal["history", "candidate"] = choice("history")
    """Whether each item of the history votes for its own nearest items, or each candidate asks its own nearest ones."""


class ItemKNN(Algorithm[ItemKNNParams]):
    """s(u, j) = Σ_{i ∈ history of u} sim(i, j)·[j ∈ N(i)]   with neighbours_of = "history",

    Deshpande and Karypis (2004), "Item-based top-N recommendation algorithms", with binary histories. N(i)
    are the `neighbours` items j with the largest sim(i, j). With neighbours_of = "candidate" the condition is
    i ∈ N(j), the items i with the largest sim(i, j), as Ferrari Dacrema et al. (2021), "A troubling analysis of
    reproducibility and progress in recommender systems research", have it; rare items then reach higher places. An item
    is the vector of its users: 1 (weighted by `weighting`, items being the documents) where the similarity compares who
    has what, else the rating.

    Ratings are predicted from deviations from the items' means, Sarwar et al. (2001), "Item-based collaborative
    filtering", section 3.2.1, on centred ratings:

        r̂_uj = r̄_j + Σ_i sim(i, j)·(r_ui − r̄_i) / Σ_i sim(i, j)

    over the `neighbours` items i of the history with the largest sim(i, j); r̄_j where none is similar; NaN for an item
    without ratings in training. Items without interactions, and all items for a user without a history, score 0.
    """

    name = "item-knn"
    family = "neighbours"
    compiles = True
    paper = "deshpande2004"
    Params = ItemKNNParams
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Find the neighbours of every item. Raises Unsupported when ratings are needed and missing."""
        rated = train.interactions.ratings is not None
        self.params.check(rated)
        self.matrix = self._matrix(train)
        self.item_factors = document_factors(self.matrix, self.params.weighting, mean_length(self.matrix))
        self.user_factors = term_factors(self.matrix, self.params.weighting)
        everything = np.arange(train.interactions.n_items, dtype=np.int32)
        of_candidates = self.params.neighbours_of == "candidate"
        similarities = self._compared(everything, turned=of_candidates).neighbours()
        self.similarities = similarities.T.tocsr() if of_candidates else similarities
        self.means = row_means(rating_matrix(train.interactions).T.tocsr()) if rated else np.empty(0)

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities to the items of the history."""
        return product(self._votes(query), self.similarities, self.threads)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) ratings. Raises Unsupported on data without ratings."""
        if len(self.means) == 0 or query.ratings is None:
            raise Unsupported(f"{self.name} predicts ratings only where the data set has them")
        histories = rating_matrix(query)
        histories.data -= self.means[histories.indices]
        histories.data[np.isnan(histories.data)] = 0  # an item that training does not know is similar to none
        asked, places = np.unique(items, return_inverse=True)
        compared, votes = self._compared(asked, turned=True), self._votes(query).data
        return np.asarray(self.means[items] + compared.deviations(places, histories, rows, votes))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`."""
        votes = self._votes(query.slice(0, 1))
        history = votes.indices
        weights = votes.data * self.similarities[history, item].toarray().ravel()
        return strongest(history, weights, n)

    def _votes(self, query: Query) -> csr_matrix:
        """(b, n_items) how much each item of a history counts, columns ascending."""
        return binary_matrix(query)

    def _matrix(self, train: Training) -> csr_matrix:
        """(n_items, n_users) ones, or ratings less what is usual, as the similarity wants it."""
        if not self.params.of_ratings:
            return binary_matrix(train.interactions).T.tocsr()
        similarity = self.params.similarity
        usual = usual_ratings(train, similarity, "items")
        return centred(train.interactions, usual, similarity, "items").T.tocsr()

    def _compared(self, items: Ints, *, turned: bool) -> Comparison:
        every = Vectors(self.matrix, self.item_factors, self.user_factors)
        inverted, left = self.matrix.T.tocsr(), every.take(items)
        return Comparison(left, inverted, every.squares, every.rows, items, self.params, self.threads, turned)
