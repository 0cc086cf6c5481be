"""`bench export --bundle`: who unpacks it makes the same tables without training."""

from __future__ import annotations

import hashlib
import json
import tomllib
import zipfile
from pathlib import Path

from command_line import Call, one_line
from harness import run_here
from record_cases import record

from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.store import Store


def _unpacked(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def _tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "tables").iterdir()}


def _more(store: Store) -> None:
    """A second algorithm with two seeds, and a cell that failed."""
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time"}], seeds=[0, 1])
    run_here(Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="random")]), store)
    store.commit(store.begin(), record(key="ef" * 32, label="broken", status="crashed", split_hash=""))


def test_a_third_party_makes_every_table_again(kept_store: Store, tmp_path: Path, call: Call):
    _more(kept_store)
    bundle = tmp_path / "out" / "results.zip"
    done = call("export", kept_store.folder, "--bundle", bundle)
    assert done.code == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("data set tiny, licence: ")
    copy = _unpacked(bundle, tmp_path / "copy")
    assert call("report", kept_store.folder, "-o", tmp_path / "here").code == 0
    assert call("report", copy, "-o", tmp_path / "there").code == 0
    here, there = _tables(tmp_path / "here"), _tables(tmp_path / "there")
    assert here.keys() >= {"comparison.csv", "slices.csv"}
    assert here == there
    assert b"random" in here["comparison.csv"]
    assert (copy / "matrix.toml").read_bytes() == (tmp_path / "here" / "matrix.toml").read_bytes()
    assert call("verify", copy).code == 0


def test_the_sums_matrix_and_environment_are_right(kept_store: Store, tmp_path: Path, call: Call):
    bundle = tmp_path / "results.zip"
    (kept_store.folder / "environment").mkdir(exist_ok=True)
    (kept_store.folder / "environment" / "0a.json").write_text('{"numpy": "0.1"}', encoding="utf-8")
    assert call("export", kept_store.folder, "--bundle", bundle).code == 0
    copy = _unpacked(bundle, tmp_path / "copy")
    lines = (copy / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    files = {str(p.relative_to(copy)): p for p in copy.rglob("*") if p.is_file() and p.name != "SHA256SUMS"}
    assert "environment/0a.json" in files
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    matrix = tomllib.loads((copy / "matrix.toml").read_text(encoding="utf-8"))
    assert [spec["name"] for spec in matrix["algorithms"]] == ["popularity"]
    found = json.loads((copy / "environment.json").read_text(encoding="utf-8"))
    (kept,) = kept_store.records()
    assert found["python"] == [kept.provenance["python"]]
    assert found["versions"] == {name: [version] for name, version in kept.provenance["versions"].items()}


def test_equal_stores_give_equal_bundles_and_a_file_there_is_left_alone(kept_store: Store, tmp_path: Path, call: Call):
    bundles = tmp_path / "a.zip", tmp_path / "b.zip"
    for bundle in bundles:
        assert call("export", kept_store.folder, "--bundle", bundle).code == 0
    assert bundles[0].read_bytes() == bundles[1].read_bytes()
    bundles[1].write_text("mine", encoding="utf-8")
    done = call("export", kept_store.folder, "--bundle", bundles[1])
    assert done.code == 3
    assert "exists already" in one_line(done)
    assert bundles[1].read_text(encoding="utf-8") == "mine"
    assert call("export", kept_store.folder, "--bundle", bundles[1], "--replace").code == 0
    assert bundles[0].read_bytes() == bundles[1].read_bytes()


def test_damage_that_counts_is_refused_and_other_damage_is_left_out(kept_store: Store, tmp_path: Path, call: Call):
    (old,) = kept_store.records()
    path = kept_store.folder_of(old) / "ranks.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    done = call("export", kept_store.folder, "--bundle", tmp_path / "a.zip")
    assert done.code == 3
    assert "corrupt" in one_line(done)
    assert not (tmp_path / "a.zip").exists()
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time"}])
    run_here(Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="popularity")]), kept_store, rerun="failed")
    done = call("export", kept_store.folder, "--bundle", tmp_path / "a.zip")
    assert done.code == 0, done.stderr
    assert "left out: " in done.stdout
    assert len(Store(_unpacked(tmp_path / "a.zip", tmp_path / "copy")).records()) == 1


def test_an_empty_store_is_one_line(tmp_path: Path, call: Call):
    store = Store(tmp_path / "store", create=True)
    done = call("export", store.folder, "--bundle", tmp_path / "a.zip")
    assert done.code == 3
    assert "no results to bundle" in one_line(done)
