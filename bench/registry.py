"""Which algorithms there are: entry points of the group `bench.algorithms`, from any installed distribution.

Listing imports nothing. A broken plug-in is listed with its reason and harms no other.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import sources
from bench.declared import Declared
from bench.errors import BadConfig, Unsupported, did_you_mean

if TYPE_CHECKING:
    from bench.algorithm import Algorithm

GROUP = "bench.algorithms"
USUAL = ("RANK", "PERSONALISE")  # abilities of an algorithm that declares none


@dataclass(frozen=True)
class Entry:
    """One registered name. `problem` says why it cannot be used here, as far as the source tells."""

    name: str
    target: str  # "module:Class"
    distribution: str
    family: str = ""
    summary: str = ""
    problem: str = ""
    paper: str = ""  # key in docs/references.bib
    needs: tuple[str, ...] = ()
    can: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The dotted name of the module that holds the class."""
        return self.target.partition(":")[0]


class Entries(Mapping[str, Entry]):
    """Entries by name, sorted. The source of an algorithm is read when its entry is asked for: a cell needs one."""

    def __init__(self, points: dict[str, set[EntryPoint]], broken: dict[str, Entry]) -> None:
        self._points = points
        self._read = {name: entry for name, entry in broken.items() if name not in points}
        self._names = sorted(points.keys() | broken.keys())

    def __getitem__(self, name: str) -> Entry:
        if name not in self._read:
            self._read[name] = _entry(name, sorted(self._points[name], key=_owner))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._points or name in self._read


@cache
def entries() -> Entries:
    """All registered algorithms by name, sorted."""
    by_name: dict[str, set[EntryPoint]] = defaultdict(set)
    broken: dict[str, Entry] = {}
    seen: set[str] = set()
    for distribution in distributions():
        try:
            text = distribution.read_text("entry_points.txt")
            if text is None or GROUP not in text:
                continue
            if distribution.name not in seen:  # the first on the path is the one that is imported
                seen.add(distribution.name)
                for point in distribution.entry_points.select(group=GROUP):
                    by_name[point.name].add(point)
        except Exception as error:  # whatever a damaged distribution leads to
            name = _place(distribution)
            problem = f"the entry points of {name} cannot be read ({type(error).__name__}: {error}); reinstall it"
            broken[name] = Entry(name, "", name, problem=problem)
    return Entries(dict(by_name), broken)


def about(name: str) -> dict[str, str]:
    """What a record tells of an algorithm, for readers who do not have it; nothing of one that is not registered."""
    entry = entries().get(name)
    told = {} if entry is None else {n: getattr(entry, n) for n in ("summary", "paper", "distribution")}
    return {name: text for name, text in told.items() if text}


def find(name: str) -> Entry:
    """The entry of that name. Raises BadConfig with the nearest name when there is none."""
    known = entries()
    if name not in known:
        raise BadConfig(f"unknown algorithm {name!r}{did_you_mean(name, known)}; `bench list algorithms` shows all")
    return known[name]


def load(name: str) -> type[Algorithm[Any]]:
    """The class behind a name. Raises BadConfig for an unknown name, Unsupported with the reason for a broken one."""
    from bench.algorithm import Algorithm

    entry = find(name)
    if entry.problem:
        raise Unsupported(f"algorithm {name!r} is unavailable: {entry.problem}")
    try:
        found = getattr(importlib.import_module(entry.module), entry.target.partition(":")[2])
    except Exception as error:  # whatever a plug-in's module raises while it is imported
        raise Unsupported(f"algorithm {name!r} is unavailable: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Algorithm)):
        raise Unsupported(f"algorithm {name!r} is unavailable: {entry.target} is not a subclass of bench.Algorithm")
    return found


def create(name: str, *, seed: int = 0, device: str = "cpu", threads: int = 1, **params: object) -> Algorithm[Any]:
    """An algorithm ready to fit, its parameters validated."""
    from bench.params import build

    cls = load(name)
    return cls(build(cls.Params, params, name), seed=seed, device=device, threads=threads)


def _owner(point: EntryPoint) -> str:
    return _name(point.dist) if point.dist else "?"


@cache
def _name(distribution: Distribution) -> str:
    """Its metadata are parsed anew each time that somebody asks."""
    return distribution.name


def _place(distribution: Distribution) -> str:
    """The name of a distribution whose metadata may be damaged: that of its folder."""
    return Path(str(getattr(distribution, "_path", "a distribution"))).stem


def _entry(name: str, points: list[EntryPoint]) -> Entry:
    owner = " and ".join(f"{_owner(point)} ({point.value})" for point in points)
    if len(points) > 1:
        return Entry(name, "", _owner(points[0]), problem=f"registered twice, by {owner}: uninstall one")
    try:
        target = f"{points[0].module}:{points[0].attr}"
        path = sources.path_of(points[0].module)
        if path is None:
            return Entry(name, target, owner, problem=f"module {points[0].module!r} is not found; reinstall {owner}")
        summary, declared = _summary(sources.tree_of(path)), Declared(points[0].module)
        return Entry(
            name,
            target,
            _owner(points[0]),
            declared.text(points[0].attr, "family"),
            summary,
            _missing(points[0]),
            declared.text(points[0].attr, "paper"),
            declared.flags(points[0].attr, "needs"),
            declared.flags(points[0].attr, "can", USUAL),
        )
    except Exception as error:  # whatever a plug-in's source or registration leads to
        return Entry(name, points[0].value, _owner(points[0]), problem=f"{type(error).__name__}: {error}")


def _missing(point: EntryPoint) -> str:
    """Which imported package is not installed, and how to get it."""
    absent = sorted(name for name in sources.required(point.module) if importlib.util.find_spec(name) is None)
    if not absent:
        return ""
    if not point.extras:
        return f"package {absent[0]!r} is not installed"
    extra = ",".join(point.extras)
    compiles = " (needs a C compiler)" if "lightfm" in point.extras else ""
    return f'package {absent[0]!r} is not installed; `pip install -e ".[{extra}]"` adds it{compiles}'


def _summary(tree: ast.Module) -> str:
    """The first sentence about a module."""
    return (ast.get_docstring(tree) or "").partition("\n")[0]
