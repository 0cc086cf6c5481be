"""The text of each item that a language model reads."""

from __future__ import annotations

import re
from typing import Annotated

import numpy as np
from pydantic import AfterValidator

from bench.errors import did_you_mean
from bench.types import Side

FIELDS = ("title", "features", "text")
_PLACE = re.compile(r"\{([^{}]*)\}")


def checked(template: str) -> str:
    """The template itself. Raises ValueError where it names no field, or one that there is not."""
    names = _PLACE.findall(template)
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        raise ValueError(f"unknown field {{{unknown[0]}}}{did_you_mean(unknown[0], FIELDS)}; known are {_known()}")
    if not names:
        raise ValueError(f"a template names at least one of {_known()}")
    return template


Template = Annotated[str, AfterValidator(checked)]


def rendered(items: Side, template: str) -> list[str]:
    """The template filled in for each item (n); empty for an item of which none of its fields is known.

    `{title}` is the title, `{features}` the genres, tags or categories with commas between them, and `{text}` all that
    the data set says of the item: title, genres, tags, description. A title or text that only repeats the id says
    nothing. Runs of white space become one space, and characters that no encoding knows question marks.
    """
    names = set(_PLACE.findall(template))
    columns = {name: _column(items, name) for name in names}
    return [_filled(template, {name: column[item] for name, column in columns.items()}) for item in range(len(items))]


def _filled(template: str, values: dict[str, str]) -> str:
    if not any(values.values()):
        return ""
    text = _PLACE.sub(lambda place: values[place[1]], template)
    return " ".join(text.split())


def _column(items: Side, name: str) -> list[str]:
    if name == "features":
        return _features(items)
    told = items.titles if name == "title" else items.texts
    if told is None:
        return [""] * len(items)
    return ["" if text == own else clean(text) for own, text in zip(items.ids, told, strict=True)]


def _features(items: Side) -> list[str]:
    if items.features is None:
        return [""] * len(items)
    matrix = items.features
    rows = np.split(matrix.indices, matrix.indptr[1:-1])
    return [clean(", ".join(items.feature_names[column] for column in sorted(row.tolist()))) for row in rows]


def clean(text: str) -> str:
    """Without white space around it; what no encoding knows becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _known() -> str:
    return ", ".join(f"{{{field}}}" for field in FIELDS)
