"""Item k-NN: recommends what resembles the items of the history."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.params import NeighbourParams
from algorithms.neighbours.similarity import Comparison, Vectors, binary_matrix, product, rating_matrix, row_means
from algorithms.neighbours.weighting import document_factors, mean_length, term_factors
from bench.algorithm import Algorithm, Can
from bench.errors import Unsupported
from bench.params import choice
from bench.types import Floats, Interactions, Ints, Longs, Query, Reason, Training


class ItemKNNParams(NeighbourParams):
    """Neighbours, and whose they are."""

    neighbours_of: Literal["history", "candidate"] = choice("history")
    """Whether each item of the history votes for its own nearest items, or each candidate asks its own nearest ones."""


class ItemKNN(Algorithm[ItemKNNParams]):
    """s(u, j) = Σ_{i ∈ history of u} sim(i, j)·[j ∈ N(i)]   with neighbours_of = "history",

    Deshpande and Karypis (2004), "Item-based top-N recommendation algorithms", with binary histories. N(i)
    are the `neighbours` items that are most similar to item i. With neighbours_of = "candidate" the condition is
    i ∈ N(j), as Ferrari Dacrema et al. (2021), "A troubling analysis of reproducibility and progress in recommender
    systems research", have it; rare items then reach higher places. An item is the vector of its users: 1 (weighted by
    `weighting`, items being the documents) for the cosine, the rating for the other similarities.

    Ratings are predicted from deviations from the items' means, Sarwar et al. (2001), "Item-based collaborative
    filtering", section 3.2.1, on centred ratings:

        r̂_uj = r̄_j + Σ_i sim(i, j)·(r_ui − r̄_i) / Σ_i sim(i, j)

    over the `neighbours` items i of the history that are most similar to j; r̄_j where there is none; NaN for an item
    without ratings in training.
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
        self.matrix = self._matrix(train.interactions)
        self.item_factors = document_factors(self.matrix, self.params.weighting, mean_length(self.matrix))
        self.user_factors = term_factors(self.matrix, self.params.weighting)
        everything = np.arange(train.interactions.n_items, dtype=np.int32)
        similarities = self._compared(everything).neighbours()
        self.similarities = similarities if self.params.neighbours_of == "history" else similarities.T.tocsr()
        self.means = row_means(rating_matrix(train.interactions).T.tocsr()) if rated else np.empty(0)

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities to the items of the history."""
        return product(binary_matrix(query), self.similarities, self.threads)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) ratings. Raises Unsupported on data without ratings."""
        if len(self.means) == 0 or query.ratings is None:
            raise Unsupported("item-knn predicts ratings only where the data set has them")
        histories = rating_matrix(query)
        histories.data -= self.means[histories.indices]
        histories.data[np.isnan(histories.data)] = 0  # an item that training does not know is similar to none
        asked, places = np.unique(items, return_inverse=True)
        return np.asarray(self.means[items] + self._compared(asked).deviations(places, histories, rows))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        weights = self.similarities[history, item].toarray().ravel()
        order = np.argsort(-weights, kind="stable")[:n]
        return [Reason(int(history[place]), float(weights[place])) for place in order if weights[place] > 0]

    def _matrix(self, interactions: Interactions) -> csr_matrix:
        """(n_items, n_users) ones for the cosine, else ratings."""
        cosine = self.params.similarity == "cosine"
        return (binary_matrix(interactions) if cosine else rating_matrix(interactions)).T.tocsr()

    def _compared(self, items: Ints) -> Comparison:
        every = Vectors(self.matrix, self.item_factors, self.user_factors)
        inverted = self.matrix.T.tocsr()
        return Comparison(every.take(items), inverted, every.norms, every.rows, items, self.params, self.threads)
