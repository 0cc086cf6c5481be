"""Tables as files: CSV, Parquet, or one DuckDB database."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from bench.errors import BadConfig, StoreError, Unsupported, did_you_mean
from bench.export.placing import placed
from bench.export.tables import Piece

FORMATS = ("csv", "parquet", "duckdb")
DATABASE = "results.duckdb"
Escape = Callable[[str], str]


def check(form: str, folder: Path, *, replace: bool) -> None:
    """Raises BadConfig for an unknown format, Unsupported for a missing package, StoreError for a folder in use."""
    if form not in FORMATS:
        raise BadConfig(f"--to {form}: not one of {', '.join(FORMATS)}{did_you_mean(form, FORMATS)}")
    if form == "duckdb" and importlib.util.find_spec("duckdb") is None:
        remedy = "`pip install 'recmatrix[export]'`, or take --to parquet"
        raise Unsupported(f"--to duckdb needs the package duckdb: {remedy}")
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not replace:
        raise StoreError(f"{folder}: not empty; --replace overwrites files of the same names and leaves others")


def write(form: str, schemas: Mapping[str, Any], pieces: Iterable[Piece], folder: Path, escape: Escape) -> list[Path]:
    """Write each table into `folder` and return the files. All are complete before the first gets its place.

    `escape` is applied to every text of CSV files, where a program may take text for a formula.
    """
    with placed(folder) as temporary:
        writer = _csv if form == "csv" else _parquet
        with ExitStack() as open_files:
            sinks = {name: open_files.enter_context(writer(temporary, name, schemas[name])) for name in schemas}
            for name, piece in pieces:
                sinks[name].write_table(_escaped(piece, escape) if form == "csv" else piece)
        if form == "duckdb":
            _to_database(temporary, list(schemas))
        names = sorted(path.name for path in temporary.iterdir())
    return [folder / name for name in names]


@contextmanager
def _csv(folder: Path, name: str, schema: Any) -> Iterator[Any]:
    with pa_csv.CSVWriter(folder / f"{name}.csv", schema) as writer:
        yield writer


@contextmanager
def _parquet(folder: Path, name: str, schema: Any) -> Iterator[Any]:
    path = folder / f"{name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
        yield writer


def _escaped(table: Any, escape: Escape) -> Any:
    """The table with every different text of its text columns escaped once."""
    for place, column in enumerate(table.schema):
        if pa.types.is_string(column.type):
            coded = table.column(place).combine_chunks().dictionary_encode()
            texts = pa.array([escape(text) for text in coded.dictionary.to_pylist()], pa.string())
            table = table.set_column(place, column, texts.take(coded.indices))
    return table


def _to_database(folder: Path, names: list[str]) -> None:
    """One database in the place of the Parquet files."""
    duckdb = importlib.import_module("duckdb")
    with duckdb.connect(str(folder / DATABASE)) as database:
        for name in names:
            source = folder / f"{name}.parquet"
            database.from_parquet(str(source)).create(name)
            source.unlink()
