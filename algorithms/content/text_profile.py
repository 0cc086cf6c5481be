"""What the content algorithms over texts have in common: a user is the sum of the texts in the history."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.content.terms import term_counts, words
from algorithms.neighbours.similarity import product
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, choice
from bench.types import Floats, Query, Reason, Training

_TOLD = 3  # terms that a reason names


class TextParams(Params):
    """What counts as a term.

    On the validation parts of MovieLens features were of use with 100K and of none with small, so they are left out.
    """

    features: bool = choice(False)
    """Whether each feature of an item (a genre, a tag) is a term as well, besides the words of its text."""


P = TypeVar("P", bound=TextParams)


class TextProfile(Algorithm[P]):
    """s(u, j) = Σ_t p_ut·w_jt with p_u = Σ_{i ∈ history of u} v_i: subclasses say what v and w are.

    An item without any term that another item has is "cannot score" (NaN), and adds nothing to a profile. Somebody
    without history, or with such items only, gets 0 for all other items.
    """

    family = "content"
    compiles = True
    Params = TextParams
    needs = Needs.ITEM_TEXT
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS | Can.ANSWER_TEXT

    @abstractmethod
    def weights(self, counts: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
        """v and w (n_items, n_terms each) from how often each item has each term."""

    def fit(self, train: Training) -> None:
        """Weigh the terms of the whole catalogue; interactions play no part. Raises Unsupported without texts."""
        counts, self.terms = term_counts(train.items, self.params.features)
        self.adds, scored = self.weights(counts)
        scored.eliminate_zeros()
        self.described = np.diff(scored.indptr) > 0  # (n_items,)
        self.index = scored.T.tocsr()  # (n_terms, n_items)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        scores = product(self.profiles(query), self.index, self.threads)
        scores[:, ~self.described] = np.nan
        return scores

    def profiles(self, query: Query) -> csr_matrix:
        """p (b, n_terms)."""
        return csr_matrix(query.matrix().astype(np.float64) @ self.adds)

    def ask(self, text: str) -> Floats:
        """(n_items,) float32: what somebody with this text as profile gets; NaN for an item with none of its words."""
        column = {term: number for number, term in reversed([*enumerate(self.terms)])}  # a word before its namesake
        told = {column[word]: count for word, count in Counter(words(text)).items() if word in column}
        row = (np.array([*told.values()], np.float64), (np.zeros(len(told), np.int32), np.array([*told], np.int32)))
        counts = csr_matrix(row, shape=(1, len(self.terms)))
        scores = product(self.asked(counts), self.index, self.threads)[0]
        scores[scores == 0] = np.nan
        return np.asarray(scores)

    def asked(self, counts: csr_matrix) -> csr_matrix:
        """p (1, n_terms) of a text with these counts."""
        return counts

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`, with the terms that weigh most in that."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        shared = csr_matrix(self.adds[history].multiply(self.index[:, [item]].T))  # (h, n_terms)
        weights = np.asarray(shared.sum(axis=1)).ravel()
        order = np.argsort(-weights, kind="stable")[:n]
        return [
            Reason(int(history[at]), float(weights[at]), ", ".join(self._strongest(shared[at])))
            for at in order
            if weights[at] > 0
        ]

    def _strongest(self, row: csr_matrix) -> list[str]:
        """The terms of the largest entries of one row."""
        order = np.argsort(-row.data, kind="stable")[:_TOLD]
        return [self.terms[column] for column in row.indices[order].tolist()]
