"""The report's statistics and the whole report at the sizes that it has to carry.

    python tests/performance/report.py [bootstrap] [whole]

bootstrap: intervals of 40 algorithms for 6,000 users, 10,000 resamples; the floor is the product of as many weights
with as many numbers. whole: 40 algorithms on 5 data sets with 3 seeds and 6,000 users each: reading and measuring, then
tables and page, then the picture files; in a process of its own, for its memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from measured import answer, in_child, seconds, show

from reports.statistics.bootstrap import Parts, intervals

sys.path.append(str(Path(__file__).parents[1] / "reports"))
ALGORITHMS, USERS, RESAMPLES, DATASETS, SEEDS = 40, 6000, 10_000, 5, 3


def bootstrap() -> bool:
    """Intervals of one metric of each."""
    rng = np.random.default_rng(0)
    parts = [Parts(rng.random(USERS), np.ones(USERS)) for _ in range(ALGORITHMS)]
    weights, numbers = rng.random((RESAMPLES, USERS)), rng.random((USERS, 2 * ALGORITHMS))
    floor, _ = seconds(lambda: weights @ numbers)
    taken, _ = seconds(lambda: intervals(np.arange(USERS), parts, resamples=RESAMPLES))
    return show("10,000 resamples, 6,000 users, 40 algorithms", taken, 3, "s", floor)


def whole() -> bool:
    """In a child, on a store made before."""
    with tempfile.TemporaryDirectory() as folder:
        made(Path(folder))
        found = in_child(__file__, "--child", folder)
    reading, page, pictures = (found[name] for name in ("reading", "page", "pictures"))
    return all(
        [
            show("reading, tables and page", reading + page, 20, "s", reading),
            show("picture files", pictures, 60, "s"),
            show("peak memory", found["peak"] / 1e9, 1.5, "GB"),
            show("size of the page", found["bytes"] / 1e6, 10, "MB"),
        ]
    )


def made(folder: Path) -> None:
    """A store with answers of one held-out item per user at random ranks."""
    import synthetic_store as synthetic

    store, rng = synthetic.empty(folder / "store"), np.random.default_rng(0)
    for number in range(DATASETS):
        split = str(number) * 64
        store.put_context(split, synthetic.context(USERS, 2000))
        for place in range(ALGORITHMS):
            label, family = f"algorithm-{place}", ("neighbours", "linear", "factors", "neural")[place % 4]
            for seed in range(SEEDS):
                ranks = (2000 * rng.random(USERS) ** (2 + place / 10)).astype(int)
                record = synthetic.record(
                    label, family=family, seed=seed, dataset={"name": f"data-{number}"}, split_hash=split
                )
                synthetic.put(store, record, synthetic.answers(ranks[:, None].tolist(), 2000, length=20))


def child(folder: Path) -> None:
    """What is measured."""
    from bench.store import Store
    from reports import page, pictures, tables
    from reports.load import load

    reading, results = seconds(lambda: load(Store(folder / "store")))
    drawing, drawn = seconds(lambda: pictures.draw(results))
    table, _ = seconds(lambda: tables.to_csv(tables.of_results(results)))
    rendering, text = seconds(lambda: page.render(results, drawn))
    answer(reading=reading, page=table + rendering, pictures=drawing, bytes=len(text.encode()))


def main() -> int:
    """0 when all goals are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], "bootstrap", "whole"])
    parser.add_argument("--child", type=Path)
    wanted = parser.parse_args()
    if wanted.child:
        child(wanted.child)
        return 0
    parts = {"bootstrap": bootstrap, "whole": whole}
    met = [parts[name]() for name in wanted.parts or parts]
    print(f"goal {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
