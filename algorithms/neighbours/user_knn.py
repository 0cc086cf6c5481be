"""User k-NN: recommends what people with a similar history have."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix, vstack

from algorithms.neighbours.centring import centred, usual_ratings
from algorithms.neighbours.params import NeighbourParams
from algorithms.neighbours.similarity import Comparison, Vectors, binary_matrix, product, rating_matrix, row_means
from algorithms.neighbours.weighting import document_factors, mean_length, term_factors
from algorithms.reasons import strongest
from bench.algorithm import Algorithm, Can
from bench.errors import Unsupported
from bench.params import choice
from bench.types import Floats, Interactions, Ints, Longs, Query, Reason, Training

_BLOCK = 256  # questions whose similarities to all users are there at once
_ROUNDING = 1e-6  # float32: sim(u, v) and sim(v, u) are summed in another order


class UserKNNParams(NeighbourParams):
    """Neighbours, and whose they are."""

    neighbours_of: Literal["asker", "neighbour"] = choice("asker")
    """Whether the users nearest to the asking one vote, or all those who have the asking one among their nearest."""


class UserKNN(Algorithm[UserKNNParams]):
    """s(u, j) = Σ_{v ∈ N(u)} sim(u, v)·x_vj,

    with x_vj = 1 where training user v has item j, else 0. N(u) are the `neighbours` training users v with the largest
    sim(u, v). They are found when u asks, from the history of the question, so new users are served; a known user is
    never his own neighbour. With neighbours_of = "neighbour" the condition is u ∈ N(v), as Ferrari Dacrema et al.
    (2021), "A troubling analysis of reproducibility and progress in recommender systems research", have it: v votes if
    sim(u, v) is at least that of the last of the `neighbours` training users in N(v), which serves new users, too.
    A user is the vector of his items: 1 (weighted by `weighting`, users being the documents) where the similarity
    compares who has what, else the rating.

    Ratings are predicted as in Resnick et al. (1994), "GroupLens", without negative similarities:

        r̂_uj = r̄_u + Σ_v sim(u, v)·(r_vj − r̄_v) / Σ_v sim(u, v)

    over the `neighbours` most similar users v of those who rated j; r̄_u where there is none; NaN for a user without a
    history, whose scores are all 0.
    """

    name = "user-knn"
    family = "neighbours"
    compiles = True
    paper = "resnick1994"
    Params = UserKNNParams
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Index the users by item. Raises Unsupported when the similarity needs ratings that are not there."""
        self.params.check(train.interactions.ratings is not None)
        rated, similarity = self.params.of_ratings, self.params.similarity
        self.usual = usual_ratings(train, similarity, "users") if rated else np.empty(0)  # (n_items,)
        matrix = self._matrix(train.interactions)
        self.mean_length = mean_length(matrix)
        self.item_factors = term_factors(matrix, self.params.weighting)
        vectors = self._vectors(matrix)
        self.user_factors, self.squares, self.inverted = vectors.rows, vectors.squares, matrix.T.tocsr()
        self.owned = binary_matrix(train.interactions)
        self.reach = self._reach(vectors) if self.params.neighbours_of == "neighbour" else np.empty(0)
        self.deviations = csr_matrix((0, 0))  # (n_items, n_users) ratings less the user's mean
        if train.interactions.ratings is not None:
            ratings = rating_matrix(train.interactions)
            ratings.data -= np.repeat(row_means(ratings), np.diff(ratings.indptr))
            self.deviations = ratings.T.tocsr()

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities to the neighbours who have the item."""
        return product(self._neighbours(query), self.owned, self.threads)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) ratings. Raises Unsupported on data without ratings."""
        if self.deviations.shape[0] == 0 or query.ratings is None:
            raise Unsupported("user-knn predicts ratings only where the data set has them")
        means = row_means(rating_matrix(query))
        return np.asarray(means[rows] + self._compared(query).deviations(rows, self.deviations, items.astype(np.int64)))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that weigh most: Σ sim(u, v) over the neighbours v who have both it and `item`."""
        first = query.slice(0, 1)
        neighbours = self._neighbours(first)
        agreeing = neighbours.multiply(self.owned[:, [item]].T).tocsr()
        history = np.unique(first.items)
        weights = (agreeing @ self.owned).toarray().ravel()[history]
        return strongest(history, weights, n)

    def _matrix(self, source: Interactions | Query) -> csr_matrix:
        """(rows, n_items) ones, or ratings less what is usual. Raises Unsupported without ratings that are needed."""
        self.params.check(source.ratings is not None)
        if not self.params.of_ratings:
            return binary_matrix(source)
        return centred(source, self.usual, self.params.similarity, "users")

    def _vectors(self, matrix: csr_matrix) -> Vectors:
        factors = document_factors(matrix, self.params.weighting, self.mean_length)
        return Vectors(matrix, factors, self.item_factors)

    def _neighbours(self, query: Query) -> csr_matrix:
        """(b, n_users) the similarities of those who vote."""
        if self.params.neighbours_of == "asker":
            return self._compared(query).neighbours()
        everybody = self.params.model_copy(update={"neighbours": len(self.squares)})
        found = []
        for start in range(0, max(1, len(query)), _BLOCK):
            compared = self._compared(query.slice(start, min(start + _BLOCK, len(query))))
            near = replace(compared, params=everybody).neighbours()
            near.data[near.data < self.reach[near.indices]] = 0
            near.eliminate_zeros()
            found.append(near)
        return csr_matrix(vstack(found))

    def _reach(self, vectors: Vectors) -> Floats:
        """(n_users,) the least similarity to a user's own nearest ones; 0 for whoever has fewer than `neighbours`."""
        own = np.arange(len(self.squares), dtype=np.int32)
        near = replace(self._to_everybody(vectors, own), turned=True).neighbours()
        full = np.flatnonzero(np.diff(near.indptr) >= self.params.neighbours)
        reach = np.zeros(len(own))
        for user in full:
            reach[user] = near.data[near.indptr[user] : near.indptr[user + 1]].min() * (1 - _ROUNDING)
        return reach

    def _compared(self, query: Query) -> Comparison:
        return self._to_everybody(self._vectors(self._matrix(query)), query.users.astype(np.int32))

    def _to_everybody(self, left: Vectors, own: Ints) -> Comparison:
        return Comparison(left, self.inverted, self.squares, self.user_factors, own, self.params, self.threads)
