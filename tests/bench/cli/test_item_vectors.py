"""`--item-vectors`: one file for all that reads the texts of items, and only for those."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import Call, one_line

import bench
from bench.cli.item_vectors import with_vectors
from bench.errors import BadConfig
from bench.matrix import Matrix, read
from bench.store import Store

pytest.importorskip("transformers", reason="the extra `language` is not installed")

MATRIX = """
[matrix]
datasets = ["tiny"]

[[algorithms]]
name = "popularity"

[[algorithms]]
name = "text-knn"

[[algorithms]]
name = "ease-features"
params = { l2 = 5 }
grid = { item_text = [false, true] }

[[algorithms]]
name = "hybrid-rrf"
[algorithms.params]
first = "item-knn"
[algorithms.params.second]
name = "hybrid-rrf"
params = { first = { name = "text-knn", params = { half_life = 7 } }, second = "ease-features" }

[[algorithms]]
name = "text-knn"
params = { vectors = "mine.npy" }
limits = { time = "5m" }
"""


@pytest.fixture
def file(small_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Vectors of the items of `tiny`, named without their folder."""
    monkeypatch.chdir(tmp_path)
    n_items = bench.load("tiny").interactions.n_items
    for name in ("own.npy", "mine.npy"):
        np.save(tmp_path / name, np.random.default_rng(0).normal(size=(n_items, 4)))
    return Path("own.npy")


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX, encoding="utf-8")
    return path


def test_all_that_reads_texts_has_the_file_and_nothing_else(file: Path, matrix: Path, tmp_path: Path):
    own = str(tmp_path / "own.npy")
    popularity, reader, without, described, hybrid, given = with_vectors(read(matrix), file).algorithms
    assert "vectors" not in popularity.params
    assert reader.params["vectors"] == own
    assert "vectors" not in without.params
    assert (described.params["item_text"], described.params["vectors"], described.params["l2"]) == (True, own, 5)
    inner = hybrid.params["second"]["params"]
    assert (inner["first"]["params"]["vectors"], inner["first"]["params"]["half_life"]) == (own, 7)
    assert inner["second"]["params"].get("vectors", "") == ""
    assert (given.params["vectors"], given.limits.time) == ("mine.npy", 300)


def test_a_problem_found_later_has_its_line_in_the_file(file: Path, matrix: Path):
    changed: Matrix = with_vectors(read(matrix), file)
    lines = MATRIX.splitlines()
    for number, name in ((1, "text-knn"), (3, "ease-features"), (4, "hybrid-rrf")):
        line = lines.index(f'name = "{name}"') + 1
        assert changed.where(f"wrong: '{name}'", number) == f"{matrix}, line {line}: wrong: '{name}'"


def test_plan_and_run_on_data_without_texts(file: Path, matrix: Path, call: Call):
    without = json.loads(call("plan", matrix, "--json").stdout)
    assert [row["action"] for row in without] == ["run", "skip", "skip", "skip", "skip", "run"]
    words = (matrix, "--item-vectors", file)
    planned = json.loads(call("plan", *words, "--json").stdout)
    assert [row["action"] for row in planned] == ["run", "run", "skip", "run", "skip", "run"], "features are not there"
    Path("fusion.toml").write_text(
        '[matrix]\ndatasets = ["tiny"]\n[[algorithms]]\nname = "text-knn"\n[[algorithms]]\nname = "hybrid-rrf"\n'
        'params = { first = "popularity", second = "text-knn" }\n[[algorithms]]\nname = "ease-features"\n'
        "params = { item_text = true }\n",
        encoding="utf-8",
    )
    done = call("run", "fusion.toml", "--item-vectors", file, "--jobs", 1)
    assert done.code == 0, done.stderr
    ended = {record.slot.algorithm: record.status for record in Store(Path("results")).records()}
    assert ended == {"text-knn": "ok", "hybrid-rrf": "ok", "ease-features": "ok"}


def test_a_model_that_is_not_here_is_not_missed(file: Path, call: Call):
    words = ("plan", "--datasets", "tiny", "--algorithms", "llm-embedding")
    (row,) = json.loads(call(*words, "--item-vectors", file, "--json").stdout)
    assert (row["action"], row["why"]) == ("run", "new")


def test_a_file_that_nobody_would_read_and_one_that_is_not_there(file: Path, call: Call):
    words = ("--datasets", "tiny", "--algorithms", "popularity,hybrid-rrf")
    for command in ("plan", "run"):
        done = call(command, *words, "--item-vectors", file)
        assert done.code == 2
        assert "--item-vectors own.npy: no algorithm of the matrix would read it" in one_line(done)
        done = call(command, *words, "--item-vectors", "none.npy")
        assert done.code == 2
        assert "--item-vectors none.npy: there is no such file" in one_line(done)


def test_a_wrong_name_is_told_as_ever(file: Path):
    with pytest.raises(BadConfig, match="did you mean 'text-knn'"):
        with_vectors(Matrix(algorithms=[{"name": "text-kn"}]), file)  # type: ignore[list-item]
