"""Folders with spaces, folders whose names are no UTF-8, and folders that do not tell `a` from `A`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import Call
from harness import Bench, tiny_rows, write_csv

from bench.datasets.imported import import_file
from bench.store import Store

NAMES = {"spaces": b"two words  and a tab\t", "no UTF-8": b"caf\xe9 \xff", "quotes": b'it\'s "so" $HOME; `x` #%?'}
WANTED = ["--datasets", "tiny", "--algorithms", "popularity"]


@pytest.mark.parametrize("name", list(NAMES))
def test_a_store_may_lie_in_any_folder(name: str, small_data: None, call: Call, tmp_path: Path):
    folder = tmp_path / os.fsdecode(NAMES[name])
    try:
        folder.mkdir()
    except (OSError, UnicodeError) as error:
        pytest.skip(f"this file system has no such names: {error!r}")
    bench = Bench(folder)
    matrix = bench.matrix('[matrix]\ndatasets = ["tiny"]\n[[algorithms]]\nname = "popularity"\n', "a matrix.toml")
    done = bench.run(matrix)
    assert done.returncode == 0, done.stdout + done.stderr
    assert bench.record("popularity").status == "ok"
    assert (bench.store / "report" / "index.html").is_file()
    told = bench("status", bench.store)
    assert told.returncode == 0, told.stdout + told.stderr
    for words in (["run", matrix, "--store"], ["verify"], ["report", "-o", folder / "r p"]):
        again = call(*words, bench.store)
        assert again.code == 0, again.stdout + again.stderr
    assert len(bench.records()) == 1, "it is found again"


def test_a_mistake_in_such_a_folder_is_told_in_one_line(tmp_path: Path):
    done = Bench(tmp_path)("status", tmp_path / os.fsdecode(b"caf\xe9 store"))
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "no store here" in done.stderr


def test_data_sets_whose_names_differ_in_case_share_no_file(small_data: None, tmp_path: Path):
    """Every name in the store is the same in small letters, and none is there twice: `a` and `A` may be one name."""
    path = write_csv(tmp_path / "d.csv", tiny_rows())
    for name in ("Tiny Data", "TINY data"):
        import_file(path, name, user="user", item="item", rating="rating", time="time", time_unit="s", scale=(1, 5))
    bench = Bench(tmp_path)
    text = '[matrix]\ndatasets = ["Tiny Data", "TINY data"]\n[[algorithms]]\nname = "popularity"\n'
    done = bench.run(bench.matrix(text))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(bench.records()) == 2
    files = [path.relative_to(bench.store) for path in bench.store.rglob("*") if path.is_file()]
    names = [str(path) for path in files if not path.match("cells/*/*/*")]
    assert len({name.casefold() for name in names}) == len(names)
    in_cells = [str(path) for path in files if path.match("cells/*/*/*")]
    assert len({name.casefold() for name in in_cells}) == len(in_cells)
    assert not [path for path in files if " " in str(path)], "no name of a person is a name of a file"
    told = json.loads(bench("status", bench.store, "--json").stdout)
    assert len(told) == 2 or len(told.get("cells", [])) == 2


def test_the_store_is_the_same_by_either_name(
    small_data: None, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A relative path, one with `..`, and a link lead to the same results."""
    bench = Bench(tmp_path)
    assert bench("run", *WANTED, "--store", "a b").returncode == 0
    (tmp_path / "link").symlink_to(tmp_path / "a b")
    monkeypatch.chdir(tmp_path)
    for name in ("a b/../a b", "link"):
        assert call("run", *WANTED, "--store", name).code == 0
    assert len(Store(tmp_path / "a b").records()) == 1
