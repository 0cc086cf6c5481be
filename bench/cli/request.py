"""What was asked for on the command line, as a matrix and options. All mistakes are BadConfig."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench.budget import ORDERS
from bench.cli.item_vectors import with_vectors
from bench.engines import ENGINES
from bench.errors import BadConfig, did_you_mean
from bench.execute import QUICK
from bench.limits import MEMORY_UNITS, TIME_UNITS, Limits, Tuning, quantity
from bench.matrix import BadMatrix, Matrix, read, replaced, searching
from bench.options import Options
from bench.plan import RERUN, check
from bench.presets import PRESETS
from bench.surroundings import DEVICES, usable_device
from bench.tuning.planned import as_said

MANY = 10_000


def load_matrix(
    path: Path | None,
    algorithms: str | None,
    datasets: str | None,
    splits: str | None,
    seeds: int | None,
    *,
    item_vectors: Path | None = None,
    preset: str | None = None,
    yes: bool = False,
) -> Matrix:
    """The matrix file (or the quick matrix) with the axes, the preset and the vectors of the command line."""
    if preset not in (None, *PRESETS):
        raise BadConfig(f"--preset {preset}: not one of {', '.join(PRESETS)}{did_you_mean(preset, PRESETS)}")
    matrix = replaced(
        _read(path or QUICK),
        algorithms=names(algorithms),
        datasets=names(datasets),
        splits=names(splits),
        seeds=list(range(seeds)) if seeds else None,
        preset=preset,
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


def with_tuning(matrix: Matrix, trials: int | None, time: str | None, metric: str | None, search: list[str]) -> Matrix:
    """The matrix with a search for each algorithm; what is not given here is as the matrix has it.

    Raises BadConfig for a budget or ranges that are none.
    """
    if matrix.matrix.preset != "defaults":
        raise BadConfig("a search starts with the defaults; leave out the preset")
    given = {name: value for name, value in (("trials", trials), ("time", time), ("metric", metric)) if value}
    before = matrix.matrix.tuning
    if before is None and given.keys() <= {"metric"}:
        raise BadConfig("a search needs a budget: --trials, --time, or both")
    try:
        tuning = Tuning.model_validate({**(as_said(before) if before else {}), **given})
    except ValidationError as error:
        said = (f"--{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}" for problem in error.errors())
        raise BadConfig("\n".join(said)) from None
    ranges: dict[str, dict[str, list[Any]]] = {}
    for text in search:
        algorithm, parameter, values = _range(text)
        ranges.setdefault(algorithm, {})[parameter] = values
    unknown = sorted(ranges.keys() - {spec.name for spec in matrix.algorithms})
    if unknown:
        near = did_you_mean(unknown[0], [spec.name for spec in matrix.algorithms])
        raise BadConfig(f"--search {unknown[0]}.…: no algorithm of this matrix{near}")
    return searching(matrix, tuning, ranges)


def _range(text: str) -> tuple[str, str, list[Any]]:
    """`item-knn.neighbours=5:500` or `item-knn.weighting=none,bm25` in parts."""
    match = re.fullmatch(r"([^.=\s]+)\.([^.=\s]+)=(\S+)", text)
    if match is None:
        raise BadConfig(f"--search {text}: expected ALGORITHM.PARAMETER=LOW:HIGH or =CHOICE,CHOICE")
    algorithm, parameter, said = match.groups()
    return algorithm, parameter, [_value(part) for part in re.split("[:,]", said)]


def _value(text: str) -> Any:
    """A number, true or false, or a word."""
    for number in (json.loads, float):
        with suppress(ValueError):
            return number(text)
    return text
