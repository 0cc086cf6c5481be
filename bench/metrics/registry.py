"""Metrics by name: `parse("ndcg@10")`, `measure(["ndcg@10", "rmse"], answers, context)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from bench.answers import Answers
from bench.errors import BadConfig, did_you_mean
from bench.metrics import (
    activity,
    calibration,
    clicks,
    debiased,
    diversity,
    exposure,
    graded,
    popularity,
    ranking,
    rating,
    serendipity,
    ties,
    variants,
)
from bench.metrics.evidence import Evidence
from bench.metrics.measured import Measured
from bench.records import Context

HIGHEST_CUT_OFF = 1_000_000
_PATTERN = re.compile(r"([a-z0-9_]+)(?:@([1-9][0-9]{0,9}))?", re.ASCII)


@dataclass(frozen=True)
class Metric:
    """A metric, with its cut-off where it has one."""

    name: str  # "ndcg"
    k: int | None = None

    def __str__(self) -> str:
        return self.name if self.k is None else f"{self.name}@{self.k}"


@dataclass(frozen=True)
class Definition:
    """One line of `bench list metrics`."""

    name: str
    meaning: str
    better: Literal["higher", "lower", "neither"]
    compute: Callable[[Evidence, int], Measured]  # the cut-off is 0 for a metric that has none
    cut: bool = True  # is measured at a cut-off
    from_lists: bool = False  # is read from the stored lists, so a cut-off cannot exceed their length
    kind: str = ""  # the group in which it is listed
    needs: str = ""  # what must be known beside lists and ranks

    @property
    def label(self) -> str:
        """The name as a person writes it: `ndcg@k`, `rmse`."""
        return f"{self.name}@k" if self.cut else self.name


def _at_k(name: str, meaning: str, compute: Callable[[ranking.Ranking, int], Measured]) -> Definition:
    return Definition(name, meaning, "higher", lambda evidence, k: compute(evidence.ranking, k))


def _held(name: str, meaning: str, compute: Callable[[Evidence, int], Measured], needs: str = "") -> Definition:
    return Definition(name, meaning, "higher", compute, needs=needs)


def _rating(
    name: str, meaning: str, compute: Callable[[Answers, rating.Scale], Measured], better: Literal["higher", "lower"]
) -> Definition:
    needs = "ratings and predicted ratings"
    return Definition(name, meaning, better, lambda e, k: compute(e.answers, e.context.scale), cut=False, needs=needs)


def _lists(
    name: str,
    meaning: str,
    compute: Callable[[Evidence, int], Measured],
    better: Literal["higher", "lower", "neither"],
    needs: str = "",
) -> Definition:
    return Definition(name, meaning, better, compute, from_lists=True, needs=needs)


_RANKING = (
    _at_k("precision", "share of the k listed items that were held out", ranking.precision),
    _at_k("recall", "share of the held-out items that are among the best k", ranking.recall),
    _at_k("recall_capped", "recall divided by what k places can hold: min(k, held-out)", ranking.recall_capped),
    _at_k("f1", "harmonic mean of precision and recall of each user", ranking.f1),
    _at_k("hit_rate", "share of the users with at least one held-out item among the best k", ranking.hit_rate),
    _at_k("ndcg", "held-out items weighted by 1/log2(rank + 1), relative to the ideal list", ranking.ndcg),
    _at_k(
        "map", "mean of the precision at each held-out item, relative to min(k, held-out)", ranking.average_precision
    ),
    _at_k("map_full", "the same relative to all held-out items", variants.average_precision_full),
    _at_k("mrr", "1/rank of the first held-out item, 0 beyond k", ranking.reciprocal_rank),
    Definition(
        "auc",
        "chance that a held-out item scores higher than another candidate",
        "higher",
        lambda evidence, k: ranking.auc(evidence.ranking),
        cut=False,
    ),
    _at_k("accuracy", "hits and correct rejections over candidates; near 1 for any list", ranking.accuracy),
    _held("ctr_proxy", "hits over items shown, as if held-out items were clicks", clicks.ctr_proxy),
)
_GRADED = (
    _held("ndcg_graded", "ndcg in which an item gains its rating", graded.ndcg_graded, "ratings"),
    _held("ndcg_exponential", "ndcg in which an item gains 2^rating - 1", graded.ndcg_exponential, "ratings"),
)
_TIES = (
    _held("precision_ties", "precision, the mean over all orders of equal scores", ties.precision_ties),
    _held("recall_ties", "recall, the mean over all orders of equal scores", ties.recall_ties),
    _held("ndcg_ties", "ndcg, the mean over all orders of equal scores", ties.ndcg_ties),
)
_DEBIASED = (
    _held("recall_ips", "recall, each item weighted by its inverse propensity", debiased.recall_ips),
    _held("recall_snips", "the same relative to all weights of a user", debiased.recall_snips),
    _held("ndcg_ips", "ndcg, each item weighted by its inverse propensity", debiased.ndcg_ips),
    _held("ndcg_snips", "the same relative to the ideal list with these weights", debiased.ndcg_snips),
)
_RATING = (
    _rating("rmse", "root of the mean squared error, predictions clipped to the scale", rating.rmse, "lower"),
    _rating("mae", "mean absolute error, predictions clipped to the scale", rating.mae, "lower"),
    _rating("rmse_raw", "root of the mean squared error of unclipped predictions", rating.rmse_raw, "lower"),
    _rating("mae_raw", "mean absolute error of unclipped predictions", rating.mae_raw, "lower"),
    _rating("rating_accuracy", "share of rounded predictions that are the rating", rating.rating_accuracy, "higher"),
)
_CATALOGUE = (
    _lists("coverage", "share of the catalogue that is in some list of length k", exposure.coverage, "higher"),
    _lists("gini", "how unequally items are shown: 0 all alike, near 1 a few only", exposure.gini, "lower"),
    _lists("entropy", "how evenly items are shown, in bits", exposure.entropy, "higher"),
)
_POPULARITY = (
    _lists(
        "popularity", "mean share of the users in training who had the listed items", popularity.popularity, "neither"
    ),
    _lists("novelty", "mean self-information of the listed items, in bits", popularity.novelty, "neither"),
    _lists(
        "popularity_lift",
        "popularity of the lists relative to that of the histories, minus 1",
        popularity.popularity_lift,
        "neither",
        "histories",
    ),
)
_VARIETY = (
    _lists("diversity", "1 - mean cosine of the features of listed items", diversity.diversity, "higher", "features"),
    _lists(
        "diversity_cooccurrence",
        "1 - mean cosine of who had the listed items in training",
        diversity.diversity_cooccurrence,
        "higher",
        "training interactions",
    ),
    _held(
        "serendipity",
        "share of the k listed items that are hits beyond popularity",
        serendipity.serendipity,
        "histories",
    ),
)
_FIT = (
    _lists(
        "calibration",
        "divergence of the features of the list from those of the history",
        calibration.calibration,
        "lower",
        "features and histories",
    ),
    Definition(
        "activity_gap",
        "ndcg of the most active fifth of the users minus that of the least active fifth",
        "neither",
        activity.activity_gap,
        needs="histories",
    ),
)
_KINDS = {
    "ranking": _RANKING,
    "graded ranking": _GRADED,
    "ranking, ties averaged": _TIES,
    "ranking, debiased": _DEBIASED,
    "ratings": _RATING,
    "share of the catalogue": _CATALOGUE,
    "popularity": _POPULARITY,
    "variety": _VARIETY,
    "fit to the user": _FIT,
}
_ALL = tuple(replace(definition, kind=kind) for kind, group in _KINDS.items() for definition in group)
_BY_NAME = {definition.name: definition for definition in _ALL}


def describe() -> tuple[Definition, ...]:
    """All metrics, in the order in which they are listed."""
    return _ALL


def names() -> tuple[str, ...]:
    """The names without cut-off."""
    return tuple(_BY_NAME)


def definition(metric: Metric) -> Definition:
    """What `metric` means."""
    return _BY_NAME[metric.name]


def parse(text: str, *, list_length: int | None = None) -> Metric:
    """The metric that `text` names, as `ndcg@10` or `rmse`.

    Raises BadConfig for an unknown name, a missing, superfluous or wrong cut-off, and, where `list_length` says how
    long the stored lists will be, for a cut-off beyond it in a metric that is read from the lists.
    """
    name, _, _ = text.partition("@")
    if name not in _BY_NAME:
        hint = did_you_mean(name, _BY_NAME) or f"; known are {', '.join(_BY_NAME)}"
        raise BadConfig(f"metric {text!r}: unknown name{hint}")
    known, match = _BY_NAME[name], _PATTERN.fullmatch(text)
    if not known.cut:
        if text != name:
            raise BadConfig(f"metric {text!r}: {name} has no cut-off; write {name!r}")
        return Metric(name)
    if match is None or match[2] is None or int(match[2]) > HIGHEST_CUT_OFF:
        raise BadConfig(f"metric {text!r}: write a cut-off from 1 to {HIGHEST_CUT_OFF} behind @, as in '{name}@10'")
    k = int(match[2])
    if known.from_lists and list_length is not None and k > list_length:
        raise BadConfig(f"metric {text!r}: lists are stored with {list_length} items, so the cut-off ends there")
    return Metric(name, k)


def measure(metrics: Iterable[Metric | str], answers: Answers, context: Context) -> dict[str, Measured]:
    """Each metric of one cell, under its written name ("ndcg@10"). Raises BadConfig as `parse` does."""
    evidence = Evidence(answers, context)
    wanted = [parse(metric) if isinstance(metric, str) else metric for metric in metrics]
    results = {str(metric): definition(metric).compute(evidence, metric.k or 0) for metric in wanted}
    return {name: replace(result, metric=name) for name, result in results.items()}
