"""The data sets that are known by name. To add one: an entry here and a reader, `reader(folder, duplicates)`.

Nothing is read or imported here, so that a command line can list data sets at once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

EMBEDDED = Path(__file__).parent / "data"
GROUPLENS_RESEARCH = "GroupLens: research use, no redistribution without permission, cite"
MOVIELENS_CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan (2015). The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5(4), 19:1-19:19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class Source:
    """Where a data set comes from and what its files must be."""

    name: str
    about: str
    licence: str
    citation: str
    reader: str  # "module:function"
    files: dict[str, str]  # path below the folder of the data set -> SHA-256; one name of several: "a|b"
    folder: str = ""  # name of the folder below a data folder; empty: the same as `name`
    embedded: bool = False
    getter: str = ""  # "module:function" that downloads it; empty: it cannot be had by command

    def places(self) -> list[Path]:
        """The folders where the files may lie, the first choice first."""
        if self.embedded:
            return [EMBEDDED / self.name]
        return [folder / (self.folder or self.name) for folder in data_folders()]

    def path(self) -> Path | None:
        """The first folder that holds all files, or None."""
        return next((place for place in self.places() if all(find(place, names) for names in self.files)), None)


def find(place: Path, names: str) -> Path | None:
    """The first of the files `names` ("a|b") that exists below `place`."""
    return next((place / name for name in names.split("|") if (place / name).is_file()), None)


def own_folder() -> Path:
    """The folder for downloaded and imported data (not created)."""
    from platformdirs import user_data_path

    return user_data_path("recmatrix")


def data_folders() -> list[Path]:
    """The folder named by the variable BENCH_DATA, if it is set, then our own."""
    named = os.environ.get("BENCH_DATA")
    return [Path(named), own_folder()] if named else [own_folder()]


MOVIELENS_SMALL = Source(
    name="movielens-small",
    about="MovieLens latest-small of October 2016: 100,004 ratings of films, with titles, years, genres and times",
    licence="GroupLens: redistribution under the same conditions, non-commercial use, cite",
    citation=MOVIELENS_CITATION,
    reader="bench.datasets.movielens:small",
    files={
        "ratings.csv.gz": "41288904bd3cfc2968666e6564dcb5614b3a395cfff95d51d7f95581d9727f37",
        "movies.csv.gz": "46431552a635d931fca2b28b13c237b4520a78eb6e28a0b0cfc9ca9f9e7f0e83",
    },
    embedded=True,
)

ML_100K = Source(
    name="ml-100k",
    about="MovieLens 100K of 1998: 100,000 ratings of films, with titles, genres, times and facts about the users",
    licence=GROUPLENS_RESEARCH,
    citation=MOVIELENS_CITATION,
    reader="bench.datasets.movielens:ml_100k",
    files={
        "u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
        "u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
        "u.item|ml-100k.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701"
        "|51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    },
    getter="bench.datasets.download:ml_100k",
)

SASREC_ML_1M = Source(
    name="sasrec-ml-1m",
    about="MovieLens 1M as sequences for next-item prediction: 999,611 interactions, order without times or ratings",
    licence=GROUPLENS_RESEARCH,
    citation=MOVIELENS_CITATION,
    reader="bench.datasets.sequences:sasrec_ml_1m",
    files={"ml-1m.txt.gz": "7c5d534ef3a363c21c424a260fa8e4e0dd0237d8370eb1a250280afbf03fd7dd"},
    folder="sasrec",
)

SOURCES = {source.name: source for source in (MOVIELENS_SMALL, ML_100K, SASREC_ML_1M)}
