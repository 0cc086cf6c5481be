"""Small data sets, and the command line in a fresh folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import Bench, secret_rows, tiny_rows, write_csv

from bench.datasets.imported import import_file


@pytest.fixture(scope="session")
def small_data(own_data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The imported data sets `tiny` and `secrets`."""
    folder = tmp_path_factory.mktemp("csv")
    columns = {"user": "user", "item": "item", "rating": "rating", "time": "time", "time_unit": "s"}
    for name, rows in (("tiny", tiny_rows()), ("secrets", secret_rows())):
        import_file(write_csv(folder / f"{name}.csv", rows), name, scale=(1, 5), **columns)  # type: ignore[arg-type]


@pytest.fixture
def bench(small_data: None, tmp_path: Path) -> Bench:
    """The command line in a folder of its own."""
    return Bench(tmp_path)
