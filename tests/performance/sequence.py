"""Sequence models at the numbers that they have to reach: quality, minutes of training, seconds of an epoch, two cores.

    BENCH_DATA=… python tests/performance/sequence.py [PART …] [--threads 2] [--curves] [--picture FILE]

Parts: sasrec (sampled softmax) on the next item of SASRec's MovieLens 1M; sasrec-softmax, two epochs with the softmax
over all items; gru4rec and caser, two epochs each, for their speed. All if left out. The floor is the time of forward
and backward passes alone: that of one batch, times the number of steps, without sampling, steps of the optimiser,
validation and checkpoints.
"""

from __future__ import annotations

import sys

from trained import Part, run

from bench import notebook
from bench.types import Split


def sasrec() -> Split:
    """The last item of each user."""
    return notebook.split(notebook.load("sasrec-ml-1m"), "last-out")


PARTS = {
    "sasrec": Part("sasrec", sasrec, {}, {"hit_rate@10": 0.299, "ndcg@10": 0.173}, 40, 20, 3),
    "sasrec-softmax": Part("sasrec", sasrec, {"loss": "softmax", "epochs": 2}, {}, 40, 40),
    "gru4rec": Part("gru4rec", sasrec, {"epochs": 2}, {}, 40, 20),
    "caser": Part("caser", sasrec, {"epochs": 2}, {}, 40),
}

if __name__ == "__main__":
    sys.exit(run(PARTS))
