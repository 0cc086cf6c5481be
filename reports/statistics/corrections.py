"""Corrections for asking many questions at once: p-values as large as they have to be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy  # of which `scipy.stats` is loaded, in a second, where it is used

from bench.types import Floats


def holm(p: Floats) -> Floats:
    """(m,) p̃ of the i-th smallest of m p-values: max_{j ≤ i} min(1, (m − j + 1) p_(j)); NaN stays out.

    With p̃ < α for what is called different, the chance of one wrong call or more is at most α. Holm (1979), "A simple
    sequentially rejective multiple test procedure".
    """

    def adjusted(known: Floats) -> Floats:
        order = np.argsort(known, kind="stable")
        steps = np.minimum(1, known[order] * np.arange(len(known), 0, -1))
        found = np.empty_like(known)
        found[order] = np.maximum.accumulate(steps)
        return found

    return _on_known(p, adjusted)


def benjamini_hochberg(p: Floats) -> Floats:
    """(m,) p̃ with which the expected share of wrong calls among all calls is at most α; NaN stays out.

    Benjamini and Hochberg (1995), "Controlling the false discovery rate", section 3.1.
    """
    return _on_known(p, lambda known: np.asarray(scipy.stats.false_discovery_control(known)))


def _on_known(p: Floats, adjusted: Callable[[Floats], Floats]) -> Floats:
    found = np.array(p, np.float64)
    known = ~np.isnan(found)
    if known.any():
        found[known] = adjusted(found[known])
    return found
