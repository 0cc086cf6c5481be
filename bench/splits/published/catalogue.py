"""The splits that authors have published with their data, by data set and name.

To add one: a line here and a reader, `reader(folder of the data set, name of the split) -> Parts`.
"""

from __future__ import annotations

from importlib import import_module

from bench.datasets import sources
from bench.errors import BadData, Unsupported
from bench.splits.rows import Parts

_FOLDER = "bench.splits.published"
SPLITS = {  # data set -> name of the split -> module and function of the reader
    "ml-100k": dict.fromkeys(("u1", "u2", "u3", "u4", "u5", "ua", "ub"), f"{_FOLDER}.movielens:ratings"),
    "ncf-ml-1m": {"ncf": f"{_FOLDER}.ncf:leave_one_out"},
    "gowalla": {"lightgcn": f"{_FOLDER}.lightgcn:user_lists"},
    "amazon-scientific": {"recbole": f"{_FOLDER}.prefixes:sequences"},
}


def names() -> list[str]:
    """Every name that a published split has."""
    return sorted({name for splits in SPLITS.values() for name in splits})


def read(dataset: str, name: str) -> Parts:
    """The parts of a split.

    Raises Unsupported where the data set has no split of this name, BadData where files are missing.
    """
    splits = SPLITS.get(dataset, {})
    if name not in splits:
        known = f"has {', '.join(splits)}" if splits else "has no published splits"
        raise Unsupported(f"data set {dataset!r} has no published split {name!r}; it {known}")
    folder = sources.SOURCES[dataset].path()
    if folder is None:
        raise BadData(f"the files of data set {dataset!r}, which hold split {name!r}, are not on this machine")
    module, _, function = splits[name].partition(":")
    parts: Parts = getattr(import_module(module), function)(folder, name)
    return parts
