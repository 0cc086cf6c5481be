"""Predicted ratings have the right form."""

from __future__ import annotations

import numpy as np

from bench.algorithm import Can
from bench.conformance.check import Check, require
from bench.conformance.compare import close
from bench.conformance.lab import Lab


def _predicts(lab: Lab) -> None:
    model, held_out = lab.townsman, lab.held_out
    found = np.asarray(model.predict(held_out.query, held_out.rows, held_out.items))
    require(found.dtype.kind == "f", f"predict returned {found.dtype} values, not floating point")
    require(found.shape == held_out.items.shape, f"predict returned shape {found.shape}, not {held_out.items.shape}")
    require(not np.isinf(found).any(), f"predict returned {int(np.isinf(found).sum())} infinite ratings")
    require(not np.isnan(found).all(), "predict returned nothing but NaN")
    backwards = np.arange(len(found))[::-1]
    again = np.asarray(model.predict(held_out.query, held_out.rows[backwards], held_out.items[backwards]))
    require(close(found, again[backwards]), "a prediction depends on the place of its pair among the others")


CHECKS = (
    Check(
        "predicts",
        "has it a finite rating, or NaN, for every pair it is asked for?",
        _predicts,
        lambda cls: Can.PREDICT_RATINGS in cls.can,
    ),
)
