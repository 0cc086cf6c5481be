"""Which columns of a person's own table are what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InteractionColumns:
    """Columns of the interactions; None where there is none, or where the format has a usual name for it.

    `time_unit` is s, ms, us, ns or date (None: guessed), `scale` the lowest and highest rating possible, `review` what
    the user wrote of the item.
    """

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    time: str | None = None
    time_unit: str | None = None
    scale: tuple[float, float] | None = None
    review: str | None = None


@dataclass(frozen=True)
class ItemColumns:
    """Columns of the table of items; `features` are names with | between them, or lists of names."""

    id: str | None = None
    title: str | None = None
    text: str | None = None
    features: str | None = None
