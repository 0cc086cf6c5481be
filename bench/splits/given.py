"""given: training, test and perhaps validation part are brought along, as files, as rows, or by the name of a paper.

For reproducing published numbers on published splits. Ids must be those of the data set, whose titles, scale and
catalogue are used; its own interactions are not. What counts for the fingerprint is what the files say, not their
names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from bench.datasets.formats import by_name
from bench.datasets.formats.cells import Column
from bench.errors import did_you_mean
from bench.params import Params
from bench.splits import files
from bench.splits.asking import Asking
from bench.splits.divide import assemble
from bench.splits.pieces import Pieces
from bench.splits.published import catalogue as published
from bench.splits.rows import Parts, Rows, joined, numbered
from bench.types import Dataset, Split

ORDER = False


class Options(Params):
    """Which published split, or which files and what is in which column."""

    published: str | None = None
    """A split that is known by name and comes with the files of the data set, in the place of `train` and `test`."""
    train: str | None = None
    """File of the training part; looked for here, then in the data folder."""
    test: str | None = None
    """File of the test part."""
    validation: str | None = None
    """File of the validation part."""
    lines: Literal["interactions", "users"] = "interactions"
    """Whether a line is one interaction, or a user and all their items with spaces between."""
    user: str | None = None
    """Column of user ids, `user` if left out; without a header the columns are called 1, 2, 3 …"""
    item: str | None = None
    """Column of item ids, `item` if left out."""
    rating: str | None = None
    """Column of ratings."""
    time: str | None = None
    """Column of times, in seconds. RecBole's .inter files name all four columns themselves."""
    separator: str | None = None
    """What stands between columns; by the name of the file if left out."""
    header: bool = True
    """Whether the first line names the columns."""

    @field_validator("published")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        names = published.names()
        if value is not None and value not in names:
            raise _wrong(f"expected one of {', '.join(names)}{did_you_mean(value, names)}")
        return value

    @field_validator("train", "test", "validation")
    @classmethod
    def _files_or_name(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "published" not in info.data:  # it was wrong, and that has been said
            return value
        if value is not None and info.data["published"] is not None:
            raise _wrong(f"expected nothing: published split {info.data['published']!r} has files of its own")
        if value is None and info.data["published"] is None and info.field_name != "validation":
            raise _wrong("expected a file, or `published` in the place of files")
        return value

    @field_validator("user", "item", "rating", "time", "separator")
    @classmethod
    def _only_of_tables(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and (info.data.get("published") is not None or info.data.get("lines") == "users"):
            raise _wrong("expected only for files with one interaction a line")
        return value


def _wrong(said: str) -> PydanticCustomError:
    return PydanticCustomError("given", "{said}", {"said": said})


def make(dataset: Dataset, options: Options, asking: Asking) -> Split:
    """The split in the files. Raises BadData for unreadable files and unknown ids, Unsupported for a foreign split."""
    if options.published is not None:
        params = {"published": options.published}
        return from_parts(dataset, published.read(dataset.name, options.published), params, asking)
    paths = {name: getattr(options, name) for name in ("train", "test", "validation")}
    parts = Parts(**{name: _read(path, options) for name, path in paths.items() if path})
    split = from_parts(dataset, parts, asking=asking)
    said = options.model_dump(mode="json", exclude_defaults=True)
    return replace(split, params={**said, **split.params})


def from_rows(
    dataset: Dataset, train: Rows, test: Rows, validation: Rows | None = None, asking: Asking | None = None
) -> Split:
    """A split with these rows as its parts. Raises BadData for ids that the data set does not have."""
    return from_parts(dataset, Parts(train, test, validation), asking=asking)


def from_parts(
    dataset: Dataset, parts: Parts, params: dict[str, Any] | None = None, asking: Asking | None = None
) -> Split:
    """The split that these parts are, with the candidates that they list. Raises as `from_rows`."""
    none = Rows([], [], [], [])
    first, second, third = (numbered(dataset, part) for part in (parts.train, parts.validation or none, parts.test))
    both = joined(first, second)
    pieces = Pieces(first, second, third, both, validation_history=first, test_history=both, test_training=first)
    return assemble(dataset, "given", params or {}, pieces, asking or Asking(), parts.listed)


def _read(path: str, options: Options) -> Rows:
    found = files.find(path)
    if options.lines == "users":
        return files.user_lines(found)
    reader = by_name.reader(found, by_name.Options(separator=options.separator, header=options.header))
    roles = {"users": "user", "items": "item", "ratings": "rating", "times": "time"}
    names = {field: getattr(options, role) or reader.usual(role) for field, role in roles.items()}
    ids = ("users", "items")
    wanted = {field: Column(name, "id" if field in ids else "number") for field, name in names.items() if name}
    return Rows(**dict(zip(wanted, reader.read(list(wanted.values())).arrays, strict=True)))
