"""The hyper-parameters that user k-NN and item k-NN share."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import ValidationInfo, field_validator

from bench.errors import Unsupported
from bench.params import Params, choice, number

OfVectors = Literal["cosine", "asymmetric-cosine", "conditional-probability", "jaccard", "dice", "tversky"]
OfRatings = Literal["pearson", "euclidean", "adjusted-cosine", "pearson-baseline"]
Similarity = Literal[OfVectors, OfRatings]
Weighting = Literal["none", "tf-idf", "bm25"]

_EXPONENT = ("asymmetric-cosine", "conditional-probability")  # α is one, and at most 1
_DEFINED = {  # for which similarities a parameter is
    "weighting": ("cosine", "asymmetric-cosine"),
    "alpha": (*_EXPONENT, "tversky"),
    "beta": ("tversky",),
}


class NeighbourParams(Params):
    """How neighbours are found; the formulas are in `algorithms/neighbours/similarity.py` and `weighting.py`.

    The default of α and β is ½, where the asymmetric cosine is the cosine and Tversky's index that of Dice. Neither is
    searched, because most similarities have none and refuse it. Breese et al. (1998) amplify by 2.5.
    """

    neighbours: int = number(100, low=1, high=100_000, search=(10, 1000), log=True)
    """How many of the most similar users or items count, the user or item itself not among them."""
    similarity: Similarity = choice("cosine", tune=False)
    """The first six compare who has what, the last four the ratings that two have in common."""
    shrinkage: float = number(0, low=0, high=100_000, search=(1, 1000), log=True)
    """Pulls similarities that rest on little evidence towards zero; 0 trusts every one."""
    weighting: Weighting = choice("none")
    """What an entry of a vector weighs when cosines are computed: 1, or less for whoever (whatever) is common."""
    alpha: float = number(0.5, low=0, high=2)
    """α of the similarities that have one: the asymmetric cosine, the conditional probability and Tversky's index."""
    beta: float = number(0.5, low=0, high=2)
    """β of Tversky's index."""
    amplification: float = number(1, low=1, high=10, search=(1, 4))
    """ρ: every similarity is raised to this power, so that near neighbours count for more; 1 leaves it as it is."""

    @field_validator("weighting", "alpha", "beta")
    @classmethod
    def _only_where_defined(cls, value: float | str, info: ValidationInfo) -> float | str:
        name, similarity = str(info.field_name), info.data.get("similarity", "cosine")
        if value == cls.model_fields[name].default:
            return value
        if similarity not in _DEFINED[name]:
            raise ValueError(f"{name} is defined only for similarity {' and '.join(map(repr, _DEFINED[name]))}")
        if name == "alpha" and similarity in _EXPONENT and float(value) > 1:
            raise ValueError(f"alpha is at most 1 for similarity {similarity!r}")
        return value

    @property
    def of_ratings(self) -> bool:
        """Whether ratings are compared, not who has what."""
        return self.similarity in get_args(OfRatings)

    def check(self, has_ratings: bool) -> None:
        """Raise Unsupported for a similarity of ratings on data without any."""
        if self.of_ratings and not has_ratings:
            raise Unsupported(f'similarity "{self.similarity}" needs ratings, and the data set has none')
