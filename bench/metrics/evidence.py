"""What metrics are computed from; what several of them need is computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from bench.answers import Answers
from bench.background import Background
from bench.errors import StoreError
from bench.metrics.held import Held
from bench.metrics.measured import Doubles
from bench.metrics.ranking import Ranking
from bench.records import Context
from bench.types import Bools, Ints

NO_BACKGROUND = "training interactions, histories and features are not known; a store of an older version lacks them"
NO_FEATURES = "the items of this data set have no features"
NO_LISTS = "every list is empty"


@dataclass(frozen=True)
class Evidence:
    """The answers of one cell and what is known of its split; q questions, n items."""

    answers: Answers
    context: Context

    @cached_property
    def ranking(self) -> Ranking:
        """Where the held-out items of each question stand, best ranked first."""
        return Ranking.of(self.answers)

    @cached_property
    def held(self) -> Held:
        """The held-out items one by one."""
        return Held.of(self.answers)

    @cached_property
    def listed(self) -> Ints:
        """(q, length of the stored lists) items, −1 where there is none; what has no score is no part of a list."""
        return self.answers.lists.without_unscored().items

    @cached_property
    def shares(self) -> Doubles:
        """(n,) the share of the users in training who had each item."""
        return self.context.popularity / max(self.context.train_users, 1)

    @property
    def background(self) -> Background:
        """What else is known of the split. Raises StoreError where it is not."""
        if self.context.background is None:
            raise StoreError(NO_BACKGROUND)
        return self.context.background

    @property
    def features(self) -> csr_matrix:
        """(n, f) what is known of the items. Raises StoreError where nothing is."""
        if self.background.features is None:
            raise StoreError(NO_FEATURES)
        return self.background.features

    @cached_property
    def training(self) -> csr_matrix:
        """(n, users) ones where a user had an item in training."""
        known = self.background
        shape = (len(self.context.popularity), int(known.users.max(initial=-1)) + 1)
        return csr_matrix((np.ones(len(known.items), np.bool_), (known.items, known.users)), shape=shape)

    def best(self, k: int) -> Ints:
        """(q, k) the best k listed items, −1 where there is none."""
        return self.listed[:, :k]

    def incidence(self, k: int, which: Bools) -> csr_matrix:
        """(q, n) ones for the best k items of each question that are in the mask `which`, (n,)."""
        best = self.best(k)
        rows, places = np.nonzero((best >= 0) & which[best])
        entries = (np.ones(len(rows)), (rows, best[rows, places]))
        return csr_matrix(entries, shape=(len(best), len(which)))

    def why_no_lists(self, k: int) -> str:
        """Why metrics at k cannot be read from the stored lists, or the empty string."""
        (questions, length), n_items = self.answers.lists.items.shape, len(self.context.popularity)
        if questions == 0 or n_items == 0:
            return "there are no questions" if questions == 0 else "the catalogue is empty"
        return f"the stored lists hold {length} items, fewer than {k}" if length < min(k, n_items) else ""

    def why_no_shares(self, k: int) -> str:
        """The same for metrics that need the popularity of listed items too."""
        return self.why_no_lists(k) or ("" if self.context.train_users else "training has no users")

    def why_no_background(self, k: int) -> str:
        """The same for metrics that need the context's background too."""
        return self.why_no_lists(k) or ("" if self.context.background is not None else NO_BACKGROUND)

    def why_no_features(self, k: int) -> str:
        """The same for metrics that need features of the items too."""
        if reason := self.why_no_background(k):
            return reason
        return "" if self.background.features is not None and self.background.features.nnz else NO_FEATURES
