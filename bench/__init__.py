"""RecMatrix: compare recommender families on the same data, splits and metrics.

dataset = bench.load("movielens-small")
split = bench.split(dataset, "user-time", test=0.2)
result = bench.evaluate(bench.create("ease", l2=500), split)
result.metrics["ndcg@10"], result.per_user["ndcg@10"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.notebook import create, dataset, evaluate, load, split

__all__ = ["create", "dataset", "evaluate", "load", "split"]


def __getattr__(name: str) -> Any:
    """Load the notebook functions when they are first used, so that `import bench` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'bench' has no attribute {name!r}")
    from bench import notebook

    return getattr(notebook, name)
