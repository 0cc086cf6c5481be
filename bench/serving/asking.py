"""What the service may be asked: all of it bounded in length, and a mistake is told in one line."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bench.serving.cell import MOST, WORDS, Who

ID_LENGTH = 1000  # characters
HISTORY = 1000  # items of a newcomer
REASONS = 20
Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH)]
History = Annotated[list[Id], Field(min_length=1, max_length=HISTORY)]


class Asking(BaseModel):
    """Who asks: the id of a user in the data, or the history of a new one, ids of items, oldest first."""

    model_config = ConfigDict(extra="forbid")
    ways: ClassVar[tuple[str, ...]] = ("user", "history")
    user: Id | None = None
    history: History | None = None
    ratings: Annotated[list[float], Field(max_length=HISTORY)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(getattr(self, way) is not None for way in self.ways) != 1:
            *others, last = (f"`{way}`" for way in self.ways)
            told = {"ways": f"{', '.join(others)} or {last}"}
            raise PydanticCustomError("who", "expected {ways}, and only one of them", told)
        if self.ratings is not None and self.history is None:
            raise PydanticCustomError("ratings", "expected `ratings` only beside `history`")
        return self

    @property
    def who(self) -> Who:
        """As `Served` takes it."""
        return self.user if self.user is not None else self.history or []


class Recommend(Asking):
    """A question for a list: that of a user, of a history, or of a query in words."""

    ways: ClassVar[tuple[str, ...]] = ("user", "history", "query")
    query: Annotated[str, Field(min_length=1, max_length=WORDS)] | None = None
    k: Annotated[int, Field(ge=1, le=MOST)] = 10


class Explain(Asking):
    """A question why an item would be recommended."""

    item: Id
    n: Annotated[int, Field(ge=1, le=REASONS)] = 5
