"""Data sets by name: what there is, loading, downloading and checking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.datasets import imported
from bench.datasets.sources import SOURCES, Source, find
from bench.errors import BadConfig, BadData, did_you_mean
from bench.files import sha256

if TYPE_CHECKING:
    from bench.types import Dataset

OPTIONS = ("name", "duplicates", "min_rating", "k_core")


@dataclass(frozen=True)
class Entry:
    """One line of the list of data sets."""

    name: str
    source: str  # what it is, in a sentence
    licence: str
    needs_download: bool  # it is not on this machine
    path: Path | None  # where it is on this machine
    downloadable: bool  # `get` can bring it


def available() -> list[Entry]:
    """All data sets that `load` knows, whether they are on this machine or not."""
    return [_entry(source) for source in {**SOURCES, **imported.sources()}.values()]


def load(spec: str | dict[str, Any]) -> Dataset:
    """The data set `name`, or {"name": …, options}.

    Options: `duplicates` (see `build`), `min_rating` (lower ratings are left out) and `k_core` (users and items with
    fewer interactions are left out until none is). Raises BadConfig for unknown names and options, BadData when the
    files are missing or not what they should be.
    """
    options = check_spec(spec)
    source = _known(str(options.pop("name", "")))
    path = _place(source)
    hashes = _verify(source, path)
    duplicates = options.pop("duplicates", None)
    reader = _resolve(source.reader)
    dataset: Dataset = reader(path) if duplicates is None else reader(path, duplicates=duplicates)
    facts = {"source": source.about, "licence": source.licence, "citation": source.citation, "files": hashes}
    dataset = replace(dataset, notes={**facts, **dataset.notes})
    return _resolve("bench.datasets.filters:filtered")(dataset, **options) if options else dataset


def check_spec(spec: str | dict[str, Any]) -> dict[str, Any]:
    """The specification as a dict, its name and options known. Raises BadConfig otherwise; reads no data."""
    options = {"name": spec} if isinstance(spec, str) else dict(spec)
    for option in options:
        if option not in OPTIONS:
            raise BadConfig(f"unknown data set option {option!r}{did_you_mean(option, OPTIONS)}")
    _known(str(options.get("name", "")))
    return options


def check(name: str) -> dict[str, Any]:
    """Compare the files of a data set with their SHA-256, read it, and say what it holds. Raises BadData."""
    dataset = load(name)
    source = _known(name)
    interactions = dataset.interactions
    return {
        "name": name,
        "path": str(source.path()),
        "files": dataset.notes["files"],
        "interactions": len(interactions),
        "users": interactions.n_users,
        "items": interactions.n_items,
        "ratings": interactions.ratings is not None,
        "times": interactions.times is not None,
        "ordered": interactions.ordered,
        "scale": interactions.scale,
        "licence": source.licence,
        "fingerprint": dataset.fingerprint,
    }


def get(name: str) -> Path:
    """Download a data set into our own data folder unless it is there; the folder where it lies."""
    source = _known(name)
    path = source.path()
    if path is None:
        if not source.getter:
            raise BadData(f"{name} cannot be downloaded by this program; put its files into a folder BENCH_DATA names")
        path = Path(_resolve(source.getter)())
    _verify(source, path)
    return path


def _known(name: str) -> Source:
    if name in SOURCES:
        return SOURCES[name]
    known = {**SOURCES, **imported.sources()}
    if name not in known:
        raise BadConfig(f"unknown data set {name!r}{did_you_mean(name, known)}; `bench list datasets` shows all")
    return known[name]


def _entry(source: Source) -> Entry:
    path = source.path()
    return Entry(source.name, source.about, source.licence, path is None, path, bool(source.getter))


def _place(source: Source) -> Path:
    path = source.path()
    if path is None:
        looked = " or ".join(str(place) for place in source.places())
        remedy = f"`bench data get {source.name}` gets it" if source.getter else "it cannot be downloaded by command"
        raise BadData(f"{source.name} is not in {looked}; {remedy}")
    return path


def _verify(source: Source, folder: Path) -> dict[str, str]:
    """The SHA-256 of each file; BadData if one is not what it should be."""
    hashes = {}
    for names, expected in source.files.items():
        path = find(folder, names)
        if path is None:
            raise BadData(f"{folder}: {names.replace('|', ' or ')} is missing")
        hashes[path.name] = sha256(path)
        if hashes[path.name] not in expected.split("|"):
            raise BadData(
                f"{path}: not the published file (SHA-256 {hashes[path.name][:16]}…); delete it and get it again"
            )
    return hashes


def _resolve(target: str) -> Callable[..., Any]:
    module, _, function = target.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
