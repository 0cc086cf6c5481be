"""Text files read line by line, for formats in which a quote is a letter like any other."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.datasets.formats.cells import shown
from bench.errors import BadData


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """(number from 1, text without its end) of each line; .gz is unpacked on the way, empty lines are left out.

    Raises BadData, with the line, for bytes that are no such text, and for a file that cannot be read.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = raw.decode(encoding).rstrip("\r\n")
                if number == 1:
                    text = text.removeprefix("\ufeff")
                if text:
                    yield number, text
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02X} is not {encoding}"
        raise BadData(f"{path}, line {number}, byte {error.start + 1}: {found}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise BadData(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def cells(
    path: Path, separator: str, width: int, *, encoding: str = "utf-8", header: Sequence[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """(line, its `width` cells) of each row; a header, where the format has one, must begin with the names `header`.

    Raises BadData for a row of another width, a wrong header and a file without rows.
    """
    rows = ((number, text.split(separator)) for number, text in lines(path, encoding))
    if header:
        number, names = next(rows, (1, []))
        if names[: len(header)] != list(header):
            wanted = separator.join(header)
            raise BadData(
                f"{path}, line {number}: expected the header {wanted!r}, found {shown(separator.join(names))}"
            )
    empty = True
    for number, row in rows:
        if len(row) != width:
            raise BadData(f"{path}, line {number}: expected {width} cells, found {len(row)}")
        empty = False
        yield number, row
    if empty:
        raise BadData(f"{path}: no rows")


def numbers(path: Path, line: int, words: Sequence[str]) -> Sequence[str]:
    """The words, all of them whole numbers. Raises BadData for one that is not."""
    for word in words:
        if not (word.isascii() and word.isdecimal()):
            raise BadData(f"{path}, line {line}: expected whole numbers, found {shown(word)}")
    return words
