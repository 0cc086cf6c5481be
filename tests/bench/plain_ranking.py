"""Ranking in plain Python, slow and obvious: what the compiled loops are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.types import Query

WORD = (1 << 64) - 1


def splitmix(key: int, item: int) -> int:
    """SplitMix64's finaliser in plain integers."""
    z = (key * 0x9E3779B97F4A7C15 + item + 1) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def plain_ranking(scores: Any, asked: Query, row: int, hide_seen: bool) -> list[tuple[int, float]]:
    """(item, score) of all candidates of a question, best first."""
    seen = set(asked.items[asked.offsets[row] : asked.offsets[row + 1]].tolist()) if hide_seen else set()
    if asked.candidates is None:
        entries = list(enumerate(scores[row].tolist()))
    else:
        full = scores.shape[1] == asked.n_items
        entries = [
            (item, float(scores[row, item if full else column]))
            for column, item in enumerate(asked.candidates[row].tolist())
            if item >= 0
        ]
    entries = [entry for entry in entries if entry[0] not in seen]
    key = int(asked.keys[row])
    return sorted(entries, key=lambda e: (np.inf if np.isnan(e[1]) else -e[1], splitmix(key, e[0])))
