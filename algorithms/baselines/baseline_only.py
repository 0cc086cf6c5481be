"""The baseline estimate of rating prediction, by alternating least squares in the library Surprise."""

from __future__ import annotations

from typing import Any

import numpy as np
import surprise

from algorithms.rating_library import Numbering, RatingLibrary
from bench.algorithm import Can
from bench.params import Params, number
from bench.types import Floats


class BaselineOnlyParams(Params):
    """Iterations and damping; the library's defaults."""

    epochs: int = number(10, low=1, high=1000, search=(5, 30))
    """Rounds of alternating least squares."""
    user_regularization: float = number(15.0, low=0, high=10_000, search=(1, 100), log=True)
    """λ_u: damping of the user biases."""
    item_regularization: float = number(10.0, low=0, high=10_000, search=(1, 100), log=True)
    """λ_i: damping of the item biases."""


def baseline_options(params: Any) -> dict[str, Any]:
    """The library's `bsl_options` from the three parameters above."""
    return {
        "method": "als",
        "n_epochs": params.epochs,
        "reg_u": params.user_regularization,
        "reg_i": params.item_regularization,
    }


class BaselineOnly(RatingLibrary[BaselineOnlyParams]):
    """r̂_ui = b_ui = μ + b_u + b_i, where in each round

    b_i = Σ_u (r_ui − μ − b_u) / (λ_i + |R_i|)   and   b_u = Σ_i (r_ui − μ − b_i) / (λ_u + |R_u|).

    Koren (2010), "Factor in the neighbors", section 2.1. Unlike `bias` it alternates, and its user biases come from
    training: an unknown user or item has bias 0.
    """

    name = "surprise-baseline"
    family = "baseline"
    paper = "koren2010"
    Params = BaselineOnlyParams
    can = Can.RANK | Can.PREDICT_RATINGS

    def _model(self) -> Any:
        return surprise.BaselineOnly(bsl_options=baseline_options(self.params), verbose=False)

    def _keep(self, model: Any, numbering: Numbering) -> None:
        self.user_bias = numbering.by_user(model.bu)
        self.item_bias = numbering.by_item(model.bi)

    def _estimate(self, users: Any, items: Any) -> Floats:
        return np.asarray(self.mean + self.user_bias[users] + self.item_bias[items])
