"""What was asked for on the command line, as a matrix and options. All mistakes are BadConfig."""

from __future__ import annotations

from pathlib import Path

from bench.budget import ORDERS
from bench.cli.item_vectors import with_vectors
from bench.engines import ENGINES
from bench.errors import BadConfig, did_you_mean
from bench.execute import QUICK
from bench.matrix import MEMORY_UNITS, TIME_UNITS, BadMatrix, Limits, Matrix, quantity, read, replaced
from bench.options import Options
from bench.plan import RERUN, check
from bench.surroundings import DEVICES, usable_device

MANY = 10_000


def load_matrix(
    path: Path | None,
    algorithms: str | None,
    datasets: str | None,
    splits: str | None,
    seeds: int | None,
    *,
    item_vectors: Path | None = None,
    yes: bool = False,
) -> Matrix:
    """The matrix file (or the quick matrix) with the axes and the vectors of the command line."""
    matrix = replaced(
        _read(path or QUICK),
        algorithms=names(algorithms),
        datasets=names(datasets),
        splits=names(splits),
        seeds=list(range(seeds)) if seeds else None,
    )
    if matrix.size() > MANY and not yes:
        raise BadConfig(f"the matrix has {matrix.size():,} cells; add --yes to run more than {MANY:,}")
    return with_vectors(matrix, item_vectors) if item_vectors else matrix


def _read(path: Path) -> Matrix:
    """The matrix in a file. Raises BadConfig with every error: in keys and types, and in the names of what is right."""
    try:
        return read(path)
    except BadMatrix as error:
        problems = [str(error)]
        try:
            if error.rest:
                check(error.rest)
        except BadConfig as more:
            problems.append(str(more))
        raise BadConfig("\n".join(problems)) from None


def load_options(
    rerun: str,
    jobs: int | None = None,
    threads: int = 1,
    limit_time: str | None = None,
    limit_mem: str | None = None,
    *,
    order: str = "given",
    budget: str | None = None,
    timing_exclusive: bool = False,
    engine: str = "local",
    device: str = "cpu",
    keep_models: bool = False,
) -> Options:
    """The options of a run."""
    checked = (
        ("--rerun", rerun, RERUN),
        ("--order", order, ORDERS),
        ("--engine", engine, ENGINES),
        ("--device", device, DEVICES),
    )
    for option, value, known in checked:
        if value not in known:
            raise BadConfig(f"{option} {value}: not one of {', '.join(known)}{did_you_mean(value, known)}")
    if timing_exclusive and jobs not in (None, 1):
        raise BadConfig(f"--timing-exclusive runs one cell at a time; leave out --jobs {jobs}")
    if engine == "ray" and device == "auto":
        raise BadConfig("--device auto asks this machine; with --engine ray say cuda, for nodes with a GPU, or cpu")
    return Options(
        rerun=rerun,
        jobs=jobs,
        threads=threads,
        limits=Limits.model_construct(
            time=quantity(limit_time, TIME_UNITS) if limit_time else None,
            memory=quantity(limit_mem, MEMORY_UNITS) if limit_mem else None,
        ),
        order=order,
        budget=quantity(budget, TIME_UNITS) if budget else None,
        timing_exclusive=timing_exclusive,
        engine=engine,
        device=usable_device(device) if engine == "local" else device,
        keep_models=keep_models,
    )


def names(text: str | None) -> list[str] | None:
    """Names with commas between them, as a list."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise BadConfig(f"{text!r}: expected names with commas between them")
    return names


def scale(text: str | None) -> tuple[float, float] | None:
    """`1,5` as (1.0, 5.0)."""
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise BadConfig(f"--scale {text}: expected the lowest and the highest rating, as 1,5") from None
    return low, high
