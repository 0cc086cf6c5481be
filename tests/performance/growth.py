"""How time and memory of reading, numbering and splitting grow with the number of interactions.

    python tests/performance/growth.py [MILLIONS]      the largest size; 16 if left out

Sizes double from 1 million on; the rows are the first ones of one log, in the order of time. Seconds are those of the
processor, of all threads, so that other programs on the machine hardly count; each size is measured in a process of its
own, after a small one that warms it up, and memory is what it took beyond the warm process. "growth" is the cost of
an interaction over its cost in the smallest size: 1 is linear, the goal is at most 1.15.
The floor, pyarrow's reading with numpy's lexsort of two columns, shows how much of that the machine itself grows by.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import data
import synthetic
from measured import answer, in_child, peak

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.splits import catalogue as splits
from bench.types import Split

MILLION, GOAL, WARM = 1_000_000, 1.15, 20_000


def whole(path: Path) -> Split:
    """From the raw text to a split."""
    wanted = [Column(name, kind) for name, kind in zip(data.NAMES, data.KINDS, strict=True)]  # type: ignore[arg-type]
    users, items, ratings, when = tables.read(path, wanted).arrays
    return splits.make(build("x", users, items, ratings=ratings, times=when.astype("int64")), data.SPLIT)


def child(what: str, path: Path) -> None:
    """Measure one size in this process."""
    function = {"whole": whole, "floor": data.floor}[what]
    function(path.with_name("warm.csv"))
    begin, before = time.process_time(), peak()
    function(path)
    answer(seconds=time.process_time() - begin, before=before)


def main() -> int:
    """Measure, print, and return 0 when the goal is met."""
    if len(sys.argv) == 3:
        child(sys.argv[1], Path(sys.argv[2]))
        return 0
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    rows = synthetic.interactions(largest * MILLION)
    first: tuple[float, float, float] | None = None
    met, millions = True, 1
    print(
        f"{'millions':>8}{'seconds':>10}{'growth':>8}{'GB':>8}{'growth':>8}{'floor s':>10}{'growth':>8}   (goal {GOAL})"
    )
    with tempfile.TemporaryDirectory() as name:
        synthetic.write_csv(Path(name, "warm.csv"), tuple(column[:WARM] for column in rows))  # type: ignore[arg-type]
        while millions <= largest:
            path = Path(name, f"{millions}.csv")
            synthetic.write_csv(path, tuple(column[: millions * MILLION] for column in rows))  # type: ignore[arg-type]
            found, least = (in_child(__file__, what, str(path)) for what in ("whole", "floor"))
            cost = found["seconds"], (found["peak"] - found["before"]) / data.GB, least["seconds"]
            first = first or cost
            growth = [now / before / millions for now, before in zip(cost, first, strict=True)]
            shown = "".join(
                f"{value:>{width}.2f}{grown:>8.2f}"
                for value, grown, width in zip(cost, growth, (10, 8, 10), strict=True)
            )
            print(f"{millions:>8}{shown}", flush=True)
            met &= max(growth[:2]) <= GOAL
            millions *= 2
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
