"""Ratings less what is usual, before they are compared.

    pearson, euclidean         r_ui as it is
    adjusted-cosine            r_ui − r̄_u where items are compared, r_ui − r̄_i where users are
    pearson-baseline           r_ui − (μ + b_i + b_u), the baselines of `algorithms/baselines/bias.py`

r̄_u and b_u come from the ratings of the row alone, so a new user is treated like a known one. Ratings are float32 and
sums of them in float64 are exact, so a constant rating less its mean is 0 and not a small number.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.baselines.bias import Bias, BiasParams
from algorithms.neighbours.params import Similarity
from algorithms.neighbours.similarity import rating_matrix, row_means
from bench.types import Floats, Interactions, Query, Training

Compared = Literal["users", "items"]


def usual_ratings(train: Training, similarity: Similarity, compared: Compared) -> Floats:
    """(n_items,) what is usual for an item: its mean, its baseline, or 0 where only the user's matters."""
    if similarity == "pearson-baseline":
        bias = Bias(BiasParams())
        bias.fit(train)
        return np.asarray(bias.mean + bias.item_bias)
    if similarity == "adjusted-cosine" and compared == "users":
        return np.nan_to_num(row_means(rating_matrix(train.interactions).T.tocsr()))  # an item without ratings: 0
    return np.zeros(train.interactions.n_items)


def centred(source: Interactions | Query, usual: Floats, similarity: Similarity, compared: Compared) -> csr_matrix:
    """(rows, n_items) r_ui − usual_i − b_u, with b_u = Σ_i (r_ui − usual_i) / (λ + |R_u|) and λ by `_damping`."""
    ratings = rating_matrix(source)
    ratings.data -= usual[ratings.indices]
    counts = np.diff(ratings.indptr)
    rows = np.repeat(np.arange(len(counts)), counts)
    sums = np.bincount(rows, weights=ratings.data, minlength=len(counts))
    ratings.data -= (sums / np.maximum(_damping(similarity, compared) + counts, 1))[rows]
    return ratings


def _damping(similarity: Similarity, compared: Compared) -> float:
    """So many ratings that are just usual are added to a user's; infinitely many leave him no term of his own."""
    if similarity == "pearson-baseline":
        return BiasParams().user_regularization
    return 0 if similarity == "adjusted-cosine" and compared == "items" else math.inf
