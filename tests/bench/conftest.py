"""Small data sets, and the command line in a fresh folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Call, Done
from harness import ZOO, Bench, popularity_matrix, run_here, secret_rows, tiny_rows, write_csv

from bench import registry, sources
from bench.cli import app, main
from bench.datasets.imported import import_file
from bench.store import Store


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


@pytest.fixture(scope="session")
def _one_result(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("kept") / "store", create=True)
    (record,) = run_here(popularity_matrix(), store)
    assert record.status == "ok", record.reason
    return store.folder


@pytest.fixture
def kept_store(_one_result: Path, bench: Bench) -> Store:
    """The store of `bench`, with the result of popularity on `tiny` in it."""
    shutil.copytree(_one_result, bench.store)
    return Store(bench.store)


@pytest.fixture
def with_zoo(small_data: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plug-ins of the zoo are installed for this process and for those that it starts."""
    monkeypatch.syspath_prepend(str(ZOO))
    monkeypatch.setenv("PYTHONPATH", str(ZOO), prepend=":")
    for cached in (registry.entries, sources.path_of):
        cached.cache_clear()
    yield
    for cached in (registry.entries, sources.path_of):
        cached.cache_clear()


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in this process."""

    def calls(*words: object) -> Done:
        capsys.readouterr()
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return calls
