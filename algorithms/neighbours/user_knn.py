"""User k-NN: recommends what people with a similar history have."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.params import NeighbourParams
from algorithms.neighbours.similarity import Comparison, Vectors, binary_matrix, product, rating_matrix, row_means
from algorithms.neighbours.weighting import document_factors, mean_length, term_factors
from bench.algorithm import Algorithm, Can
from bench.errors import Unsupported
from bench.types import Floats, Interactions, Ints, Longs, Query, Reason, Training


class UserKNN(Algorithm[NeighbourParams]):
    """s(u, j) = Σ_{v ∈ N(u)} sim(u, v)·x_vj,

    with x_vj = 1 where training user v has item j, else 0. N(u) are the `neighbours` training users whose vectors are
    most similar to the history of the question, found when it is asked, so new users are served; a known user is never
    his own neighbour. A user is the vector of his items: 1 (weighted by `weighting`, users being the documents) for the
    cosine, the rating for the other similarities.

    Ratings are predicted as in Resnick et al. (1994), "GroupLens", without negative
    similarities:

        r̂_uj = r̄_u + Σ_v sim(u, v)·(r_vj − r̄_v) / Σ_v sim(u, v)

    over the `neighbours` most similar users v of those who rated j; r̄_u where there is none; NaN for a user without a
    history.
    """

    name = "user-knn"
    family = "neighbours"
    compiles = True
    paper = "resnick1994"
    Params = NeighbourParams
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Index the users by item. Raises Unsupported when the similarity needs ratings that are not there."""
        matrix = self._matrix(train.interactions)
        self.mean_length = mean_length(matrix)
        self.item_factors = term_factors(matrix, self.params.weighting)
        vectors = self._vectors(matrix)
        self.user_factors, self.norms, self.inverted = vectors.rows, vectors.norms, matrix.T.tocsr()
        self.owned = binary_matrix(train.interactions)
        self.deviations = csr_matrix((0, 0))  # (n_items, n_users) ratings less the user's mean
        if train.interactions.ratings is not None:
            ratings = rating_matrix(train.interactions)
            ratings.data -= np.repeat(row_means(ratings), np.diff(ratings.indptr))
            self.deviations = ratings.T.tocsr()

    def score(self, query: Query) -> Floats:
        """(b, n_items) sums of similarities to the neighbours who have the item."""
        return product(self._compared(query).neighbours(), self.owned, self.threads)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) ratings. Raises Unsupported on data without ratings."""
        if self.deviations.shape[0] == 0 or query.ratings is None:
            raise Unsupported("user-knn predicts ratings only where the data set has them")
        means = row_means(rating_matrix(query))
        return np.asarray(means[rows] + self._compared(query).deviations(rows, self.deviations, items.astype(np.int64)))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that weigh most: Σ sim(u, v) over the neighbours v who have both it and `item`."""
        first = query.slice(0, 1)
        neighbours = self._compared(first).neighbours()
        agreeing = neighbours.multiply(self.owned[:, [item]].T).tocsr()
        history = np.unique(first.items)
        weights = (agreeing @ self.owned).toarray().ravel()[history]
        order = np.argsort(-weights, kind="stable")[:n]
        return [Reason(int(history[place]), float(weights[place])) for place in order if weights[place] > 0]

    def _matrix(self, source: Interactions | Query) -> csr_matrix:
        """(rows, n_items) ones for the cosine, else ratings. Raises Unsupported where these are needed and missing."""
        self.params.check(source.ratings is not None)
        return binary_matrix(source) if self.params.similarity == "cosine" else rating_matrix(source)

    def _vectors(self, matrix: csr_matrix) -> Vectors:
        factors = document_factors(matrix, self.params.weighting, self.mean_length)
        return Vectors(matrix, factors, self.item_factors)

    def _compared(self, query: Query) -> Comparison:
        left, own = self._vectors(self._matrix(query)), query.users.astype(np.int32)
        return Comparison(left, self.inverted, self.norms, self.user_factors, own, self.params, self.threads)
