"""The report's statistics and the whole report at the sizes that it has to carry.

    python tests/performance/report.py [bootstrap] [whole] [many]

bootstrap: intervals of 40 algorithms for 6,000 users, 10,000 resamples; the floor is the product of as many weights
with as many numbers. whole: 40 algorithms on 5 data sets with 3 seeds and 6,000 users each: reading and measuring, then
tables and page, then the picture files; in a process of its own, for its memory; then the page in Chromium. many: 200
algorithms with 10 seeds, which are 10,000 cells.
"""

from __future__ import annotations

import argparse
import shutil
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
        made(Path(folder), ALGORITHMS, SEEDS, USERS)
        found = in_child(__file__, "--child", folder)
        opening, floor = opened(Path(folder) / "index.html")
    reading, page, pictures = (found[name] for name in ("reading", "page", "pictures"))
    return all(
        [
            show("reading, tables and page", reading + page, 20, "s", reading),
            show("picture files", pictures, 60, "s"),
            show("peak memory", found["peak"] / 1e9, 1.5, "GB"),
            show("size of the page", found["bytes"] / 1e6, 10, "MB"),
            show("opening it in Chromium, until it answers", opening, 3, "s", floor),
        ]
    )


def many() -> bool:
    """Ten thousand cells of two hundred algorithms, of few users each."""
    with tempfile.TemporaryDirectory() as folder:
        made(Path(folder), 5 * ALGORITHMS, 10, 50)
        found = in_child(__file__, "--child", folder)
        opening, floor = opened(Path(folder) / "index.html")
    size = show("10,000 cells, 200 algorithms: size of the page", found["bytes"] / 1e6, 10, "MB")
    return show("opening it in Chromium, until it answers", opening, 3, "s", floor) and size


def opened(page: Path) -> tuple[float, float]:
    """Seconds until Chromium has loaded the page and a filter has worked, and those for an empty page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        (page.parent / "empty.html").write_text("<!DOCTYPE html><title>nothing</title>", encoding="utf-8")
        tab = browser.new_page()
        floor, _ = seconds(lambda: tab.goto((page.parent / "empty.html").as_uri()))

        def look() -> None:
            tab.goto(page.as_uri(), timeout=120_000)
            tab.locator("#filter").fill("algorithm-1")  # by its id: looking for a label would look at everything
            tab.locator("#shown").get_by_text("shown everywhere").wait_for()

        taken, _ = seconds(look)
        browser.close()
    return taken, floor


def made(folder: Path, algorithms: int, seeds: int, users: int) -> None:
    """A store with answers of one held-out item per user at random ranks."""
    import synthetic_store as synthetic

    store, rng = synthetic.empty(folder / "store"), np.random.default_rng(0)
    for number in range(DATASETS):
        split = str(number) * 64
        store.put_context(split, synthetic.context(users, 2000))
        for place in range(algorithms):
            label, family = f"algorithm-{place}", ("neighbours", "linear", "factors", "neural")[place % 4]
            for seed in range(seeds):
                ranks = (2000 * rng.random(users) ** (2 + place % 40 / 10)).astype(int)
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
    written = (folder / "index.html").write_bytes(text.encode())
    answer(reading=reading, page=table + rendering, pictures=drawing, bytes=written)


def main() -> int:
    """0 when all goals are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], "bootstrap", "whole", "many"])
    parser.add_argument("--child", type=Path)
    wanted = parser.parse_args()
    if wanted.child:
        child(wanted.child)
        return 0
    parts = {"bootstrap": bootstrap, "whole": whole, "many": many}
    met = [parts[name]() for name in wanted.parts or parts]
    print(f"goal {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
