"""Words rank the catalogue."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.algorithm import Can
from bench.conformance import exams
from bench.conformance.check import Check, require
from bench.conformance.compare import close
from bench.conformance.lab import Lab
from bench.types import Floats

_ITEMS = (0, 1, 10, 11)  # two of either group of the town, whose texts tell the group
_ODD = ("zzzz", "\x00", "七人の侍 \U0001f40b", "[SEP] {title} </s>", "word " * 200)


def _answers(lab: Lab) -> None:
    """Asked with the text of an item, it has that item before all of the other group, and so has what is loaded."""
    texts = exams.town().split.dataset.items.texts or ()
    other = np.arange(len(texts))[None, :] % 2 != np.array(_ITEMS)[:, None] % 2  # (4, n_items)
    found = np.stack([_asked(lab, texts[item]) for item in _ITEMS])
    own = found[np.arange(len(_ITEMS)), _ITEMS]
    highest = np.where(other & ~np.isnan(found), found, -np.inf).max(axis=1)
    ahead = int(np.sum(own > highest))
    require(ahead == len(_ITEMS), f"asked with texts of items, {ahead} of {len(_ITEMS)} precede all of the other group")
    for text in _ODD:
        require(not np.isinf(_asked(lab, text)).any(), f"infinite scores for the words {text[:40]!r}")
    with TemporaryDirectory() as folder:
        lab.townsman.save(Path(folder, "model"))
        again = np.asarray(lab.cls.load(Path(folder, "model")).ask(texts[0]))
        require(close(found[0], again), "the loaded model answers words otherwise")


def _asked(lab: Lab, text: str) -> Floats:
    scores = np.asarray(lab.townsman.ask(text))
    n_items = exams.town().split.train.n_items
    require(scores.dtype.kind == "f", f"ask returned {scores.dtype} values, not floating point")
    require(scores.shape == (n_items,), f"ask returned shape {scores.shape}, not {(n_items,)}")
    return scores


CHECKS = (
    Check("answers-text", "do words find what their text is about?", _answers, lambda cls: Can.ANSWER_TEXT in cls.can),
)
