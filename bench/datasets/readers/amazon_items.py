"""What Amazon's files say of items: one object a line, JSON or (2014) Python's notation."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.datasets.readers.described import sentences
from bench.datasets.readers.lines import lines
from bench.datasets.readers.literals import parse
from bench.errors import BadData

LONGEST = 2000  # characters of a description that become text


class Item(NamedTuple):
    """Title, text and categories of an item."""

    title: str
    text: str
    categories: list[str]


def described(path: Path, wanted: set[str]) -> dict[str, Item]:
    """The items `wanted` that the file describes; the first description counts. Raises BadData for a line of others."""
    found: dict[str, Item] = {}
    for line, text in lines(path):
        try:
            item = _object(text)
        except ValueError as error:
            raise BadData(f"{path}, line {line}: no description of an item ({error})") from None
        name = item.get("parent_asin") or item.get("asin")
        if not isinstance(name, str):
            raise BadData(f"{path}, line {line}: an item without asin")
        if name in wanted and name not in found:
            found[name] = _item(name, item)
    return found


def _object(text: str) -> dict[str, Any]:
    """JSON if it is that, else Python's notation, whose texts may stand between single quotes. Raises ValueError."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return parse(text)
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return found


def _item(name: str, found: dict[str, Any]) -> Item:
    """Editions differ: categories are lists of lists, or lists; a description is a text or a list of texts."""
    title = " ".join(_texts(found.get("title"))) or name
    categories = list(dict.fromkeys(_texts(found.get("categories", found.get("category")))))
    brand = " ".join(_texts(found.get("brand") or found.get("store")))
    more = " ".join([*_texts(found.get("features")), *_texts(found.get("description"))])
    return Item(title, sentences(title, brand, categories, more[:LONGEST]), categories)


def _texts(value: Any) -> list[str]:
    """All texts in a text, a list or a list of lists, without entities of HTML and empty ones."""
    return [text for text in _flat(value) if text]


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield html.unescape(value).strip()
    elif isinstance(value, list):
        for part in value:
            yield from _flat(part)
