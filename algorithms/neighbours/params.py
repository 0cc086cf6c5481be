"""The hyper-parameters that user k-NN and item k-NN share."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from bench.errors import Unsupported
from bench.params import Params, choice, number

Similarity = Literal["cosine", "pearson", "euclidean"]
Weighting = Literal["none", "tf-idf", "bm25"]


class NeighbourParams(Params):
    """How neighbours are found; the formulas are in `algorithms/neighbours/similarity.py` and `weighting.py`."""

    neighbours: int = number(100, low=1, high=100_000, search=(10, 1000), log=True)
    """How many of the most similar users or items count, the user or item itself not among them."""
    similarity: Similarity = choice("cosine", tune=False)
    """"cosine" compares who has what; "pearson" and "euclidean" compare the ratings that two have in common."""
    shrinkage: float = number(0, low=0, high=100_000, search=(1, 1000), log=True)
    """Pulls similarities that rest on little evidence towards zero; 0 trusts every one."""
    weighting: Weighting = choice("none")
    """What an entry of a vector weighs when cosines are computed: 1, or less for whoever (whatever) is common."""

    @field_validator("weighting")
    @classmethod
    def _only_with_cosine(cls, value: Weighting, info: ValidationInfo) -> Weighting:
        if value != "none" and info.data.get("similarity", "cosine") != "cosine":
            raise ValueError('weighting is defined only for similarity "cosine"')
        return value

    def check(self, has_ratings: bool) -> None:
        """Raise Unsupported for a similarity of ratings on data without any."""
        if self.similarity != "cosine" and not has_ratings:
            raise Unsupported(f'similarity "{self.similarity}" needs ratings, and the data set has none')
