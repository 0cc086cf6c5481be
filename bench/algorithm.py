"""The contract between the harness and every algorithm, ours and other people's.

An author writes `fit` and `score`. Everything else has a default or is announced by a flag in `can`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Flag, auto
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

from bench import persistence
from bench.errors import Unsupported
from bench.params import Params
from bench.topk import top_k
from bench.types import Floats, Ints, Longs, Query, Reason, TopK, Training

P = TypeVar("P", bound=Params)


class Needs(Flag):
    """What the data must have; a cell without it is skipped with the reason."""

    NOTHING = 0
    RATINGS = auto()
    ORDER = auto()  # the order of a history is meaningful
    TIMES = auto()  # there are real times
    ITEM_TEXT = auto()
    ITEM_FEATURES = auto()
    USER_FEATURES = auto()
    REVIEWS = auto()  # what users wrote of the items comes with the interactions
    GPU = auto()


class Can(Flag):
    """What an algorithm promises; the conformance tests hold it to each promise."""

    NOTHING = 0
    RANK = auto()  # `score` orders items by how likely they are to be chosen
    PERSONALISE = auto()  # different histories get different answers
    PREDICT_RATINGS = auto()
    EXPLAIN = auto()
    SERVE_NEW_USERS = auto()  # a history is enough, the user number may be -1
    SCORE_NEW_ITEMS = auto()  # items without training interactions get a meaningful score
    ANSWER_TEXT = auto()  # `ask` ranks the catalogue by words in the place of a history


class Algorithm(ABC, Generic[P]):
    """A recommender. `seed`, `device` and `threads` are facts of a run, not hyper-parameters."""

    name: ClassVar[str]
    family: ClassVar[str]
    paper: ClassVar[str] = ""  # key in docs/references.bib
    Params: ClassVar[type[Params]] = Params
    needs: ClassVar[Needs] = Needs.NOTHING
    can: ClassVar[Can] = Can.RANK | Can.PERSONALISE
    compiles: ClassVar[bool] = False  # has loops compiled at their first call: rehearsed before training is timed

    def __init__(self, params: P, *, seed: int = 0, device: str = "cpu", threads: int = 1) -> None:
        self.params = params
        self.seed = seed
        self.device = device
        self.threads = threads

    @classmethod
    def parts(cls, params: P) -> list[str]:
        """The names of other registered algorithms that it is made of: their code belongs to its results."""
        return []

    @classmethod
    def abilities(cls, params: P) -> tuple[Needs, Can]:
        """What holds for these parameters, where they decide more than the flags of the class say."""
        return cls.needs, cls.can

    @classmethod
    def content(cls, params: P) -> dict[str, str]:
        """SHA-256 of what lies outside the data and decides the answers, such as a file that a parameter names.

        Raises BadConfig where a parameter names what is not there, and Unsupported where something has to be fetched
        first.
        """
        return {}

    @abstractmethod
    def fit(self, train: Training) -> None:
        """Learn from scratch; a second call forgets the first. The arrays in `train` are read-only."""

    @abstractmethod
    def score(self, query: Query) -> Floats:
        """Scores (b, n_items), higher is better; (b, c) if `query.candidates` is used. NaN means "cannot score"."""

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """Ratings (n,) of `items[i]` by the user of question `rows[i]`, not clipped. NaN means "cannot say"."""
        raise Unsupported(f"{self.name} does not predict ratings")

    def recommend(self, query: Query, k: int, *, hide_seen: bool = True) -> TopK:
        """The serving path: the k best items of each question, without those that could not be scored."""
        return top_k(self.score(query), query, k, hide_seen=hide_seen).without_unscored()

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """Up to n reasons why `item` suits question 0 of `query`, strongest first."""
        raise Unsupported(f"{self.name} does not explain its recommendations")

    def ask(self, text: str) -> Floats:
        """Scores (n_items,) of the catalogue for words in the place of a history, higher is better.

        NaN means "these words say nothing of it". The text has at least one character that is no white space.
        """
        raise Unsupported(f"{self.name} does not answer words")

    def save(self, folder: Path) -> None:
        """Write the learned state as arrays and JSON (never pickle)."""
        persistence.save(vars(self), folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The algorithm that `save` wrote."""
        algorithm = cls.__new__(cls)
        vars(algorithm).update(persistence.load(folder, cls.Params))
        return algorithm
