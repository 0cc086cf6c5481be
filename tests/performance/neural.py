"""Neural models at the numbers that they have to reach: quality, and minutes of training, on two cores.

    BENCH_DATA=… python tests/performance/neural.py [PART …] [--threads 2] [--curves] [--picture FILE]

Parts: neumf (NCF's split of MovieLens 1M), mult-vae (RecBole's protocol), token-transformer (the first of Surprise's
five folds of MovieLens 100K); all if left out. The curve of LightGCN has a script of its own. The floor is the time of
forward and backward passes alone: that of one batch, times the number of steps that training took, without sampling,
steps of the optimiser, validation and checkpoints.
"""

from __future__ import annotations

import sys
from pathlib import Path

from trained import Part, run

from bench import notebook
from bench.types import Split

sys.path.append(str(Path(__file__).parents[1] / "algorithms"))


def ncf() -> Split:
    """The held-out item and 99 listed others."""
    return notebook.split(notebook.load("ncf-ml-1m"), "given", published="ncf")


def recbole() -> Split:
    """Ratings of 3 and more, 10-core, 8:1:1 of each user at random."""
    data = notebook.load("ml-1m", min_rating=3, k_core=10)
    return notebook.split(data, "random", test=0.1, validation=0.1, seed=0, history="train")


def fold() -> Split:
    """The first fold, drawn by the library."""
    from surprise_cases import drawn

    return next(drawn())


NEUMF = {"factors": 64, "layers": 2, "batch_size": 4096, "learning_rate": 0.003, "epochs": 14}
PARTS = {
    "neumf": Part("neumf", ncf, NEUMF, {"hit_rate@10": 0.70, "ndcg@10": 0.425}, 10),
    "mult-vae": Part("mult-vae", recbole, {}, {"ndcg@10": 0.245}, 5),
    "token-transformer": Part("token-transformer", fold, {}, {"rmse": 0.94}, 5),
}

if __name__ == "__main__":
    sys.exit(run(PARTS))
