"""Data sets by name: what there is, loading, downloading and checking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.datasets import cache, imported
from bench.datasets.fetching import pins
from bench.datasets.size import require_memory
from bench.datasets.sources import SOURCES, Source, find, own_folder
from bench.errors import BadConfig, BadData, did_you_mean
from bench.files import sha256

if TYPE_CHECKING:
    from bench.types import Dataset

OPTIONS = ("name", "duplicates", "reviews", "min_rating", "k_core")
READING = ("duplicates", "reviews")  # options that a reader is given; the others choose among what it read


@dataclass(frozen=True)
class Entry:
    """One line of the list of data sets: one data set, or a family of them that is not on this machine."""

    name: str
    source: str  # what it is, in a sentence
    licence: str
    needs_download: bool  # it is not on this machine
    path: Path | None  # where it is on this machine
    downloadable: bool  # `get` can bring it
    rows: int | None = None  # interactions; None: not known
    bytes: int | None = None  # to download; None: not known
    address: str = ""  # the page that publishes it
    members: tuple[str, ...] = ()  # of a family: the names of its data sets


def available() -> list[Entry]:
    """All data sets that `load` knows, on this machine or not; a family has one line besides those that are here."""
    found: dict[str, Entry] = {}
    for source in {**SOURCES, **imported.sources()}.values():
        entry = _entry(source)
        if source.family:
            before = found.get(source.family, replace(_entry(source), name=source.family, source=_family(source)))
            found[source.family] = replace(before, path=None, members=(*before.members, source.name))
        if not source.family or entry.path is not None:
            found[source.name] = entry
    return list(found.values())


def load(spec: str | dict[str, Any]) -> Dataset:
    """The data set `name`, or {"name": …, options}.

    Options: `duplicates` (see `build`), `reviews` (whether what users wrote is read), `min_rating` (lower ratings are
    left out) and `k_core` (users and items with fewer interactions are left out until none is). A copy in the cache is
    taken where nothing has changed since; a file that has changed is in the warnings among the notes.

    Raises BadConfig for unknown names and options, BadData when the files are missing or not what they should be,
    Unsupported when they need more memory than there is.
    """
    options = check_spec(spec)
    source = _known(str(options.pop("name", "")))
    path = _place(source)
    seen = cache.Hashes()
    hashes = _verify(source, path, seen.sha256)
    meta = path / imported.META
    content = {"reader": source.reader, "files": hashes, "meta": sha256(meta) if meta.is_file() else None}
    dataset = cache.loaded(source.name, options, content, lambda: _read(source, path, options))
    told = {"source": source.about, "licence": source.licence, "shareable": source.shareable}
    notes = {**told, "citation": source.citation, "files": hashes}
    warnings = [*dataset.notes.get("warnings", []), *seen.warnings]
    return replace(dataset, notes={**notes, **dataset.notes} | ({"warnings": warnings} if warnings else {}))


def _read(source: Source, folder: Path, options: dict[str, Any]) -> Dataset:
    """The data set from its files, without what the options leave out. Raises Unsupported where memory is short."""
    require_memory(place for names in {**source.files, **source.optional} if (place := find(folder, names)))
    reader = _resolve(source.reader)
    kept = {name: value for name, value in options.items() if name not in READING}
    given = {name: options[name] for name in READING if options.get(name) not in (None, False)}
    dataset: Dataset = reader(folder, **given)
    return _resolve("bench.datasets.filters:filtered")(dataset, **kept) if kept else dataset


def check_spec(spec: str | dict[str, Any]) -> dict[str, Any]:
    """The specification as a dict, its name and options known. Raises BadConfig otherwise; reads no data."""
    options = {"name": spec} if isinstance(spec, str) else dict(spec)
    for option in options:
        if option not in OPTIONS:
            raise BadConfig(f"unknown data set option {option!r}{did_you_mean(option, OPTIONS)}")
    source = _known(str(options.get("name", "")))
    reviews = options.get("reviews", False)
    if not isinstance(reviews, bool):
        raise BadConfig(f"data set option 'reviews' is true or false, not {reviews!r}")
    if reviews and not source.reviews:
        raise BadConfig(f"data set {source.name!r} has no reviews that could be read besides; leave the option out")
    return options


def check(name: str) -> dict[str, Any]:
    """Compare the files of a data set with their SHA-256, read it, and say what it holds. Raises BadData."""
    source = _known(name)
    hashes = _verify(source, _place(source))  # anew, whatever is noted of unchanged files
    dataset = load(name)
    interactions = dataset.interactions
    return {
        "name": name,
        "path": str(source.path()),
        "files": hashes,
        "interactions": len(interactions),
        "users": interactions.n_users,
        "items": interactions.n_items,
        "ratings": interactions.ratings is not None,
        "times": interactions.times is not None,
        "reviews": interactions.reviews is not None,
        "ordered": interactions.ordered,
        "scale": interactions.scale,
        "licence": source.licence,
        "fingerprint": dataset.fingerprint,
        "warnings": dataset.notes.get("warnings", []),
    }


def get(name: str, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Download a data set into our own data folder unless it is there; the folder where it lies.

    Terms and citation are told before anything is downloaded, pins of files without a published SHA-256 afterwards.
    """
    source = _known(name)
    path = source.path()
    if path is None:
        if not source.parts:
            raise BadData(f"{name} cannot be downloaded by this program: {_by_hand(source)}")
        for line in _terms(source):
            tell(line)
        path, said = _resolve("bench.datasets.fetching.download:get")(source)
        for line in said:
            tell(line)
    _verify(source, path)
    return path


def _terms(source: Source) -> list[str]:
    """What a person has to know before the download."""
    lines = [source.about, f"licence: {source.licence}", f"cite: {source.citation}", f"published at: {source.home}"]
    for part in source.parts:
        size = "size unknown" if part.size is None else f"{part.size:,} bytes"
        pinned = pins.read().get(part.address)
        known = part.sha256 or (f"{pinned} as of the first download" if pinned else "unknown")
        lines.append(f"downloading {part.address} ({size}, SHA-256 {known})")
    return lines


def _by_hand(source: Source) -> str:
    """How a person gets the files, and where they go."""
    how = source.by_hand or "it is no published data set"
    names = ", ".join(names.replace("|", " or ") for names in source.files)
    folder = source.folder or source.name
    return f"{how}; then put {names} into {own_folder() / folder} or into {folder}/ in a folder that BENCH_DATA names"


def _known(name: str) -> Source:
    if name in SOURCES:
        return SOURCES[name]
    known = {**SOURCES, **imported.sources()}
    if name not in known:
        raise BadConfig(f"unknown data set {name!r}{did_you_mean(name, known)}; `bench list datasets` shows all")
    return known[name]


def _entry(source: Source) -> Entry:
    path = source.path()
    facts = (source.rows, source.bytes, source.home)
    return Entry(source.name, source.about, source.licence, path is None, path, bool(source.parts), *facts)


def _family(source: Source) -> str:
    edition = source.family.removesuffix("-<category>")
    return f"{source.about.split(',')[0]} by category, such as {edition}-musical-instruments, {edition}-video-games"


def _place(source: Source) -> Path:
    path = source.path()
    if path is None:
        looked = " or ".join(str(place) for place in source.places())
        remedy = f"`bench data get {source.name}` gets it" if source.parts else _by_hand(source)
        raise BadData(f"{source.name} is not in {looked}; {remedy}")
    return path


def _verify(source: Source, folder: Path, hashed: Callable[[Path], str] = sha256) -> dict[str, str]:
    """The SHA-256 of each file; BadData if one is not what it should be: as published, else as it was pinned."""
    hashes = {}
    for names, known in {**source.files, **source.optional}.items():
        path = find(folder, names)
        if path is None:
            if names in source.optional:
                continue
            raise BadData(f"{folder}: {names.replace('|', ' or ')} is missing")
        name = path.relative_to(folder).as_posix()
        hashes[name] = hashed(path)
        published = dict(zip(names.split("|"), known.split("|"), strict=True))[name]
        expected = published or pins.read().get(pins.key(path), "")
        if expected and hashes[name] != expected:
            what = "the published file" if published else "the file that was downloaded first"
            raise BadData(f"{path}: not {what} (SHA-256 {hashes[name][:16]}…); delete it and get it again")
    return hashes


def _resolve(target: str) -> Callable[..., Any]:
    module, _, function = target.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
