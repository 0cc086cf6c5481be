"""Training that leaves the finite numbers says so."""

from __future__ import annotations

import re
import warnings

import numpy as np

from bench.conformance import exams
from bench.conformance.bounds import bound
from bench.conformance.check import Check, NotExamined, require
from bench.conformance.lab import Lab
from bench.errors import Diverged

_RATE = "learning_rate"


def _openly(lab: Lab) -> None:
    """With the highest learning rate `fit` raises Diverged, naming a parameter, or no score is lost."""
    highest = bound(lab.cls.Params.model_fields[_RATE], ("le",))
    if highest is None:
        raise NotExamined(f"{_RATE} has no highest value that is allowed, see `bounds`")
    query = lab.held_out.query
    usual = np.asarray(lab.townsman.score(query))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # overflow is what is asked for here
        try:
            found = np.asarray(lab.fit(exams.town(), **{_RATE: highest}).score(query))
        except Diverged as error:
            named = set(re.findall(r"\w+", str(error))) & set(lab.cls.Params.model_fields)
            require(named, f"its Diverged names no parameter to change: {error}")
            return
    lost = int(np.sum(np.isfinite(usual) & ~np.isfinite(found)))
    require(lost == 0, f"with {_RATE} = {highest:g} fit does not raise Diverged, and {lost} scores are NaN or infinite")


CHECKS = (
    Check(
        "divergence",
        "does training that diverges raise Diverged and name the parameter to change?",
        _openly,
        lambda cls: _RATE in cls.Params.model_fields,
    ),
)
