"""Reasons that are exact: shares that add up to a score, and losses that are those of a history less one item."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bench import registry
from bench.conformance import exams
from bench.types import Query, Reason


def _fitted(name: str, **params: Any) -> Any:
    algorithm = registry.create(name, **params)
    algorithm.fit(exams.town().training())
    return algorithm


def _question(history: list[int], n_items: int = 50) -> Query:
    items, ratings = np.array(history, np.int32), np.linspace(1, 5, len(history)).astype(np.float32)
    return Query(
        np.zeros(1, np.int64), np.array([-1], np.int32), np.array([0, len(items)]), items, ratings, None, n_items
    )


def _weights(reasons: list[Reason]) -> dict[int, float]:
    return {reason.item: reason.weight for reason in reasons}


@pytest.mark.parametrize("params", [{}, {"alpha": 5.0}, {"values": "ratings", "alpha": 2.0, "factors": 60}])
def test_shares_of_implicit_als_add_up_to_the_score(params: dict[str, Any]):
    model, query = _fitted("implicit-als", **params), _question([0, 2, 5, 8, 20])
    scores = model.score(query)[0]
    full = [item for item in range(49) if len(model.explain(query, item, 5)) == 5]
    assert full, "an item that nothing in the history speaks against"
    for item in full:
        assert sum(_weights(model.explain(query, item, 5)).values()) == pytest.approx(scores[item], rel=1e-3)
    assert model.explain(query, 49) == [], "nobody has the last film"
    assert model.explain(_question([]), full[0]) == []
    assert model.explain(query, full[0], 2) == model.explain(query, full[0], 5)[:2]


@pytest.mark.parametrize("name", ["mult-vae", "mult-dae"])
def test_reasons_of_auto_encoders_are_what_an_item_loses_without_them(name: str):
    model, history = _fitted(name, epochs=3), [0, 2, 5, 8, 20, 49]
    whole, item = _question(history), 4

    def chance(query: Query) -> float:
        logits = model._logits(query, np.arange(1)).detach().numpy().astype(np.float64)[0]
        return float(logits[item] - np.log(np.exp(logits).sum()))

    lost = {
        taken: chance(whole) - chance(_question([one for one in history if one != taken])) for taken in history[:-1]
    }
    found = _weights(model.explain(whole, item, 10))
    assert found == pytest.approx({taken: loss for taken, loss in lost.items() if loss > 0}, rel=1e-3)
    assert found
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert model.explain(whole, 49) == [], "training does not know the last film, as a reason or as an item"
    assert model.explain(_question([49]), item) == []
    twice = replace(whole, items=np.array([*history, 0], np.int32), offsets=np.array([0, 7]), ratings=None)
    assert _weights(model.explain(twice, item, 10)) == pytest.approx(found, rel=1e-6)
