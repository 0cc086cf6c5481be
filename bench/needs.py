"""Which needs of an algorithm a data set meets."""

from __future__ import annotations

from bench.algorithm import Needs
from bench.types import Interactions, Side


def unmet(needs: Needs, data: Interactions, items: Side, users: Side, device: str) -> Needs:
    """The first need that is not met; NOTHING where all are. `data` is what is learnt from."""
    has = {
        Needs.RATINGS: data.ratings is not None,
        Needs.ORDER: data.ordered,
        Needs.TIMES: data.times is not None,
        Needs.ITEM_TEXT: items.texts is not None,
        Needs.ITEM_FEATURES: items.features is not None,
        Needs.USER_FEATURES: users.features is not None,
        Needs.REVIEWS: data.reviews is not None,
        Needs.GPU: device != "cpu",
    }
    return next((need for need in needs if not has[need]), Needs.NOTHING)


def in_words(need: Needs) -> str:
    """`item text` for ITEM_TEXT."""
    return (need.name or "").lower().replace("_", " ")
