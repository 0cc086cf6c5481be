"""What is known of a data set before it is read: terms, files, where they may lie and where they can be had."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

EMBEDDED = Path(__file__).parent / "data"
Kind = Literal["file", "zip", "tar.gz", "tar.bz2"]


@dataclass(frozen=True)
class Part:
    """One address to download: a file that is kept as it is, or an archive that is unpacked."""

    address: str
    sha256: str = ""  # empty: not known, the first download is pinned
    size: int | None = None  # bytes; None: not known
    kind: Kind = "file"
    member: str = ""  # the folder inside an archive that holds the files; empty: they lie at its top
    most: int = 1 << 30  # bytes; a larger answer is refused where the size is not known
    unpacked: int = 8 << 30  # bytes; a larger content is refused

    @property
    def name(self) -> str:
        """The last word of the address, under which a file is kept."""
        return self.address.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Source:
    """Where a data set comes from and what its files must be.

    `files` and `optional` map a path below the folder of the data set to a SHA-256, empty where none is known. One of
    several files is written "a|b", and their hashes in the same order "x|y".
    """

    name: str
    about: str
    licence: str
    citation: str
    reader: str  # "module:function"
    files: dict[str, str]
    optional: dict[str, str] = field(default_factory=dict)  # read where they are there
    folder: str = ""  # name of the folder below a data folder; empty: the same as `name`
    embedded: bool = False
    reviews: bool = False  # its reader takes `reviews=True`: what users wrote comes with their interactions
    shareable: bool = False  # its licence lets parts be passed on, as a page with histories of some users does
    rows: int | None = None  # interactions; None: not known
    home: str = ""  # the page that publishes it
    parts: tuple[Part, ...] = ()  # what to download; empty: it cannot be had by command
    fallback: str = ""  # "module:function" asked where an address cannot be reached
    by_hand: str = ""  # how to get the files where no command may
    family: str = ""  # the line of the list that stands for all data sets of its kind

    def places(self) -> list[Path]:
        """The folders where the files may lie, the first choice first."""
        if self.embedded:
            return [EMBEDDED / self.name]
        return [folder / (self.folder or self.name) for folder in data_folders()]

    def path(self) -> Path | None:
        """The first folder that holds all files, or None."""
        return next((place for place in self.places() if all(find(place, names) for names in self.files)), None)

    @property
    def bytes(self) -> int | None:
        """What has to be downloaded; None where a part of it is not known."""
        sizes = [part.size for part in self.parts]
        return sum(size for size in sizes if size is not None) if sizes and None not in sizes else None


def find(place: Path, names: str) -> Path | None:
    """The first of the files `names` ("a|b") that exists below `place`."""
    return next((place / name for name in names.split("|") if (place / name).is_file()), None)


def plain(base: str, files: dict[str, str], sizes: dict[str, int] | None = None) -> tuple[Part, ...]:
    """The parts for files that lie under one address, each known by its SHA-256 (or not, where it is empty)."""
    return tuple(Part(f"{base}/{name}", sha256, (sizes or {}).get(name)) for name, sha256 in files.items())


def own_folder() -> Path:
    """The folder for downloaded and imported data (not created)."""
    from platformdirs import user_data_path

    return user_data_path("recmatrix")


def data_folders() -> list[Path]:
    """The folder named by the variable BENCH_DATA, if it is set, then our own."""
    named = os.environ.get("BENCH_DATA")
    return [Path(named), own_folder()] if named else [own_folder()]
