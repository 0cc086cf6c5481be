"""The data sets that are known by name. To add one: an entry in `known/` and a reader, `reader(folder, duplicates)`.

Nothing is read here, so that a command line can list data sets at once.
"""

from __future__ import annotations

from bench.datasets.known import amazon, books, games, movielens, music, papers, places, sequences, sessions
from bench.datasets.source import EMBEDDED, Source, data_folders, find, own_folder

__all__ = ["EMBEDDED", "SOURCES", "Source", "data_folders", "find", "own_folder"]

_MODULES = (movielens, music, places, papers, books, games, sessions, sequences, amazon)

SOURCES: dict[str, Source] = {source.name: source for module in _MODULES for source in module.SOURCES}
