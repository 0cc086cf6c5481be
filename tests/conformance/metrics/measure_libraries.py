"""Which public library computes which variant: ask those that are installed about every vector, print a table.

    python tests/conformance/metrics/measure_libraries.py

For each metric of a library the table names the variants that give the same number for every question and cut-off that
was asked, as far as both give one; where there is none, the nearest one, with the first question that tells them apart.
Needs this folder and the libraries, nothing of the project. The table stands in docs/metrics-elsewhere.md.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libraries
import plain_metrics

HERE = Path(__file__).parent
CLOSE = 1e-5  # some of them compute in single precision; variants differ by far more
GRADED = {"ndcg_graded", "ndcg_exponential", "ndcg_graded_clipped"}
TIED = {"precision_ties", "recall_ties", "ndcg_ties", "auc", "auc_strict"}
VARIANTS = [name for name in plain_metrics.PER_QUESTION if name != "accuracy"]


@dataclass(frozen=True)
class Probe:
    """One question at one cut-off."""

    vector: str
    question: dict[str, Any]
    k: int

    def truth(self, variant: str, whole: bool) -> float | None:
        """What a variant gives, for metrics without a cut-off for all that is ranked; None where it says nothing."""
        question = ranked(self.question) if whole else self.question
        tied = len(set(question.get("scores", []))) < len(question.get("scores", []))
        if tied and variant not in TIED:
            return None
        return plain_metrics.value(variant, [question], len(question["list"]) if whole else self.k)


def ranked(question: libraries.Question) -> libraries.Question:
    """The question with the held-out items that are not listed behind all others, as libraries are given it."""
    missing = [item for item in libraries.held(question) if item not in question["list"]]
    given = libraries.scores(question) + [0] * len(missing)
    return {**question, "list": question["list"] + missing, "scores": given}


def probes() -> Iterator[Probe]:
    """Each question of the kit at each cut-off at which its vector is measured."""
    for path in sorted((HERE / "vectors").glob("*.json")):
        for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]:
            for question in vector["questions"]:
                for k in sorted({expected["k"] for expected in vector["expected"] if expected["k"]}):
                    if question["held_out"]:
                        yield Probe(vector["name"], question, k)


def asked(metric: libraries.Metric, every: list[Probe]) -> list[tuple[Probe, float]]:
    """The numbers that a library gives; none where it raises or answers NaN."""
    found = []
    for probe in every:
        with warnings.catch_warnings(), contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            value = metric.ask(probe.question, probe.k)
            if math.isfinite(value):
                found.append((probe, value))
    return found


def verdict(metric: libraries.Metric, found: list[tuple[Probe, float]]) -> tuple[str, str]:
    """(the variants that agree with most numbers and differ from none, or the nearest one; how many agree)."""
    agreed, apart = {}, {}
    for name in VARIANTS:
        if (name in GRADED) == metric.graded:
            both = [(p, value, truth) for p, value in found if (truth := p.truth(name, metric.whole)) is not None]
            apart[name] = [probe for probe, value, truth in both if abs(value - truth) > CLOSE]
            agreed[name] = len(both) - len(apart[name])
    fitting = [name for name in agreed if agreed[name] and not apart[name]]
    if fitting:
        most = max(agreed[name] for name in fitting)
        return ", ".join(f"`{name}`" for name in fitting if agreed[name] == most), f"all {most}"
    nearest = max(agreed, key=lambda name: agreed[name] - len(apart[name]))
    where = ", ".join(dict.fromkeys(f"{probe.vector} at {probe.k}" for probe in apart[nearest][:3]))
    return f"near `{nearest}`", f"{agreed[nearest]} of {agreed[nearest] + len(apart[nearest])}; not {where}"


def main() -> None:
    """Print the table of the installed libraries."""
    logging.disable(logging.CRITICAL)
    every = list(probes())
    print("| library | metric | variant | questions that agree |\n|---|---|---|---|")
    for library, load in libraries.LIBRARIES.items():
        try:
            metrics = load()
        except ImportError as error:
            print(f"{library}: not measured, {error}", file=sys.stderr)
            continue
        for metric in metrics:
            variant, agreed = verdict(metric, asked(metric, every))
            called = f"`{metric.name}`" + (", ratings as gains" if metric.graded else "")
            print(f"| {library} {libraries.version(library)} | {called} | {variant} | {agreed} |")


if __name__ == "__main__":
    main()
