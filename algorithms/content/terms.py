"""What the text of an item consists of: words, and how often each stands there."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np
from scipy.sparse import csr_matrix

from bench.errors import Unsupported
from bench.types import Side

_WORD = re.compile(r"[^\W_]+")  # letters and digits of any script


def words(text: str) -> list[str]:
    """The words of a text without regard to case: `Sci-Fi (1995)` is sci, fi, 1995."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def term_counts(items: Side, features: bool) -> tuple[csr_matrix, list[str]]:
    """How often each item has each term (n_items, n_terms) float64, and the terms in alphabetical order.

    Terms are the words of the items' texts and, with `features`, the items' features that are not 0 under their own
    names; a feature that is named like a word is another term than the word, and follows it. A term that only one item
    has says nothing about any other and is left out.

    Raises Unsupported where the data set has no texts.
    """
    if items.texts is None:
        raise Unsupported("this needs texts of the items, and the data set has none")
    counted = [Counter((word, False) for word in words(text)) for text in items.texts]  # True: is a feature
    if features and items.features is not None:
        names, matrix = items.feature_names, items.features.copy()
        matrix.eliminate_zeros()
        for own, row in zip(counted, np.split(matrix.indices, matrix.indptr[1:-1]), strict=True):
            own.update((names[column], True) for column in row.tolist())
    spread = Counter(term for own in counted for term in own)
    terms = sorted(term for term, having in spread.items() if having > 1)
    column = {term: number for number, term in enumerate(terms)}
    shared = [[(column[term], count) for term, count in own.items() if term in column] for own in counted]
    pairs = np.array([pair for row in shared for pair in row], np.float64).reshape(-1, 2)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in shared])])
    counts = csr_matrix((pairs[:, 1], pairs[:, 0].astype(np.int32), offsets), shape=(len(shared), len(terms)))
    counts.sort_indices()
    return counts, [name for name, _ in terms]
