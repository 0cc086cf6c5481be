"""How much of what sequence models read in an epoch is padding, on SASRec's MovieLens 1M.

    BENCH_DATA=… python tests/performance/padding.py

The floor is none: the ratio is left out.
"""

from __future__ import annotations

import sys

import torch
from measured import show
from sequence import sasrec

from bench import notebook


def share(length: int) -> float:
    """Gaps in per cent of all places."""
    model, training = notebook.create("sasrec", max_length=length), sasrec().training()
    model._meet(training)
    batches = model._task(training, torch.device("cpu")).batches(torch.Generator().manual_seed(0))
    real, places = (
        sum(counts) for counts in zip(*((b.lengths.sum().item(), b.items.numel()) for b in batches), strict=True)
    )
    return 100 * (1 - real / places)


if __name__ == "__main__":
    print(f"{'':<52}{'value':>12}{'goal':>13}")
    met = [show(f"padding, histories of up to {length}", share(length), 10, "%") for length in (50, 200)]
    sys.exit(not all(met))
