"""What public libraries compute for one user, for those that are installed.

A question is one of the objects under "questions" of the vectors. Every library is asked as its documentation says: the
list in order (or with falling scores), and all held-out items, those included that the list lacks. A question that a
library cannot be asked raises an error.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # ranx would compile for half a minute to save milliseconds

Question = dict[str, Any]
Ask = Callable[[Question, int], float]


@dataclass(frozen=True)
class Metric:
    """A metric of a library: how it is called there, and how it is asked."""

    name: str
    ask: Ask
    graded: bool = False  # is given the ratings
    whole: bool = False  # knows no cut-off: is asked about whole lists only


Metrics = list[Metric]


def scores(question: Question) -> list[float]:
    """The scores of the list, all above 0."""
    lowest = min(question.get("scores", [1]), default=1)
    return [s - lowest + 1 for s in question.get("scores", range(len(question["list"]), 0, -1))]


def held(question: Question) -> list[str]:
    """The held-out items, each once."""
    return list(dict.fromkeys(question["held_out"]))


def gains(question: Question, *, graded: bool) -> dict[str, float]:
    """What each held-out item is worth: its rating, or 1."""
    return {item: question["ratings"][place] if graded else 1 for place, item in enumerate(question["held_out"])}


def columns(question: Question, k: int, *, graded: bool = False) -> tuple[list[float], list[float]]:
    """(gains, scores) of the listed items and, with the score 0, of held-out items that are not listed."""
    missing = [item for item in held(question) if item not in question["list"]]
    if missing and len(question["list"]) < k:
        raise ValueError("items that are not listed would move up into the best k")
    worth = gains(question, graded=graded)
    return [worth.get(item, 0) for item in question["list"] + missing], scores(question) + [0] * len(missing)


def called(name: str, **options: Any) -> str:
    """As one would write the call."""
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in options.items())})" if options else name


def ranx() -> Metrics:
    from ranx import Qrels, Run, evaluate

    def metric(name: str, *, graded: bool = False) -> Metric:
        def ask(question: Question, k: int) -> float:
            run = Run({"u": dict(zip(question["list"], map(float, scores(question)), strict=True))})
            worth = gains(question, graded=graded)
            if any(gain != int(gain) for gain in worth.values()):
                raise ValueError("gains are whole numbers")
            truth = Qrels({"u": {item: int(gain) for item, gain in worth.items()}})
            return float(evaluate(truth, run, f"{name}@{k}"))

        return Metric(name, ask, graded)

    binary = ("precision", "recall", "f1", "hit_rate", "ndcg", "map", "mrr")
    return [*map(metric, binary), *(metric(name, graded=True) for name in ("ndcg", "ndcg_burges"))]


def scikit_learn() -> Metrics:
    from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

    def ndcg(*, graded: bool = False, **options: Any) -> Ask:
        def ask(question: Question, k: int) -> float:
            truth, given = columns(question, k, graded=graded)
            return float(ndcg_score([truth], [given], k=k, **options))

        return ask

    def whole(score: Any) -> Ask:
        return lambda question, k: float(score(*columns(question, k)))

    return [
        Metric("ndcg_score", ndcg()),
        Metric("ndcg_score(ignore_ties=True)", ndcg(ignore_ties=True)),
        Metric("ndcg_score", ndcg(graded=True), graded=True),
        Metric("roc_auc_score", whole(roc_auc_score), whole=True),
        Metric("average_precision_score", whole(average_precision_score), whole=True),
    ]


def rectools() -> Metrics:
    import pandas as pd
    from rectools import Columns
    from rectools import metrics as m

    def metric(name: str, **options: Any) -> Metric:
        def ask(question: Question, k: int) -> float:
            ranks = range(1, len(question["list"]) + 1)
            lists = pd.DataFrame({Columns.User: "u", Columns.Item: question["list"], Columns.Rank: ranks})
            truth = pd.DataFrame({Columns.User: "u", Columns.Item: held(question)})
            return float(getattr(m, name)(k=k, **options).calc_per_user(lists, truth).loc["u"])

        return Metric(called(name, **options), ask)

    return [
        *map(metric, ("Precision", "Recall", "F1Beta", "HitRate", "NDCG", "MAP", "MRR")),
        metric("Precision", r_precision=True),
        metric("NDCG", divide_by_achievable=True),
        metric("MAP", divide_by_k=True),
    ]


def recbole() -> Metrics:
    """The code of its metrics needs the alias `numpy.float`, which NumPy dropped in 1.24; it is put back here."""
    import numpy as np
    from scipy.stats import rankdata

    np.float = float  # type: ignore[attr-defined]
    from recbole.evaluator import metrics as m

    def metric(name: str, *, counts: bool = False) -> Metric:
        def ask(question: Question, k: int) -> float:
            listed = [item in held(question) for item in question["list"][:k]]
            hits = np.array([listed + [False] * (k - len(listed))])  # (1, k)
            kind = getattr(m, name)
            more = (np.array([len(held(question))]),) if counts else ()
            return float(kind.metric_info(kind.__new__(kind), hits, *more)[0, k - 1])

        return Metric(name, ask)

    def gauc(question: Question, k: int) -> float:
        truth, given = columns(question, k)
        ranks = float(rankdata(-np.array(given))[np.array(truth) > 0].sum())
        counts = np.array([len(truth)]), np.array([int(sum(truth))])
        return float(m.GAUC.metric_info(m.GAUC.__new__(m.GAUC), np.array([[ranks]]), *counts))

    plain = [metric(name) for name in ("Precision", "Hit", "MRR")]
    return [
        *plain,
        *(metric(name, counts=True) for name in ("Recall", "NDCG", "MAP")),
        Metric("GAUC", gauc, whole=True),
    ]


def lenskit() -> Metrics:
    from lenskit.data import ItemList
    from lenskit.metrics import ranking as m

    def metric(name: str, **options: Any) -> Metric:
        def ask(question: Question, k: int) -> float:
            lists = ItemList(item_ids=question["list"], ordered=True)
            worth = gains(question, graded="gain" in options)
            truth = ItemList(item_ids=list(worth), rating=[float(gain) for gain in worth.values()])
            return float(getattr(m, name)(k, **options).measure_list(lists, truth))

        return Metric(called(name, **options), ask, graded="gain" in options)

    names = ("Precision", "Recall", "Hit", "NDCG", "AveragePrecision", "RecipRank")
    return [*map(metric, names), metric("NDCG", gain="rating")]


def cornac() -> Metrics:
    import numpy as np
    from cornac import metrics as m

    def metric(name: str) -> Metric:
        def ask(question: Question, k: int) -> float:
            kind = getattr(m, name)
            made = kind() if name == "MRR" else kind(k=k)
            return float(made.compute(gt_pos=np.array(held(question)), pd_rank=np.array(question["list"][:k])))

        return Metric(name, ask)

    def whole(name: str) -> Metric:
        def ask(question: Question, k: int) -> float:
            truth, given = columns(question, k)
            items = {"item_indices": np.arange(len(truth)), "pd_scores": np.array(given, float)}
            return float(getattr(m, name)().compute(gt_pos=np.flatnonzero(truth), **items))

        return Metric(name, ask, whole=True)

    names = ("Precision", "Recall", "FMeasure", "HitRatio", "NDCG", "MRR")
    return [*map(metric, names), *map(whole, ("MAP", "AUC"))]


def irspack() -> Metrics:
    import numpy as np
    from irspack.evaluation import Evaluator
    from scipy.sparse import csr_matrix

    def metric(name: str, **options: Any) -> Metric:
        def ask(question: Question, k: int) -> float:
            worth, given = columns(question, k)
            scored = np.array([[score or -np.inf for score in given]], float)  # not listed: −infinity
            made = Evaluator(csr_matrix(np.array([worth], float)), cutoff=k, n_threads=1, **options)
            return float(made.core.get_metrics_f64(scored, k, 0, 1, made.recall_with_cutoff).as_dict()[name])

        return Metric(called(name, **options), ask)

    names = ("precision", "recall", "hit", "ndcg", "map")
    return [*map(metric, names), metric("recall", recall_with_cutoff=True)]


def torchmetrics() -> Metrics:
    import torch
    from torchmetrics.functional import retrieval as f

    def metric(name: str, *, graded: bool = False, **options: Any) -> Metric:
        def ask(question: Question, k: int) -> float:
            worth, given = columns(question, k, graded=graded)
            if any(gain != int(gain) for gain in worth):
                raise ValueError("gains are whole numbers")
            scored, truth = torch.tensor(given, dtype=torch.float64), torch.tensor(list(map(int, worth)))
            return float(getattr(f, f"retrieval_{name}")(scored, truth, k, **options))

        return Metric(called(f"retrieval_{name}", **options), ask, graded)

    def auroc(question: Question, k: int) -> float:
        worth, given = columns(question, k)
        return float(f.retrieval_auroc(torch.tensor(given, dtype=torch.float64), torch.tensor(worth) > 0))

    names = ("precision", "recall", "hit_rate", "normalized_dcg", "average_precision", "reciprocal_rank")
    return [
        *map(metric, names),
        metric("precision", adaptive_k=True),
        metric("normalized_dcg", graded=True),
        Metric("retrieval_auroc", auroc, whole=True),
    ]


LIBRARIES: dict[str, Callable[[], Metrics]] = {
    "ranx": ranx,
    "scikit-learn": scikit_learn,
    "rectools": rectools,
    "recbole": recbole,
    "lenskit": lenskit,
    "cornac": cornac,
    "irspack": irspack,
    "torchmetrics": torchmetrics,
}


def version(library: str) -> str:
    """The installed version."""
    return importlib.metadata.version(library)
