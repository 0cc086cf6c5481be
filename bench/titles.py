"""Names of data sets and splits as one reads them: `ml-100k (k_core=10)`, with no more options than are needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.records import Slot, canonical
from bench.splits.catalogue import defaults


class Titles:
    """Data set and split of each of some slots, as short as they can be told apart."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        slots = list(slots)
        self._splits = told_apart(slot.split for slot in slots)

    def of(self, slot: Slot) -> tuple[str, str]:
        """The titles of its data set and of its split."""
        return describe(slot.dataset), self._splits[canonical(slot.split)]


def describe(options: dict[str, Any]) -> str:
    """A name and its options; those that are None say nothing."""
    rest = ", ".join(f"{key}={_plain(v)}" for key, v in options.items() if key != "name" and v is not None)
    return f"{options.get('name', '?')} ({rest})" if rest else str(options.get("name", "?"))


def told_apart(every: Iterable[dict[str, Any]]) -> dict[str, str]:
    """A title for each split, by its canonical JSON: the name, with the options that are not at their default, and
    those that tell it from others of that name."""
    specs = {canonical(value): value for value in every}
    titles = {}
    for key, value in specs.items():
        like = [other for other in specs.values() if other.get("name") == value.get("name")]
        shown = {name for other in like for name in other if any(one.get(name) != other[name] for one in like)}
        usual = defaults(str(value.get("name")))
        shown |= {name for name in value if value[name] != usual.get(name)}
        titles[key] = describe({name: option for name, option in value.items() if name in {"name", *shown}})
    return titles


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "sampled" in value:
        return f"{value['sampled']} sampled{' by popularity' if value.get('by') == 'popularity' else ''}"
    return value if isinstance(value, str) else canonical(value)
