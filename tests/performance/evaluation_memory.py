"""Memory of a full evaluation on 20 million interactions: every user's test question against the whole catalogue.

    python tests/performance/evaluation_memory.py [MILLIONS] [ALGORITHM …]      20, popularity and item-knn if left out

Each algorithm is fitted and asked in a process of its own, on a split of the data set's copy in the cache. The floor is
the memory of that process when the split is made, before the algorithm begins.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import data
import synthetic
from measured import answer, in_child, peak, seconds, show

from bench.datasets import catalogue
from bench.evaluation import rank
from bench.registry import create
from bench.splits import catalogue as splits

GOAL = 4  # GB


def child(what: str) -> None:
    """Import the data, or evaluate one algorithm on it."""
    if what == "import":
        data.import_large(Path(os.environ["XDG_DATA_HOME"]) / "large.csv")
        catalogue.load("large")
        answer()
        return
    loading, split = seconds(lambda: splits.make(catalogue.load("large"), data.SPLIT))
    before = peak()
    algorithm = create(what)
    fitting, _ = seconds(lambda: algorithm.fit(split.training()))
    asking, _ = seconds(lambda: rank(algorithm, split.test))
    answer(before=before, loading=loading, fitting=fitting, asking=asking, questions=len(split.test))


def main() -> int:
    """Measure, print, and return 0 when the goal is met."""
    if len(sys.argv) == 2 and not sys.argv[1].isdigit():
        child(sys.argv[1])
        return 0
    millions, *names = sys.argv[1:] or ["20"]
    met = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_DATA_HOME": folder, "RECMATRIX_CACHE": f"{folder}/cache"}
        synthetic.write_csv(Path(folder, "large.csv"), synthetic.interactions(int(millions) * 1_000_000))
        in_child(__file__, "import")
        print(f"{millions} million interactions{'value':>39}{'goal':>13}{'ratio':>9}   (to the floor)")
        for name in names or ["popularity", "item-knn"]:
            found = in_child(__file__, name)
            met &= show(f"  {name}: peak memory", found["peak"] / data.GB, GOAL, "GB", found["before"] / data.GB)
            spent = ", ".join(f"{phase} {found[phase]:.1f} s" for phase in ("loading", "fitting", "asking"))
            print(f"    {found['questions']:,} questions; {spent}", flush=True)
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
