"""A split that a matrix asks for: what it is, and the split itself only while somebody needs it.

A matrix of many folds of a large data set would not fit into the memory if every cell held its split.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from bench.datasets import catalogue as datasets
from bench.errors import BadData
from bench.records import canonical
from bench.splits import catalogue as splits
from bench.types import Dataset, Split

KEPT = 2  # of the last splits and data sets: cells come split by split


@dataclass(frozen=True)
class Planned:
    """Specifications of data set and split, and the fingerprints that they had when the matrix was planned."""

    dataset: str  # canonical JSON
    split: str
    fingerprint: str
    data_fingerprint: str
    warnings: tuple[str, ...] = ()  # what has to be said about the data

    @classmethod
    def of(cls, dataset: dict[str, Any], split: dict[str, Any], made: Split) -> Planned:
        """What is planned, given the split itself."""
        data = made.dataset
        said = tuple(data.notes.get("warnings", ()))
        planned = cls(canonical(dataset), canonical(split), made.fingerprint, data.fingerprint, said)
        with _lock:
            _keep(_splits, (planned.dataset, planned.split), made)
        return planned

    def make(self) -> Split:
        """The split, made again unless it is still there. Raises BadData where the data changed in the meantime."""
        with _lock:
            key = (self.dataset, self.split)
            if key not in _splits:
                _keep(_splits, key, splits.make(_dataset(self.dataset), json.loads(self.split)))
            made = _splits[key]
        if made.fingerprint != self.fingerprint:
            raise BadData(f"data set {made.dataset.name!r} changed after the matrix was planned; run it again")
        return made


_lock = threading.Lock()
_splits: OrderedDict[tuple[str, str], Split] = OrderedDict()
_datasets: OrderedDict[str, Dataset] = OrderedDict()


def _dataset(spec: str) -> Dataset:
    if spec not in _datasets:
        _keep(_datasets, spec, datasets.load(json.loads(spec)))
    return _datasets[spec]


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    """Remember a value; the oldest is forgotten when there are too many."""
    kept[key] = value
    while len(kept) > KEPT:
        kept.popitem(last=False)
