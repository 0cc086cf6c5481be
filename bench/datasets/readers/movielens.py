"""Readers of the MovieLens files: films are described by title, year and genres."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.formats.times import compact
from bench.types import Dataset

NO_GENRES = "(no genres listed)"
ML_100K_GENRES = (  # the flags in u.item, in the order of u.genre
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|"
    "Mystery|Romance|Sci-Fi|Thriller|War|Western"
)


def small(folder: Path, duplicates: str = "last") -> Dataset:
    """`movielens-small` from ratings.csv.gz (user,item,rating,time) and movies.csv.gz (item,title,year,genres).

    A genre is a feature; the year stands behind the title. Films without a title show their id.
    """
    named = [Column("user", "id"), Column("item", "id"), Column("rating", "number"), Column("time", "number")]
    users, items, ratings, when = tables.read(folder / "ratings.csv.gz", named).arrays
    titles, texts, features = {}, {}, {}
    films = csv.reader(io.StringIO(_text_of(folder / "movies.csv.gz"), newline=""))
    next(films)
    for item, title, year, genres in films:
        features[item] = [] if genres == NO_GENRES else genres.split("|")
        titles[item] = f"{title} ({year})" if title else item
        texts[item] = _described(titles[item], features[item])
    return build(
        "movielens-small",
        users,
        items,
        ratings=ratings,
        times=compact(when),
        scale=(0.5, 5),
        duplicates=duplicates,
        titles=titles,
        texts=texts,
        item_features=features,
    )


def _text_of(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8")


def _described(title: str, genres: list[str]) -> str:
    """`Toy Story (1995). Animation, Comedy`."""
    return f"{title}. {', '.join(genres)}" if genres else title


def ml_100k(folder: Path, duplicates: str = "last") -> Dataset:
    """`ml-100k` from u.data (user, item, rating, time), u.user, and the films in u.item or RecBole's ml-100k.item.

    Both descriptions of the films give the same data set. Features of a user: decade of age, gender, occupation.
    """
    numbered = [Column("1", "id"), Column("2", "id"), Column("3", "number"), Column("4", "number")]
    users, items, ratings, when = tables.read(folder / "u.data", numbered, separator="\t", header=False, width=4).arrays
    films = dict(_films(folder / "u.item") if (folder / "u.item").exists() else _recbole_films(folder / "ml-100k.item"))
    titles = {item: title for item, (title, _) in films.items()}
    features = {item: genres for item, (_, genres) in films.items()}
    return build(
        "ml-100k",
        users,
        items,
        ratings=ratings,
        times=compact(when),
        scale=(1, 5),
        duplicates=duplicates,
        titles=titles,
        texts={item: _described(title, genres) for item, (title, genres) in films.items()},
        item_features=features,
        user_features=dict(_people(folder / "u.user")),
    )


def _films(path: Path) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """u.item: id | title (year) | release | video release | address | 19 genre flags; Latin-1."""
    names = ML_100K_GENRES.split("|")
    for line in path.read_text("latin-1").splitlines():
        item, title, _, _, _, *flags = line.split("|")
        yield item, (title.strip(), [genre for genre, flag in zip(names, flags, strict=True) if flag == "1"])


def _recbole_films(path: Path) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """ml-100k.item: id, title, year, genres with spaces; a header; UTF-8. One film has no title (misspelt there)."""
    for line in path.read_text("utf-8").splitlines()[1:]:
        item, title, year, genres = line.split("\t")
        yield item, ("unknown" if title == "unkonwn" else f"{title} ({year})", genres.split(" "))


def _people(path: Path) -> Iterator[tuple[str, list[str]]]:
    """u.user: id | age | gender | occupation | zip code."""
    for line in path.read_text("ascii").splitlines():
        user, age, gender, occupation, _ = line.split("|")
        yield user, [f"age={int(age) // 10 * 10}s", f"gender={gender}", f"occupation={occupation}"]
