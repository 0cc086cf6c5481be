"""A fitted cell that answers for one user at a time, exactly as it answered the benchmark."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import blinding, kept, model_files, registry
from bench.again import cell_of, changes
from bench.algorithm import Algorithm, Can
from bench.errors import BadConfig, StoreError, Unsupported
from bench.records import Record
from bench.serving.people import People
from bench.store import Store
from bench.topk import top_k
from bench.types import Floats, HeldOut

MOST = 100  # items in a list
WORDS = 1000  # characters that somebody may ask with
Who = str | Sequence[str]  # the id of a user, or the history of a new one: ids of items, oldest first


@dataclass(frozen=True)
class Recommendation:
    """An item that is recommended."""

    item: str
    title: str
    score: float


@dataclass(frozen=True)
class Because:
    """An item of the history that speaks for a recommendation, and how much in the algorithm's own unit."""

    item: str
    title: str
    weight: float
    text: str


@dataclass(frozen=True)
class Explanation:
    """Why an item is recommended: reasons, the strongest first."""

    item: str
    title: str
    reasons: tuple[Because, ...]


class Served:
    """A kept model with the names behind its numbers. See `open_cell`."""

    def __init__(self, record: Record, algorithm: Algorithm[Any], people: People, warnings: tuple[str, ...]) -> None:
        self.record, self.algorithm, self.people, self.warnings = record, algorithm, people, warnings
        self.can = type(algorithm).abilities(algorithm.params)[1]
        self.titles = people.items.titles or people.items.ids  # of all items; ids where the data have none

    def recommend(self, who: Who, k: int = 10, ratings: Sequence[float] | None = None) -> list[Recommendation]:
        """The k best items for a user, best first, without those that the user had; fewer where no more have a score.

        Raises Unknown for a user or item that is not there, BadConfig for a k that is not 1 … 100, Unsupported where
        the algorithm serves no new users, and whatever the algorithm raises.
        """
        _require_size(k)
        question = self._asked(who, ratings)
        return self._best(self.algorithm.score(question.query), question, k)

    def ask(self, text: str, k: int = 10) -> list[Recommendation]:
        """The k items of the whole catalogue that answer some words best; fewer where no more have anything to say.

        Raises BadConfig for a k that is not 1 … 100, and for a text that says nothing or has more than 1,000
        characters, Unsupported where the algorithm answers no words, and whatever the algorithm raises.
        """
        _require_size(k)
        if Can.ANSWER_TEXT not in self.can:
            raise Unsupported(f"{self.record.label} ranks by histories, and does not answer words")
        if len(text) > WORDS:
            raise BadConfig(f"a query has at most {WORDS:,} characters, this one has {len(text):,}")
        words = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
        if not words:
            raise BadConfig("a query needs words, this one is empty")
        return self._best(self.algorithm.ask(words)[None], self.people.nobody(), k)

    def explain(self, who: Who, item: str, n: int = 5, ratings: Sequence[float] | None = None) -> Explanation:
        """Up to n items of the user's history that speak for `item`, the strongest first.

        Raises as `recommend` does, and Unsupported where the algorithm does not explain.
        """
        self.require_reasons()
        number = self.people.item(item)
        reasons = self.algorithm.explain(self._asked(who, ratings).query, number, n)
        found = tuple(Because(*self._named(reason.item), reason.weight, reason.text) for reason in reasons)
        return Explanation(*self._named(number), found)

    def require_reasons(self) -> None:
        """Raise Unsupported where the algorithm does not explain."""
        if Can.EXPLAIN not in self.can:
            raise Unsupported(f"{self.record.label} does not explain its recommendations")

    def _best(self, scores: Floats, question: HeldOut, k: int) -> list[Recommendation]:
        """The list of one question, without what has no score."""
        best = top_k(scores, question.query, k, hidden=question.hidden).without_unscored()
        pairs = zip(best.items[0].tolist(), best.scores[0].tolist(), strict=True)
        return [Recommendation(*self._named(item), score) for item, score in pairs if item >= 0]

    def _asked(self, who: Who, ratings: Sequence[float] | None) -> HeldOut:
        """The question of a user or of a new one."""
        question = self.people.known(who) if isinstance(who, str) else self.people.newcomer(who, ratings)
        if question.query.users[0] < 0 and Can.SERVE_NEW_USERS not in self.can:
            raise Unsupported(f"{self.record.label} serves only users whom it learnt from")
        return question

    def _named(self, item: int) -> tuple[str, str]:
        return self.people.items.ids[item], self.titles[item]


def _require_size(k: int) -> None:
    if not 1 <= k <= MOST:
        raise BadConfig(f"k = {k}: expected 1 to {MOST}")


def open_cell(store: Store | str | Path, cell: str) -> Served:
    """The kept model of a cell, named by the beginning of its key or by its label.

    The data set is divided again as it was, and the files of the model are compared with their SHA-256. If the code of
    the algorithm or a library changed since, `warnings` says so. Raises StoreError where there is no such cell, no kept
    model or a damaged one, BadConfig where the data or the split changed, Unsupported where the algorithm is missing.
    """
    kept_in = store if isinstance(store, Store) else Store(store)
    record = _with_model(kept_in, cell)
    for name in record.files:
        if model_files.is_model_file(name):
            kept_in.check(record, name)
    planned = cell_of(record)
    changed = changes(record, planned)
    if planned.split is None or planned.split.fingerprint != record.split_hash:
        raise BadConfig(f"cell {record.key[:12]}: {changed[0]} since its model was kept; `bench run` makes a new one")
    algorithm = registry.load(record.slot.algorithm).load(kept_in.folder_of(record) / model_files.MODEL)
    warnings = tuple(f"not as it was when the model was kept: {change}" for change in changed)
    key = blinding.key_of(kept_in.folder)
    people = People(planned.split.make(), str if key is None else partial(blinding.blind, key=key))
    return Served(record, algorithm, people, warnings)


def _with_model(store: Store, cell: str) -> Record:
    """The newest attempt at a cell whose model is kept."""
    found = store.find(cell)
    record = kept.newest(found.key, store.records())
    if record is None:
        name = found.key[:12]
        place = shlex.quote(str(store.folder))
        how = f"`bench repeat {name} --keep-model --store {place}` runs it again and keeps it"
        if found.model == model_files.NOT_KEPT:
            how = f"it could not be: `bench show {name} --store {place}` says why"
        raise StoreError(f"{store.folder}: the model of cell {name} ({found.label}) is not kept; {how}")
    return record
