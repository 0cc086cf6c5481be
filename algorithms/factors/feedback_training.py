"""One way to train the three models of the library implicit: without a progress bar, and with our kind of error."""

from __future__ import annotations

from typing import Any

from implicit.recommender_base import ModelFitError
from scipy.sparse import csr_matrix

from algorithms.finite import require_finite
from bench.errors import Diverged


def train_model(name: str, model: Any, user_items: csr_matrix, remedy: str) -> None:
    """Fit the library's model. Raises Diverged, with the `remedy`, when the factors are not finite afterwards."""
    try:
        model.fit(user_items, show_progress=False)
    except ModelFitError as error:
        raise Diverged(f"{name}: {error}; {remedy}") from None
    require_finite(name, remedy, user_factors=model.user_factors, item_factors=model.item_factors)
