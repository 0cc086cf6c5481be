"""Every variant in slow plain Python, straight from its definition in variants.json; needs no package.

A question is one of the objects under "questions": its list (best first, with scores where some are equal), its
held-out items, their ratings. `value(name, questions, k, training)` is the number for all questions, None if undefined.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

Question = dict[str, Any]


def value(name: str, questions: list[Question], k: int | None, training: dict[str, int] | None = None) -> float | None:
    """The metric over all questions: the mean of the defined ones, except where the definition says otherwise."""
    if name in OVER_ALL:
        return OVER_ALL[name](questions, k)
    if name in DEBIASED:
        weights = _weights(questions, training or {})
        each = [DEBIASED[name](question, k, weights) for question in questions if question["held_out"]]
    else:
        each = [PER_QUESTION[name](question, k) for question in questions if question["held_out"]]
    defined = [found for found in each if found is not None]
    return sum(defined) / len(defined) if defined else None


def held(question: Question) -> set[str]:
    """The held-out items, each once."""
    return set(question["held_out"])


def hits(question: Question, k: int) -> list[int]:
    """The ranks, from 1, of the held-out items among the best k."""
    return [rank for rank, item in enumerate(question["list"][:k], 1) if item in held(question)]


def discount(rank: int) -> float:
    """What a hit at this rank counts in NDCG."""
    return 1 / math.log2(rank + 1)


def dcg(ranks: Any) -> float:
    """The sum of the discounts."""
    return sum(map(discount, ranks))


def precision(question: Question, k: int) -> float:
    return len(hits(question, k)) / k


def precision_listed(question: Question, k: int) -> float | None:
    shown = min(k, len(question["list"]))
    return len(hits(question, k)) / shown if shown else None


def recall(question: Question, k: int) -> float:
    return len(hits(question, k)) / len(held(question))


def recall_capped(question: Question, k: int) -> float:
    return len(hits(question, k)) / min(k, len(held(question)))


def f1(question: Question, k: int) -> float:
    return _harmonic(precision(question, k), recall(question, k))


def hit_rate(question: Question, k: int) -> float:
    return float(bool(hits(question, k)))


def ndcg(question: Question, k: int) -> float:
    return dcg(hits(question, k)) / dcg(range(1, min(k, len(held(question))) + 1))


def ndcg_ideal_k(question: Question, k: int) -> float:
    return dcg(hits(question, k)) / dcg(range(1, k + 1))


def ndcg_ideal_all(question: Question, k: int) -> float:
    return dcg(hits(question, k)) / dcg(range(1, len(held(question)) + 1))


def clipped(rank: int) -> float:
    """The same where the first two ranks count alike."""
    return 1 / math.log2(max(rank, 2))


def ndcg_clipped(question: Question, k: int) -> float:
    ideal = range(1, min(k, len(held(question))) + 1)
    return sum(map(clipped, hits(question, k))) / sum(map(clipped, ideal))


def _graded(
    question: Question, k: int, gain: Callable[[float], float], discounted: Callable[[int], float] = discount
) -> float | None:
    gains = {item: gain(rating) for item, rating in zip(question["held_out"], question["ratings"], strict=True)}
    best = sorted(gains.values(), reverse=True)[:k]
    ideal = sum(g * discounted(rank) for rank, g in enumerate(best, 1))
    found = sum(gains.get(item, 0) * discounted(rank) for rank, item in enumerate(question["list"][:k], 1))
    return found / ideal if ideal else None


def ndcg_graded_clipped(question: Question, k: int) -> float | None:
    return _graded(question, k, lambda rating: rating, clipped)


def ndcg_graded(question: Question, k: int) -> float | None:
    return _graded(question, k, lambda rating: rating)


def ndcg_exponential(question: Question, k: int) -> float | None:
    return _graded(question, k, lambda rating: 2**rating - 1)


def _precisions(question: Question, k: int) -> float:
    """The sum of the precision at each hit."""
    return sum(precision(question, rank) for rank in hits(question, k))


def map_capped(question: Question, k: int) -> float:
    return _precisions(question, k) / min(k, len(held(question)))


def map_full(question: Question, k: int) -> float:
    return _precisions(question, k) / len(held(question))


def map_k(question: Question, k: int) -> float:
    return _precisions(question, k) / k


def map_hits(question: Question, k: int) -> float:
    return _precisions(question, k) / max(1, len(hits(question, k)))


def map_listed(question: Question, k: int) -> float | None:
    most = min(k, len(question["list"]), len(held(question)))
    return _precisions(question, k) / most if most else None


def mrr(question: Question, k: int) -> float:
    return 1 / min(hits(question, k), default=math.inf)


def _pairs(question: Question, tie: float) -> float | None:
    """The share of pairs (held-out item, other candidate) that are won; a pair with equal scores counts `tie`."""
    scores = dict(zip(question["list"], _scores(question), strict=True))
    others = [item for item in question["list"] if item not in held(question)]
    won = 0.0
    for item, other in itertools.product(held(question), others):
        if item in scores:
            won += 1 if scores[item] > scores[other] else tie if scores[item] == scores[other] else 0
    return won / (len(held(question)) * len(others)) if others else None


def auc(question: Question, k: int | None) -> float | None:
    return _pairs(question, 0.5)


def auc_strict(question: Question, k: int | None) -> float | None:
    return _pairs(question, 0)


def accuracy(question: Question, k: int) -> float | None:
    right = [(item in question["list"][:k]) == (item in held(question)) for item in question["list"]]
    return sum(right) / len(right) if right else None


def _scores(question: Question) -> list[float]:
    return question.get("scores") or [-rank for rank in range(len(question["list"]))]


def _orders(question: Question) -> Iterator[Question]:
    """The question once for each order of the items with equal scores."""
    scored = zip(question["list"], _scores(question), strict=True)
    groups = [[item for item, _ in group] for _, group in itertools.groupby(scored, key=lambda pair: pair[1])]
    for order in itertools.product(*map(itertools.permutations, groups)):
        yield {**question, "list": list(itertools.chain.from_iterable(order))}


def _expected(metric: Callable[[Question, int], float]) -> Callable[[Question, int], float]:
    """The mean of a metric over all orders of equal scores."""

    def expected(question: Question, k: int) -> float:
        found = [metric(order, k) for order in _orders(question)]
        return sum(found) / len(found)

    return expected


def _weights(questions: list[Question], training: dict[str, int]) -> dict[str, float]:
    """1 / √(training interactions) of each held-out item, with the mean 1 over all held-out items."""
    raw = {item: max(1, training.get(item, 0)) ** -0.5 for question in questions for item in held(question)}
    all_held = [raw[item] for question in questions for item in held(question)]
    return {item: weight * len(all_held) / sum(all_held) for item, weight in raw.items()}


def recall_ips(question: Question, k: int, weights: dict[str, float]) -> float:
    return sum(weights[question["list"][rank - 1]] for rank in hits(question, k)) / len(held(question))


def recall_snips(question: Question, k: int, weights: dict[str, float]) -> float:
    found = sum(weights[question["list"][rank - 1]] for rank in hits(question, k))
    return found / sum(weights[item] for item in held(question))


def _weighted_dcg(question: Question, k: int, weights: dict[str, float]) -> float:
    return sum(weights[question["list"][rank - 1]] * discount(rank) for rank in hits(question, k))


def ndcg_ips(question: Question, k: int, weights: dict[str, float]) -> float:
    return _weighted_dcg(question, k, weights) / dcg(range(1, min(k, len(held(question))) + 1))


def ndcg_snips(question: Question, k: int, weights: dict[str, float]) -> float:
    best = sorted((weights[item] for item in held(question)), reverse=True)[:k]
    ideal = sum(weight * discount(rank) for rank, weight in enumerate(best, 1))
    return _weighted_dcg(question, k, weights) / ideal


def f1_of_means(questions: list[Question], k: int) -> float | None:
    asked = [question for question in questions if question["held_out"]]
    if not asked:
        return None
    return _harmonic(*(sum(metric(question, k) for question in asked) / len(asked) for metric in (precision, recall)))


def ctr_proxy(questions: list[Question], k: int) -> float | None:
    asked = [question for question in questions if question["held_out"]]
    shown = sum(min(k, len(question["list"])) for question in asked)
    return sum(len(hits(question, k)) for question in asked) / shown if shown else None


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


PER_QUESTION: dict[str, Callable[[Question, Any], float | None]] = {
    "precision": precision,
    "precision_listed": precision_listed,
    "precision_ties": _expected(precision),
    "recall": recall,
    "recall_capped": recall_capped,
    "recall_ties": _expected(recall),
    "f1": f1,
    "hit_rate": hit_rate,
    "ndcg": ndcg,
    "ndcg_ideal_k": ndcg_ideal_k,
    "ndcg_ideal_all": ndcg_ideal_all,
    "ndcg_clipped": ndcg_clipped,
    "ndcg_graded": ndcg_graded,
    "ndcg_graded_clipped": ndcg_graded_clipped,
    "ndcg_exponential": ndcg_exponential,
    "ndcg_ties": _expected(ndcg),
    "map": map_capped,
    "map_full": map_full,
    "map_k": map_k,
    "map_hits": map_hits,
    "map_listed": map_listed,
    "mrr": mrr,
    "auc": auc,
    "auc_strict": auc_strict,
    "accuracy": accuracy,
}
DEBIASED: dict[str, Callable[[Question, Any, dict[str, float]], float]] = {
    "recall_ips": recall_ips,
    "recall_snips": recall_snips,
    "ndcg_ips": ndcg_ips,
    "ndcg_snips": ndcg_snips,
}
OVER_ALL: dict[str, Callable[[list[Question], Any], float | None]] = {
    "f1_of_means": f1_of_means,
    "ctr_proxy": ctr_proxy,
}
