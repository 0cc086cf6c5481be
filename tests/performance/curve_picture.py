"""A picture of validation quality against seconds of training."""

from __future__ import annotations

from pathlib import Path

Curve = list[tuple[float, float]]  # seconds, NDCG@10


def draw(curves: dict[str, Curve], where: Path) -> None:
    """One line for each model, written to `where`."""
    from matplotlib.figure import Figure  # slow to import

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, curve in curves.items():
        axes.plot(*zip(*curve, strict=True), label=name, marker=".")
    axes.set(xlabel="seconds of training, two cores", ylabel="NDCG@10 on the validation part", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(where, dpi=110)
