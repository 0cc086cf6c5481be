"""Reader of Book-Crossing: quoted cells between semicolons, a backslash before a quote inside, Latin-1."""

from __future__ import annotations

import csv
import html
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.datasets.build import build
from bench.datasets.formats.cells import shown
from bench.datasets.readers.described import sentences
from bench.errors import BadData
from bench.types import Dataset

RATINGS = ("User-ID", "ISBN", "Book-Rating")
BOOKS = ("ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher")
USERS = ("User-ID", "Location", "Age")


def book_crossing(folder: Path, duplicates: str = "last") -> Dataset:
    """`book-crossing` from BX-Book-Ratings.csv, BX-Books.csv and BX-Users.csv.

    Ratings go from 1 to 10; 0 says that a user met a book without rating it (`min_rating = 1` leaves these out). ISBNs
    stay as they are, some are wrong. Features of a user are country and decade of age. Described are only books that
    somebody met.
    """
    users: list[str] = []
    items: list[str] = []
    ratings: list[str] = []
    for line, (user, item, rating) in _rows(folder / "BX-Book-Ratings.csv", RATINGS, 3):
        if not (user and item and rating.isascii() and rating.isdecimal() and int(rating) <= 10):
            raise BadData(f"{folder / 'BX-Book-Ratings.csv'}, line {line}: expected ids and a rating from 0 to 10")
        users.append(user)
        items.append(item)
        ratings.append(rating)
    met = set(items)
    books = {item: rest for _, (item, *rest) in _rows(folder / "BX-Books.csv", BOOKS, 8) if item in met}
    titles = {item: html.unescape(title) for item, (title, *_) in books.items()}
    return build(
        "book-crossing",
        pa.array(users, pa.string()),
        pa.array(items, pa.string()),
        ratings=np.array(ratings, np.float64),
        scale=(0, 10),
        duplicates=duplicates,
        titles=titles,
        texts={item: sentences(titles[item], html.unescape(author)) for item, (_, author, *_) in books.items()},
        user_features={user: _facts(place, age) for _, (user, place, age) in _rows(folder / "BX-Users.csv", USERS, 3)},
    )


def _facts(place: str, age: str) -> list[str]:
    """The country, which stands last in a place, and the decade of age."""
    country = place.rpartition(",")[2].strip()
    decade = [f"age={int(age) // 10 * 10}s"] if age.isascii() and age.isdecimal() else []  # NULL where unknown
    return [*([f"country={country}"] if country else []), *decade]


def _mended(row: list[str], width: int) -> list[str]:
    r"""The row; a few titles end in `\";` in the published file, so that the author got into the same cell."""
    if width == 8 and len(row) == 7 and '";' in row[1]:
        title, _, author = row[1].partition('";')
        return [row[0], title, author, *row[2:]]
    return row


def _rows(path: Path, names: tuple[str, ...], width: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) below a header that begins with `names`."""
    try:
        with path.open(encoding="latin-1", newline="") as file:
            reader = csv.reader(file, delimiter=";", escapechar="\\", strict=True)
            header = next(reader, [])
            if header[: len(names)] != list(names):
                raise BadData(f"{path}, line 1: expected the header {';'.join(names)}, found {shown(';'.join(header))}")
            for row in (_mended(found, width) for found in reader):
                if len(row) != width:
                    raise BadData(f"{path}, line {reader.line_num}: expected {width} cells, found {len(row)}")
                yield reader.line_num, row
    except csv.Error as error:
        raise BadData(f"{path}, line {reader.line_num}: not a row of a table ({error})") from None
    except OSError as error:
        raise BadData(f"{path}: cannot be read ({error.strerror or error})") from None
