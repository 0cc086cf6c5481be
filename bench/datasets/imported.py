"""A person's own data: read strictly once, kept as Parquet in our data folder, afterwards a data set like any other.

<data folder>/imported/<SHA-256 of the name>/   meta.json, interactions.parquet, items.parquet
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.datasets.formats.roles import InteractionColumns, ItemColumns
from bench.datasets.sources import SOURCES, Source, own_folder
from bench.errors import BadConfig, BadData
from bench.files import sha256, storage

if TYPE_CHECKING:
    import pandas as pd

    from bench.datasets.importing import Parts
    from bench.types import Dataset

FORMAT = 1
META = "meta.json"


def import_file(
    path: str | Path,
    name: str,
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    time: str | None = None,
    time_unit: str | None = None,
    review: str | None = None,
    scale: tuple[float, float] | None = None,
    ordered: bool = False,
    duplicates: str = "last",
    on_bad_row: str = "error",
    separator: str | None = None,
    header: bool = True,
    encoding: str = "utf-8",
    items_file: str | Path | None = None,
    item_columns: ItemColumns | None = None,
    replace: bool = False,
) -> Dataset:
    """Read a file and keep its interactions under `name`; the data set that `load(name)` gives.

    The name of the file says its format, see `formats.by_name`. `user`, `item`, `rating`, `time` and `review` (what the
    user wrote of the item) name columns (by number, from 1, without a `header`); left out, they are called user and
    item, and in an .inter file user_id, item_id and, if it has them, rating and timestamp. Times are numbers of
    `time_unit` (s, ms, us, ns) since 1970 or ISO 8601 dates; an undeclared unit is guessed from the median, with a
    warning in the notes unless it is seconds. `scale` is the lowest and highest rating possible. `ordered`: the order
    of the rows is the order in time. `duplicates`: see `build`. With on_bad_row="skip" bad rows are counted in the
    notes. `items_file` describes items by the columns named in `item_columns`.

    Raises BadData for a file that is not as declared, BadConfig for a name that is taken (unless `replace`, and never a
    built-in one) and for wrong options, Unsupported for a file too large for the memory, StoreError where the data
    folder cannot be written. After an error nothing has changed.
    """
    from bench.datasets import importing
    from bench.datasets.formats import by_name
    from bench.datasets.size import require_memory

    folder = _free_folder(name, replace)
    require_memory(Path(file) for file in (path, items_file) if file is not None)
    options = by_name.Options(separator, header, encoding, on_bad_row)
    items = None
    if items_file is not None:
        items = by_name.reader(Path(items_file), dataclasses.replace(options, separator=None))
    columns = InteractionColumns(user, item, rating, time, time_unit, scale, review)
    parts = importing.read(by_name.reader(Path(path), options), columns, items, item_columns)
    return _keep(parts, folder, Path(path).name, name=name, scale=scale, ordered=ordered, duplicates=duplicates)


def import_frame(
    frame: pd.DataFrame,
    name: str | None = None,
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    time: str | None = None,
    time_unit: str | None = None,
    review: str | None = None,
    scale: tuple[float, float] | None = None,
    ordered: bool = False,
    duplicates: str = "last",
    items: pd.DataFrame | None = None,
    item_columns: ItemColumns | None = None,
    replace: bool = False,
) -> Dataset:
    """The data set in a DataFrame, kept under `name` if there is one; see `import_file`.

    Ids are text or whole numbers, or categories of these; floats and missing values are refused. `items` describes
    items by the columns named in `item_columns`.
    """
    from bench.datasets import importing

    folder = None if name is None else _free_folder(name, replace)
    columns = InteractionColumns(user, item, rating, time, time_unit, scale, review)
    parts = importing.read_frames(frame, columns, items, item_columns)
    facts: dict[str, Any] = {"scale": scale, "ordered": ordered, "duplicates": duplicates}
    if folder is None:
        return importing.made(parts, "frame", **facts)
    return _keep(parts, folder, "a DataFrame", name=name, **facts)


def _free_folder(name: str, replace: bool) -> Path:
    """Where a data set of this name is kept. Raises BadConfig where the name cannot be had."""
    _check_name(name)
    folder = _folder(name)
    if folder.exists() and not replace:
        raise BadConfig(f"there is a data set {name!r} already; to put this one in its place, add --replace")
    return folder


def _keep(parts: Parts, folder: Path, origin: str, **facts: Any) -> Dataset:
    """Write what was read into `folder`, all or nothing; the data set made of it."""
    from bench.datasets.importing import made, write

    with storage(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".import-", dir=folder.parent))
        try:
            meta = {"format": FORMAT, **facts, "from": origin, "notes": parts.notes, "files": write(temporary, parts)}
            (temporary / META).write_text(json.dumps(meta, indent=1), encoding="utf-8")
            dataset = made(parts, **facts)
            _put(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return dataset


def read(folder: Path, duplicates: str | None = None) -> Dataset:
    """The data set in `folder`. Raises BadData where it is damaged."""
    from bench.datasets.importing import load

    meta = _meta(folder)
    for file, expected in meta["files"].items():
        if not (folder / file).is_file() or sha256(folder / file) != expected:
            raise BadData(f"{folder / file}: missing or changed since data set {meta['name']!r} was imported")
    return load(folder, meta, duplicates or meta["duplicates"])


def sources() -> dict[str, Source]:
    """What has been imported, by name; a damaged one is listed under the name of its folder with the reason."""
    found = {}
    for path in sorted((own_folder() / "imported").glob(f"*/{META}")):
        source = Source(
            name=path.parent.name[:12],
            about="",
            licence="",
            citation="",
            reader="bench.datasets.imported:read",
            files={},
            folder=f"imported/{path.parent.name}",
            shareable=True,  # by whoever imported it
        )
        try:
            meta = _meta(path.parent)
            about = f"imported from {meta['from']}"
            source = dataclasses.replace(source, name=meta["name"], about=about, licence="yours", files=meta["files"])
        except BadData as error:
            source = dataclasses.replace(source, about=f"damaged: {error}")
        found[source.name] = source
    return found


def remove(name: str) -> None:
    """Forget an imported data set. Raises BadConfig when there is none of this name."""
    folder = _folder(name)
    if not folder.exists():
        raise BadConfig(f"no data set {name!r} was imported")
    shutil.rmtree(folder)


def _check_name(name: str) -> None:
    if not name or not name.isprintable() or len(name) > 100:
        raise BadConfig(f"the name of a data set is 1 to 100 printable characters, not {name[:110]!r}")
    if name.casefold() in SOURCES:
        raise BadConfig(f"{name!r} is a built-in data set; choose another name")


def _folder(name: str) -> Path:
    return own_folder() / "imported" / hashlib.sha256(name.encode()).hexdigest()


def _meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        if not isinstance(meta, Mapping) or meta["format"] != FORMAT:
            raise BadData(f"{folder / META}: written in another format; import the data set again")
        return {key: meta[key] for key in ("name", "scale", "ordered", "duplicates", "from", "notes", "files")}
    except (OSError, ValueError, KeyError) as error:
        raise BadData(f"{folder / META}: cannot be read ({type(error).__name__}: {error})") from None


def _put(temporary: Path, folder: Path) -> None:
    """Rename into place; an old data set stays until the new one is complete."""
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
        folder.rename(old / folder.name)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.rename(folder)
