"""What a cell learnt is kept beside its answers where it is asked for, and nothing else changes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Call, one_line
from harness import popularity_matrix, run_here

from bench import kept, model_files
from bench.attempts import superseded, unequal
from bench.errors import InvalidOutput
from bench.merging import merge
from bench.records import Record
from bench.store import Store, attempt_files, is_attempt_file
from bench.verify import problems

UNSAVABLE = """
from zoo.tame import Tame


class Unsavable(Tame):
    name = "unsavable"

    def fit(self, train):
        super().fit(train)
        self.helper = lambda: 0
"""


def _models(store: Store) -> list[str]:
    return [record.model for record in store.records()]


def test_a_cell_that_is_done_runs_again_for_its_model_and_only_then(kept_store: Store):
    first = kept_store.records()
    (again,) = run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    assert _models(kept_store) == ["", "kept"]
    assert again.key == first[0].key, "the flag is no part of the key"
    assert unequal(kept_store.records()) == set(), "the same answers"
    run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    run_here(popularity_matrix(), kept_store, jobs=1)
    assert _models(kept_store) == ["", "kept"]


def test_the_plan_tells_that_a_cell_runs_again_for_its_model(kept_store: Store, call: Call):
    words = ("plan", "--algorithms", "popularity", "--datasets", "tiny", "--splits", "user-time", "--json")
    at = ("--store", kept_store.folder)

    def planned(*more: str) -> list[tuple[str, str]]:
        rows = json.loads(call(*words, *at, *more).stdout)
        return [(row["action"], row["why"]) for row in rows]

    assert planned() == [("keep", "done")]
    for more in (("--keep-models",), ("--keep-models", "--explain")):
        assert planned(*more) == [("run", "its model is to be kept")]
    run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    assert planned("--keep-models") == [("keep", "done")]


def test_its_files_are_listed_with_hashes_and_verified(kept_store: Store):
    run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    record = kept_store.records()[-1]
    assert {"model/state.json", "model/counts.npy", "lists.parquet"} <= set(record.files)
    assert problems(kept_store) == []
    path = kept_store.folder_of(record) / "model" / "counts.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    (told,) = problems(kept_store)
    assert "model/counts.npy: corrupt" in told


def test_an_algorithm_that_cannot_be_saved_is_warned_of_and_not_tried_again(
    with_zoo: None, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
):
    from harness import distribution

    from bench import registry, sources

    folder = distribution(tmp_path / "plug-in", "unsavable", {"unsavable": "unsav:Unsavable"}, {"unsav": UNSAVABLE})
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    registry.entries.cache_clear()
    sources.path_of.cache_clear()
    store = Store(tmp_path / "store", create=True)
    for _ in range(2):
        (record,) = run_here(popularity_matrix("unsavable"), store, keep_models=True, jobs=1)
        assert record.status == "ok"
    (record,) = store.records()
    assert record.model == "not kept"
    assert any("the model is not kept: attribute 'helper' of type function" in text for text in record.warnings)
    assert not (store.folder_of(record) / "model").exists()
    done = call("recommend", "unsavable", "--user", "u001", "--store", store.folder)
    assert done.code == 3
    assert "it could not be: `bench show" in one_line(done)


def test_models_travel_with_a_merge_and_odd_names_do_not(kept_store: Store, tmp_path: Path):
    run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    target = Store(tmp_path / "target", create=True)
    assert merge([kept_store], target).problems == []
    record = target.records()[-1]
    assert set(attempt_files(target.folder_of(record))) == set(record.files)
    assert problems(target) == []
    for name in ("../x", "model/../../x", "model//x", "/model/x", "model/.x", "model", "model/a\n", "models/x"):
        assert not is_attempt_file(name), name
    for name in ("model/state.json", "model/first/item_factors.npy", "model/weights.layers.0.bias.npy"):
        assert is_attempt_file(name), name


def test_what_save_writes_must_be_plain_files(tmp_path: Path):
    class Linking:
        def save(self, folder: Path) -> None:
            folder.mkdir(parents=True)
            (folder / "state.json").symlink_to("/etc/hostname")

    class Silent:
        def save(self, folder: Path) -> None:
            """Nothing is written."""

    for algorithm, said in ((Linking(), "'state.json', which is no plain file"), (Silent(), "save wrote nothing")):
        with pytest.raises(InvalidOutput, match=said):
            model_files.save(algorithm, tmp_path)  # type: ignore[arg-type]
        assert list(tmp_path.iterdir()) == []


def test_an_attempt_with_the_only_model_is_no_garbage(kept_store: Store):
    run_here(popularity_matrix(), kept_store, keep_models=True, jobs=1)
    run_here(popularity_matrix(), kept_store, rerun="all", jobs=1)
    records = kept_store.records()
    assert [record.model for record in records] == ["", "kept", ""]
    assert superseded(records, kept_store.best(records)) == [records[0]]
    found = kept.newest(records[0].key, records)
    assert found == records[1]


def test_a_second_result_at_the_same_time_keeps_its_model(kept_store: Store):
    """Two runs at once: the first keeps no model, the second one was asked to."""
    (first,) = kept_store.records()
    folder = kept_store.begin()
    for name, path in attempt_files(kept_store.folder_of(first)).items():
        shutil.copyfile(path, folder / name)
    (folder / "model").mkdir()
    (folder / "model" / "state.json").write_text("{}")
    second = replace(first, model="kept", attempt="")
    kept_store.commit(folder, second, began="0")
    assert sorted(_models(kept_store)) == ["", "kept"]


def test_records_of_before_have_no_model(kept_store: Store):
    (record,) = kept_store.records()
    text = replace(record, attempt="20250101T000000000000-00000000").to_json().replace('"model": ""', '"unknown": 1')
    assert Record.from_json(text, "here").model == ""


def test_without_a_model_one_line_says_how_to_get_it(kept_store: Store, call: Call):
    done = call("recommend", "popularity", "--user", "u001", "--store", kept_store.folder)
    assert done.code == 3
    key = kept_store.records()[0].key[:12]
    assert f"`bench repeat {key} --keep-model --store {kept_store.folder}`" in one_line(done)
    assert call("repeat", key, "--keep-model", "--store", kept_store.folder).code == 0
    assert call("recommend", "popularity", "--user", "u001", "--store", kept_store.folder).code == 0
