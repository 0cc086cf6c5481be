"""The script that `external` runs when it is given none, and an example of one: similar items in a few lines.

s(q, j) = Σ over the items i of the history of cos(i, j), where an item is the vector of those who have it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags


def fit(training: Any, options: dict[str, Any]) -> Any:
    """(n_items, n_items) cosines between items, without their own; `options` has nothing to say here."""
    shape = (training.n_users, training.n_items)
    matrix = csr_matrix((np.ones(len(training.users), np.float32), (training.users, training.items)), shape)
    counts = np.maximum(np.asarray(matrix.sum(axis=0)).ravel(), 1)
    unit = matrix @ diags(1 / np.sqrt(counts))
    cosines = unit.T @ unit
    return cosines - diags(cosines.diagonal())


def score(model: Any, questions: Any) -> Any:
    """(b, n_items) sums of cosines over the histories."""
    ones = np.ones(len(questions.items), np.float32)
    histories = csr_matrix((ones, questions.items, questions.offsets), (len(questions), questions.n_items))
    return (histories @ model).toarray()
