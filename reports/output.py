"""The folder of a report.

index.html     the page, self-contained
files.txt      every file of the report, so that the next one can take away those that it does not write
matrix.toml    the cells of the report, to run them again
figures/       every picture as PNG and SVG, and the numbers in it as CSV
tables/        comparison.csv, comparison.md, comparison.tex; differences.csv: all tests of each against the best and
               the baseline; slices.csv: every metric by groups of users, items, time; costs.csv: seconds of each
               phase, percentiles of the wait for one list, memory; attempts.csv: what became of each attempt at each
               cell; trials.csv: every trial of every search; changes.csv: what is not as in an earlier run
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.files import storage
from bench.store import Store
from reports import attempts, changes, costs, differences, page, pictures, reproduce, slices, tables, tuning
from reports.changes import Change
from reports.load import load
from reports.model import Results

PAGE, LIST = "index.html", "files.txt"


def write(
    store: Store, folder: Path, *, metrics: Sequence[str] | None = None, leading: str = "", baseline: str = ""
) -> Path:
    """Write the report on everything in `store` and return the path of its page.

    `leading` is the metric that decides, and all are compared with the best and with the one called `baseline`. All
    files are written elsewhere first and then take the place of older ones, the page last. Raises BadConfig for an
    unknown metric or baseline, and StoreError where the store cannot be read or the folder cannot be written.
    """
    return write_results(load(store, metrics, leading=leading, baseline=baseline), folder)


def write_results(results: Results, folder: Path, changed: Sequence[Change] | None = None) -> Path:
    """The same for results that are already loaded, with what changed since an earlier run."""
    drawn = pictures.draw(results)
    table = tables.of_results(results)
    texts = {
        "tables/comparison.csv": tables.to_csv(table),
        "tables/comparison.md": tables.to_markdown(table),
        "tables/comparison.tex": tables.to_latex(table),
        "tables/attempts.csv": attempts.to_csv(results),
        "tables/costs.csv": costs.to_csv(results),
        "tables/differences.csv": differences.to_csv(results),
        "tables/slices.csv": slices.to_csv(results),
        "matrix.toml": reproduce.matrix(results),
    }
    if any(tuning.of_group(group) for group in results.groups):
        texts["tables/trials.csv"] = tuning.to_csv(results)
    if changed is not None:
        texts["tables/changes.csv"] = changes.to_csv(changed)
    files = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    for picture in drawn:
        files |= {f"figures/{picture.name}.svg": picture.svg, f"figures/{picture.name}.png": picture.png}
        files[f"figures/{picture.name}.csv"] = picture.to_csv().encode("utf-8", "replace")
    files[PAGE] = page.render(results, drawn, changed).encode("utf-8", "replace")
    files[LIST] = "".join(f"{name}\n" for name in sorted(files)).encode()
    with storage(folder), _beside(folder) as temporary:
        earlier = _earlier(folder)
        _put(files, temporary)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).replace(folder / name)
        for name in earlier - files.keys():
            (folder / name).unlink(missing_ok=True)
    return folder / PAGE


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder next to `folder`, so that its files can be renamed; gone afterwards."""
    parent = folder.resolve().parent
    temporary = parent / f".report-{os.getpid()}-{secrets.token_hex(4)}"
    temporary.mkdir(parents=True)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _earlier(folder: Path) -> set[str]:
    """What an earlier report says that it wrote into its own folders."""
    listed = (folder / LIST).read_text(encoding="utf-8").splitlines() if (folder / LIST).is_file() else []
    return {name for name in listed if re.fullmatch(r"(figures|tables)/[\w-]+\.\w+", name)}


def _put(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
