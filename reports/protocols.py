"""Data set by data set: what is in it and under which licence, how it was split, and what the audit found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.titles import describe
from reports.model import Group
from reports.reproduce import flat

_OF_DATA = ("users", "items", "interactions", "notes")  # facts that do not depend on the split


@dataclass(frozen=True)
class Protocol:
    """One split of a data set."""

    title: str
    facts: Mapping[str, str]
    audit: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class DataSection:
    """A data set with its splits."""

    name: str
    facts: Mapping[str, str]
    protocols: tuple[Protocol, ...]


def of_groups(groups: Sequence[Group], openings: Mapping[str, str]) -> list[DataSection]:
    """A section for each data set, in the order of the groups; means over folds are no splits of their own.

    `openings` says how often the test part of a split, by its hash, was opened.
    """
    found: dict[str, list[Group]] = {}
    for group in groups:
        if not group.folds:
            found.setdefault(group.dataset, []).append(group)
    return [
        DataSection(name, _data(own[0]), tuple(_protocol(group, openings) for group in own))
        for name, own in found.items()
    ]


def _data(group: Group) -> dict[str, str]:
    facts = group.context.facts if group.context else {}
    described = {"data set": describe(group.rows[0].cells[0].record.slot.dataset)}
    return described | flat({name: facts[name] for name in _OF_DATA if name in facts})


def _protocol(group: Group, openings: Mapping[str, str]) -> Protocol:
    facts = group.context.facts if group.context else {}
    described = {"split": describe(group.rows[0].cells[0].record.slot.split)}
    described |= {"split hash": group.split_hash} if group.split_hash else {}
    if group.split_hash in openings:
        described["test part opened"] = openings[group.split_hash]
    own = flat({name: value for name, value in facts.items() if name not in _OF_DATA})
    return Protocol(group.split, described | own, group.audit)
