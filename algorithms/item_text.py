"""The texts of items as inputs of hybrids: the vectors of `text-knn`, which are kept in its cache."""

from __future__ import annotations

from bench import registry
from bench.algorithm import Needs
from bench.types import Floats, Training

READER = "text-knn"  # a part, so that its code and libraries belong to the result


def parts(wanted: bool) -> list[str]:
    """The algorithm that reads, where texts are wanted."""
    return [READER] if wanted else []


def needs(wanted: bool) -> Needs:
    """Texts, where they are wanted."""
    return Needs.ITEM_TEXT if wanted else Needs.NOTHING


def content(wanted: bool) -> dict[str, str]:
    """SHA-256 of the language model. Raises as the reader does, and Unsupported where its packages are missing."""
    if not wanted:
        return {}
    made = registry.create(READER)
    return {f"{READER}.{what}": sha for what, sha in type(made).content(made.params).items()}


def vectors(train: Training, device: str, threads: int) -> Floats:
    """(n_items, d) float32 of length 1, less the mean of all; zeros without a text. Raises as the reader does."""
    made = registry.create(READER, device=device, threads=threads)
    made.fit(train)
    found: Floats = vars(made)["vectors"]
    return found
