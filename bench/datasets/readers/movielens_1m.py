"""Reader of MovieLens 1M: cells separated by `::`, films in Latin-1 (README of the archive)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.described import sentences
from bench.datasets.readers.lines import cells
from bench.errors import BadData
from bench.types import Dataset

AGES = {"1": "under 18", "18": "18-24", "25": "25-34", "35": "35-44", "45": "45-49", "50": "50-55", "56": "56+"}
OCCUPATIONS = (  # in the order of their numbers, which begin with 0
    "other or not specified|academic/educator|artist|clerical/admin|college/grad student|customer service|"
    "doctor/health care|executive/managerial|farmer|homemaker|K-12 student|lawyer|programmer|retired|sales/marketing|"
    "scientist|self-employed|technician/engineer|tradesman/craftsman|unemployed|writer"
)


def ml_1m(folder: Path, duplicates: str = "last") -> Dataset:
    """`ml-1m` from ratings.dat, or from ratings-without-timestamp.dat.gz, whose rows have no order.

    Abstracts of Wikipedia (dbpedia_abstracts.json), where they are, become part of the films' texts.
    """
    timed = (folder / "ratings.dat").is_file()
    path = folder / ("ratings.dat" if timed else "ratings-without-timestamp.dat.gz")
    wanted = [Column("1", "id"), Column("2", "id"), Column("3", "number", 1, 5)]
    users, items, ratings, *times = tables.read(
        path, [*wanted, Column("4", "number")] if timed else wanted, separator="::", header=False
    ).arrays
    films = dict(read_films(folder / "movies.dat"))
    abstracts = read_abstracts(folder / "dbpedia_abstracts.json")
    return build(
        "ml-1m",
        users,
        items,
        ratings=ratings,
        times=times[0].astype("int64") if times else None,
        scale=(1, 5),
        duplicates=duplicates,
        titles={item: title for item, (title, _) in films.items()},
        texts={item: sentences(*film, abstracts.get(item, "")) for item, film in films.items()},
        item_features={item: genres for item, (_, genres) in films.items()},
        user_features=dict(_people(folder / "users.dat")),
    )


def read_films(path: Path) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """movies.dat: id::title (year)::genre|genre; Latin-1."""
    for _, (item, title, genres) in cells(path, "::", 3, encoding="latin-1"):
        yield item, (title.strip(), genres.split("|"))


def _people(path: Path) -> Iterator[tuple[str, list[str]]]:
    """users.dat: id::gender::age group::occupation::zip code."""
    occupations = OCCUPATIONS.split("|")
    for line, (user, gender, age, occupation, _) in cells(path, "::", 5, encoding="latin-1"):
        if age not in AGES or not occupation.isdecimal() or int(occupation) >= len(occupations):
            raise BadData(f"{path}, line {line}: no such age group or occupation: {age}, {occupation}")
        yield user, [f"age={AGES[age]}", f"gender={gender}", f"occupation={occupations[int(occupation)]}"]


def read_abstracts(path: Path) -> dict[str, str]:
    """dbpedia_abstracts.json: film id -> abstract; nothing where there is no such file."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadData(f"{path}: no JSON ({error})") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadData(f"{path}: expected an object of texts")
    return found
