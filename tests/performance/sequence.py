"""Sequence models at the numbers that they have to reach: quality, minutes of training, seconds of an epoch, two cores.

    BENCH_DATA=… python tests/performance/sequence.py [PART …] [--threads 2] [--device cpu] [--curves] [--picture FILE]

Parts: sasrec, sasrec-bce (its original loss, 20 epochs) and bert4rec on the next item of SASRec's MovieLens 1M; gru4rec
and caser, 12 epochs, on RecBole's; for their speed alone, two epochs each, on the first: sasrec-sampled with the
sampled softmax, gru4rec-epoch, caser-epoch, nextitnet, narm and hstu. All if left out. The floor is the time of forward
and backward passes alone: that of one batch, times the number of steps, without sampling, steps of the optimiser,
validation and checkpoints.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from trained import Part, run

from bench import notebook
from bench.types import Split

sys.path.append(str(Path(__file__).parents[1] / "algorithms" / "neural"))


def sasrec() -> Split:
    """The last item of each user."""
    return notebook.split(notebook.load("sasrec-ml-1m"), "last-out")


def recbole() -> Split:
    """The same of ratings of 3 and more, 10-core."""
    import joined_data

    return joined_data.split()


def two_epochs(name: str, most: float | None = None, **params: Any) -> Part:
    """For the speed; `most` seconds each."""
    return Part(name, sasrec, {**params, "epochs": 2}, {}, 40, most)


PARTS = {
    "sasrec": Part("sasrec", sasrec, {}, {"hit_rate@10": 0.299, "ndcg@10": 0.173}, 40, 40, 3),
    "sasrec-bce": Part("sasrec", sasrec, {"loss": "bce", "epochs": 20}, {"hit_rate@10": 0.1993, "ndcg@10": 0.1078}, 40),
    "bert4rec": Part("bert4rec", sasrec, {}, {"ndcg@10": 0.143}, 90),
    "gru4rec": Part("gru4rec", recbole, {"epochs": 12}, {"hit_rate@10": 0.258, "ndcg@10": 0.1437}, 30),
    "caser": Part("caser", recbole, {"epochs": 12}, {"hit_rate@10": 0.1896, "ndcg@10": 0.0987}, 40),
    "sasrec-sampled": two_epochs("sasrec", 20, loss="sampled-softmax"),
    "gru4rec-epoch": two_epochs("gru4rec", 20),
    "caser-epoch": two_epochs("caser"),
    "nextitnet": two_epochs("nextitnet"),
    "narm": two_epochs("narm"),
    "hstu": two_epochs("hstu"),
}

if __name__ == "__main__":
    sys.exit(run(PARTS))
