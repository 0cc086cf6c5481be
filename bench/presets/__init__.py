"""Settings that were tuned and are shipped, for `preset = "tuned"`: a file for each data set, with each search.

python -m bench.presets STORE      writes the best settings of the searches in a store into these files
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from bench.titles import describe

PRESETS = ("defaults", "tuned")
FOLDER = Path(__file__).parent


def tuned(dataset: dict[str, Any], algorithm: str) -> dict[str, Any] | None:
    """The tuned parameters of an algorithm for a data set (a specification); None where there are none.

    They were found on the data set as it comes, so one with options has none.
    """
    if set(dataset) != {"name"}:
        return None
    entry = _file(dataset["name"]).get(algorithm)
    return None if entry is None else dict(entry["params"])


def missing(datasets: Iterable[dict[str, Any]], algorithms: Iterable[str]) -> list[str]:
    """A sentence for each data set that has no tuned settings for some of these algorithms."""
    names = sorted(set(algorithms))
    lacking = {describe(data): [name for name in names if tuned(data, name) is None] for data in datasets}
    return [
        f"no tuned settings for {data}: {', '.join(found)}; defaults instead"
        for data, found in lacking.items()
        if found
    ]


@cache
def _file(dataset: str) -> dict[str, Any]:
    path = FOLDER / f"{dataset}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
