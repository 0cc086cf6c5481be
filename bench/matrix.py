"""The matrix file: what is compared with what. Read, checked as a whole, and refused with all errors at once."""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from bench.errors import BadConfig, did_you_mean
from bench.limits import Limits, Strict, Tuning

METRICS = ("precision@10", "hit_rate@10", "recall@10", "ndcg@10", "coverage@10", "rmse")


class AlgorithmSpec(Strict):
    """One [[algorithms]] table: a name, literal parameters, axes of parameters, and where tuning looks."""

    name: str
    params: dict[str, Any] = Field(default={})
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default={})
    search: dict[str, list[Any]] = Field(default={})
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _said_once(self) -> AlgorithmSpec:
        if twice := sorted(self.params.keys() & self.grid.keys()):
            raise ValueError(f"parameter {twice[0]!r} is in params and in grid")
        return self

    def variants(self) -> list[dict[str, Any]]:
        """The literal parameters joined with every point of the grid."""
        points = itertools.product(*self.grid.values())
        return [{**self.params, **dict(zip(self.grid, point, strict=True))} for point in points]


def _named(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise ValueError("expected a name or { name = …, options }")
    return value


class Axes(Strict):
    """The [matrix] table."""

    datasets: list[dict[str, Any]] = Field(default=[{"name": "movielens-small"}], min_length=1)
    splits: list[dict[str, Any]] = Field(default=[{"name": "user-time"}], min_length=1)
    seeds: list[Annotated[int, Field(ge=0, lt=2**32)]] = Field(default=[0], min_length=1)
    train_share: list[Annotated[float, Field(gt=0, le=1)]] = Field(default=[], max_length=100)  # of each split
    noise: list[Annotated[float, Field(ge=0, le=10)]] = Field(default=[], max_length=100)  # added to each split
    metrics: list[str] = Field(default=list(METRICS), min_length=1)
    preset: Literal["defaults", "tuned"] = "defaults"  # parameters where nothing is said; tuned: see bench.presets
    tuning: Tuning | None = None  # each algorithm with its own parameters, and with the best that a search finds

    @field_validator("datasets", "splits", mode="before")
    @classmethod
    def _name_them(cls, value: Any) -> Any:
        return [_named(entry) for entry in value] if isinstance(value, list) else value

    @model_validator(mode="after")
    def _start_at_the_defaults(self) -> Axes:
        if self.tuning is not None and self.preset != "defaults":
            raise ValueError("a search starts with the defaults; leave out preset or tuning")
        return self

    def varied(self) -> list[dict[str, Any]]:
        """Every split with every share of its training part, and with every share of noise."""
        varied = [{**split, "train_share": share} for split in self.splits for share in self.train_share]
        varied += [{**split, "noise": share} for split in self.splits for share in self.noise]
        return varied or self.splits


class Matrix(Strict):
    """A whole matrix file."""

    matrix: Axes = Axes()
    algorithms: list[AlgorithmSpec] = Field(min_length=1)
    _file: tuple[Path, str] | None = PrivateAttr(default=None)  # where it was read, and its text
    _places: list[int] | None = PrivateAttr(default=None)  # of the algorithms among those of the file

    def where(self, problem: str, algorithm: int | None = None) -> str:
        """`problem` with the file and line of the word that it quotes, where there is a file that has it."""
        if self._file is None:
            return problem
        path, text = self._file
        lines = text.splitlines()
        place = algorithm if algorithm is None or self._places is None else self._places[algorithm]
        start = 0 if place is None else line_of(text, ("algorithms", place)) - 1
        quoted = re.findall(r"parameter '([^']+)'", problem) or re.findall(r"'([^']+)'", problem)
        found = (n for n in range(start, len(lines)) for word in quoted[:1] if word in lines[n])
        number = next(found, None)
        return problem if number is None else f"{path}, line {number + 1}: {problem}"

    def with_params(self, variants: list[dict[str, Any]]) -> Matrix:
        """The matrix with these parameters in the place of those of each variant of each algorithm, in their order."""
        places = [place for place, spec in enumerate(self.algorithms) for _ in spec.variants()]
        specs = [
            self.algorithms[place].model_copy(update={"params": params, "grid": {}})
            for place, params in zip(places, variants, strict=True)
        ]
        changed = self.model_copy(update={"algorithms": specs})
        changed._places = [place if self._places is None else self._places[place] for place in places]
        return changed

    @model_validator(mode="after")
    def _no_repeats(self) -> Matrix:
        for axis in ("datasets", "splits", "seeds"):
            values = getattr(self.matrix, axis)
            if any(value in values[:i] for i, value in enumerate(values)):
                raise ValueError(f"{axis} has the same entry twice")
        return self

    @model_validator(mode="after")
    def _search_with_a_budget(self) -> Matrix:
        if self.matrix.tuning is None and any(spec.search for spec in self.algorithms):
            raise ValueError("`search` is read where [matrix] has tuning = { trials = …, time = … }")
        return self

    def size(self) -> int:
        """The number of cells, without making them; with tuning, each algorithm has two."""
        variants = sum(math.prod(map(len, spec.grid.values())) for spec in self.algorithms)
        variants *= 1 + (self.matrix.tuning is not None)
        splits = sum(map(_splits, self.matrix.varied()))
        return len(self.matrix.datasets) * splits * len(self.matrix.seeds) * variants


def _splits(spec: dict[str, Any]) -> int:
    """How many splits a specification stands for; one where it is wrong, which is told when names are checked."""
    from bench.splits.catalogue import expand

    try:
        return len(expand(spec))
    except BadConfig:
        return 1


def read(path: Path) -> Matrix:
    """The matrix in a file. Raises BadConfig with every error, each with its line and the nearest valid key."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"{path}: not a TOML file: {error}") from None
    try:
        matrix = Matrix.model_validate(raw)
        matrix._file = path, text
        return matrix
    except ValidationError as error:
        problems = [_explain(problem, path, text) for problem in error.errors()]
        raise BadMatrix("\n".join(problems), _rest(raw, error, path, text)) from None


class BadMatrix(BadConfig):
    """A matrix file with wrong keys or types; `rest` is what is left without them, so that its names can be checked."""

    def __init__(self, problems: str, rest: Matrix | None) -> None:
        super().__init__(problems)
        self.rest = rest


def _rest(raw: dict[str, Any], error: ValidationError, path: Path, text: str) -> Matrix | None:
    wrong = {problem["loc"][:2] for problem in error.errors()}
    axes, algorithms = raw.get("matrix", {}), raw.get("algorithms")
    if not isinstance(axes, dict) or not isinstance(algorithms, list):
        return None
    places = [place for place in range(len(algorithms)) if ("algorithms", place) not in wrong]
    kept = {name: value for name, value in axes.items() if ("matrix", name) not in wrong}
    try:
        rest = Matrix.model_validate({"matrix": kept, "algorithms": [algorithms[place] for place in places]})
    except ValidationError:
        return None
    rest._file, rest._places = (path, text), places
    return rest


def replaced(
    matrix: Matrix,
    *,
    algorithms: list[str] | None = None,
    datasets: list[str] | None = None,
    splits: list[str] | None = None,
    seeds: list[int] | None = None,
    preset: str | None = None,
) -> Matrix:
    """The matrix with some axes replaced by plain names, as the command line does."""
    axes: dict[str, Any] = ({"seeds": seeds} if seeds else {}) | ({"preset": preset} if preset else {})
    axes |= {
        key: [_named(name) for name in dict.fromkeys(names)]
        for key, names in (("datasets", datasets), ("splits", splits))
        if names
    }
    specs = [AlgorithmSpec(name=name) for name in dict.fromkeys(algorithms)] if algorithms else matrix.algorithms
    changed = Matrix.model_construct(matrix=matrix.matrix.model_copy(update=axes), algorithms=specs)
    changed._file = None if algorithms else matrix._file
    return changed


def searching(matrix: Matrix, tuning: Tuning | None, ranges: dict[str, dict[str, list[Any]]]) -> Matrix:
    """The matrix with this budget for searches, and ranges by the name of the algorithm besides its own."""
    axes = matrix.matrix.model_copy(update={"tuning": tuning})
    specs = [s.model_copy(update={"search": {**s.search, **ranges.get(s.name, {})}}) for s in matrix.algorithms]
    changed = Matrix.model_construct(matrix=axes, algorithms=specs)
    changed._file, changed._places = matrix._file, matrix._places
    return changed


def line_of(text: str, location: tuple[str | int, ...]) -> int:
    """The line (from 1) of the key at `location`, as near as a search in the text can tell."""
    lines = text.splitlines()
    start = 0
    if location and location[0] == "algorithms" and len(location) > 1 and isinstance(location[1], int):
        heads = [i for i, line in enumerate(lines) if re.match(r"\s*\[\[\s*algorithms\s*\]\]", line)]
        start = heads[location[1]] if location[1] < len(heads) else 0
    for key in reversed([part for part in location if isinstance(part, str)]):
        for number in range(start, len(lines)):
            if re.search(rf"(^|[\s\[{{,.\"']){re.escape(key)}[\"']?\s*(=|\]|\.)", lines[number]):
                return number + 1
    return start + 1


def _explain(problem: Any, path: Path, text: str) -> str:
    location = problem["loc"]
    where = f"{path}, line {line_of(text, location)}"
    name = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key {location[-1]!r}{did_you_mean(str(location[-1]), _keys(location))}"
    if problem["type"] == "missing":
        return f"{where}: {name} is missing"
    said = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {name or 'the file'}: {said[:1].lower()}{said[1:]}"


def _keys(location: tuple[str | int, ...]) -> list[str]:
    if location[0] == "algorithms":
        return list(Limits.model_fields if "limits" in location else AlgorithmSpec.model_fields)
    return list(Axes.model_fields if location[0] == "matrix" and len(location) > 1 else Matrix.model_fields)
