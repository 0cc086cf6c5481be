"""What travels between the stages: arrays with names, frozen.

Users and items are numbered 0 … n−1 in the sorted order of their text ids, so a number never depends on the order of
the rows in a file. Ragged data (the histories of several rows) is one flat array and `offsets`: row r owns
`flat[offsets[r]:offsets[r + 1]]`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import Unsupported
from bench.ragged import offsets, ranges
from bench.sparse import Values, csr

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]  # of str


def frozen(array: NDArray[Any]) -> Any:
    """The same array, read-only from now on."""
    array.flags.writeable = False
    return array


def _columns(owner: Any, names: tuple[str, ...], rows: Any) -> dict[str, Any]:
    """The entries at `rows` of arrays by name, read-only; None where there is no array."""
    arrays = {name: getattr(owner, name) for name in names}
    return {name: None if array is None else frozen(array[rows]) for name, array in arrays.items()}


@dataclass(frozen=True, repr=False)
class Interactions:
    """n interactions sorted by user; within a user oldest first (by item where the data has no order)."""

    users: Ints  # (n,)
    items: Ints  # (n,)
    ratings: Floats | None  # (n,) float32
    times: Longs | None  # (n,) seconds since 1970
    n_users: int
    n_items: int
    ordered: bool = False  # the order within a user means something, with or without times
    scale: tuple[float, float] | None = None  # lowest and highest rating possible
    reviews: Texts | None = None  # (n,) what the user wrote of the item; empty: nothing

    def __repr__(self) -> str:
        return f"Interactions({len(self):,} of {self.n_users:,} users and {self.n_items:,} items)"

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def offsets(self) -> Longs:
        """(n_users + 1,) where each user's interactions begin."""
        counts = np.bincount(self.users, minlength=self.n_users)
        return np.asarray(frozen(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)))

    def matrix(self, values: Values = "binary") -> csr_matrix:
        """(n_users, n_items) float32; without ratings both kinds of values are ones."""
        return csr(values, self.ratings, self.items, self.offsets, self.n_items)

    @property
    def known_ratings(self) -> Floats:
        """The ratings (n,). Raises Unsupported where there are none."""
        if self.ratings is None:
            raise Unsupported("this needs ratings, and the data set has none")
        return self.ratings

    def take(self, rows: NDArray[Any]) -> Interactions:
        """The interactions at `rows` (a mask or ascending positions)."""
        return replace(self, **_columns(self, ("users", "items", "ratings", "times", "reviews"), rows))


@dataclass(frozen=True, repr=False)
class Side:
    """What is known of each user or each item besides interactions; row i describes number i."""

    ids: tuple[str, ...]
    titles: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None  # free text: title, genres, tags
    features: csr_matrix | None = None  # (n, n_features) float32
    feature_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Side({len(self):,} ids, {len(self.feature_names)} features)"

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, repr=False)
class Query:
    """b questions: who asks, what they had before (oldest first), and optionally among which items to choose."""

    keys: Longs  # (b,) number of the question in its set: with the item number it decides ties
    users: Ints  # (b,) user numbers, -1 for a user that training does not know
    offsets: Longs  # (b + 1,) into the flat arrays of length h
    items: Ints  # (h,)
    ratings: Floats | None  # (h,)
    times: Longs | None  # (h,)
    n_items: int
    candidates: Ints | None = None  # (b, c) item numbers, -1 pads
    user_features: csr_matrix | None = None  # (b, n_features)
    reviews: Texts | None = None  # (h,) what the user wrote of the items; empty: nothing

    def __repr__(self) -> str:
        return f"Query({len(self):,} questions)"

    def __len__(self) -> int:
        return len(self.users)

    def matrix(self, values: Values = "binary") -> csr_matrix:
        """The histories as a (b, n_items) float32 matrix."""
        return csr(values, self.ratings, self.items, self.offsets, self.n_items)

    def slice(self, start: int, stop: int) -> Query:
        """Questions start … stop − 1, as views."""
        low, high = self.offsets[start], self.offsets[min(stop, len(self))]
        return self._part(slice(start, stop), slice(low, high), self.offsets[start : stop + 1] - low)

    def take(self, rows: NDArray[Any]) -> Query:
        """The questions at the positions `rows`, in their order."""
        lengths = np.diff(self.offsets)[rows]
        return self._part(rows, ranges(self.offsets[rows], lengths), offsets(lengths))

    def _part(self, rows: Any, history: Any, at: Longs) -> Query:
        """The questions `rows`, whose histories are the entries `history` of the flat arrays."""
        each = _columns(self, ("keys", "users", "candidates"), rows)
        flat = _columns(self, ("items", "ratings", "times", "reviews"), history)
        features = None if self.user_features is None else self.user_features[rows]
        return replace(self, **each, **flat, offsets=frozen(at), user_features=features)


@dataclass(frozen=True)
class Hidden:
    """Items that must not stand in an answer; question r owns offsets[r]:offsets[r + 1]."""

    offsets: Longs  # (b + 1,)
    items: Ints

    def slice(self, start: int, stop: int) -> Hidden:
        """Questions start … stop − 1, as views."""
        low, high = self.offsets[start], self.offsets[min(stop, len(self.offsets) - 1)]
        return Hidden(frozen(self.offsets[start : stop + 1] - low), self.items[low:high])

    def take(self, rows: NDArray[Any]) -> Hidden:
        """The questions at the positions `rows`, in their order."""
        lengths = np.diff(self.offsets)[rows]
        return Hidden(frozen(offsets(lengths)), frozen(self.items[ranges(self.offsets[rows], lengths)]))


@dataclass(frozen=True, repr=False)
class HeldOut:
    """Questions together with the items (and ratings) that answer them; row r owns offsets[r]:offsets[r + 1]."""

    query: Query
    offsets: Longs  # (b + 1,)
    items: Ints  # (m,)
    ratings: Floats | None  # (m,)
    times: Longs | None = None  # (m,) seconds since 1970
    people: Ints | None = None  # (b,) who asks, also where query.users says -1; None: as query.users says
    hidden: Hidden | None = None  # what is hidden from the answers; None: the items of each history

    def __repr__(self) -> str:
        return f"HeldOut({len(self):,} questions, {len(self.items):,} answers)"

    def __len__(self) -> int:
        return len(self.query)

    def slice(self, start: int, stop: int) -> HeldOut:
        """Questions start … stop − 1 with their answers, as views."""
        low, high = self.offsets[start], self.offsets[min(stop, len(self))]
        hidden = self.hidden and self.hidden.slice(start, stop)
        at = frozen(self.offsets[start : stop + 1] - low)
        return self._part(slice(start, stop), slice(low, high), self.query.slice(start, stop), at, hidden)

    def take(self, rows: NDArray[Any]) -> HeldOut:
        """The questions at the positions `rows` with their answers, in their order."""
        lengths = np.diff(self.offsets)[rows]
        answers, hidden = ranges(self.offsets[rows], lengths), self.hidden and self.hidden.take(rows)
        return self._part(rows, answers, self.query.take(rows), frozen(offsets(lengths)), hidden)

    def _part(self, rows: Any, answers: Any, query: Query, at: Longs, hidden: Hidden | None) -> HeldOut:
        held = _columns(self, ("items", "ratings", "times"), answers)
        return HeldOut(query, at, **held, **_columns(self, ("people",), rows), hidden=hidden)

    @property
    def askers(self) -> Ints:
        """(b,) the number of the user behind each question."""
        return self.query.users if self.people is None else self.people

    @cached_property
    def rows(self) -> Longs:
        """(m,) the question to which each held-out item belongs."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))


@dataclass(frozen=True, repr=False)
class Dataset:
    """Interactions with the names behind the numbers; `fingerprint` is the SHA-256 of everything in it."""

    name: str
    interactions: Interactions
    users: Side
    items: Side
    fingerprint: str
    notes: dict[str, Any] = field(default_factory=dict)  # licence, citation, rows dropped: shown, never computed with

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {self.interactions})"


@dataclass(frozen=True, repr=False)
class Split:
    """A data set divided once; the same for every algorithm.

    Algorithms learn from `train`, or, where the split says so, from `both`: training and validation part together.
    """

    name: str
    params: dict[str, Any]
    dataset: Dataset
    train: Interactions
    validation: HeldOut | None
    test: HeldOut
    fingerprint: str
    both: Interactions | None = None
    candidates: str = ""  # which items are ranked, in words; empty: the whole catalogue
    left_out: int = 0  # interactions of the data set that are in no part and in no history

    def __repr__(self) -> str:
        return f"Split({self.name!r} of {self.dataset.name!r}: train {self.train}, test {self.test})"

    @property
    def learnt(self) -> Interactions:
        """The interactions from which algorithms learn."""
        return self.train if self.both is None else self.both

    def training(self) -> Training:
        """What an algorithm is given to learn from."""
        users, items = self.dataset.users, self.dataset.items
        alone = Training(self.train, items, users, self.validation)
        return alone if self.both is None else Training(self.both, items, users, selection=alone)


def _no_report(epoch: int, **values: float) -> None:
    """The default of `Training.report`: nobody listens."""


@dataclass(frozen=True)
class Training:
    """All that an algorithm may learn from.

    Where a split says `fit_on = "train+validation"`, `interactions` holds both parts, `validation` is None, and
    `selection` is the training part alone with its validation part: there a model that stops early finds its number of
    epochs, before it learns for so long from everything.
    """

    interactions: Interactions
    items: Side
    users: Side
    validation: HeldOut | None = None
    selection: Training | None = None
    report: Callable[..., None] = _no_report  # report(epoch, loss=…, ndcg=…)
    scratch: Path | None = None  # a folder for checkpoints that survives a killed attempt


@dataclass(frozen=True)
class TopK:
    """The best k items of each question, best first; −1 and NaN where there are fewer."""

    items: Ints  # (b, k)
    scores: Floats  # (b, k)

    def without_unscored(self) -> TopK:
        """The same lists with the items whose score is NaN taken out."""
        return TopK(np.where(np.isnan(self.scores), np.int32(-1), self.items), self.scores)


@dataclass(frozen=True)
class Reason:
    """Why an item was recommended: a history item that speaks for it, and how much."""

    item: int
    weight: float
    text: str = ""
