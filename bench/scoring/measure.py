"""Metrics of lists from elsewhere: null, with the reason, where the files do not tell enough."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.errors import BadConfig
from bench.metrics.measured import Measured, undefined
from bench.metrics.registry import Metric, definition, measure, parse
from bench.scoring.answers import Judged

WHOLE_RANKINGS = {"auc", "accuracy"}
WITHOUT_TRAINING = {"ranking", "graded ranking", "ranking, ties averaged", "ratings"}  # kinds of metrics
PER_USER = (".csv", ".parquet")


def score(judged: Judged, names: Sequence[str]) -> dict[str, Measured]:
    """Each metric under its written name.

    Raises BadConfig for an unknown metric and for a cut-off beyond the longest list: what stands there nobody said.
    """
    longest = judged.answers.lists.items.shape[1]
    metrics = [parse(name) for name in dict.fromkeys(names)]
    beyond = [str(metric) for metric in metrics if metric.k is not None and metric.k > longest]
    if beyond:
        raise BadConfig(f"metric {beyond[0]!r}: the longest list has {longest} items, so the cut-off ends there")
    reasons = {str(metric): _missing(metric, judged) for metric in metrics}
    able = [metric for metric in metrics if not reasons[str(metric)]]
    measured = measure(able, judged.answers, judged.context)
    return {
        name: replace(undefined(reason), metric=name) if reason else measured[name] for name, reason in reasons.items()
    }


def _missing(metric: Metric, judged: Judged) -> str:
    """What the files do not tell, or the empty string."""
    if metric.name in WHOLE_RANKINGS and not judged.complete:
        if not judged.trained:
            return "needs a ranking of the whole catalogue, which --train FILE tells"
        return "needs lists that hold every item that the user did not have in training"
    if not judged.trained and definition(metric).kind not in WITHOUT_TRAINING:
        return "needs the training interactions: name their file with --train"
    return ""


def check_per_user(path: Path) -> None:
    """Raises BadConfig for a name that ends in neither .csv nor .parquet."""
    if path.suffix not in PER_USER:
        raise BadConfig(f"--per-user {path}: write to a file named {' or '.join(PER_USER)}")


def write_per_user(path: Path, users: Sequence[str], measured: Mapping[str, Measured]) -> None:
    """One row for each metric and user: `user, metric, value`; no value where the metric is undefined for the user.

    Metrics without values of their own for each user are left out.
    """
    found = {name: values for name, m in measured.items() if (values := m.per_question) is not None}
    columns = {
        "user": list(users) * len(found),
        "metric": [name for name in found for _ in users],
        "value": [None if np.isnan(value) else value for values in found.values() for value in values.tolist()],
    }
    if path.suffix == ".parquet":
        pq.write_table(pa.table(columns), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
