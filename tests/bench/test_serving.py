"""A kept model answers one user as it answered the benchmark; a mistake is one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Call, one_line
from harness import run_here
from serving_cases import KINDS, benchmark_lists, key_of, matrix, served_store

from bench.errors import BadConfig, StoreError, Unsupported
from bench.serving import open_cell
from bench.store import Store


@pytest.fixture(scope="module")
def served(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return served_store(tmp_path_factory.mktemp("served") / "store")


@pytest.mark.parametrize("name", KINDS)
def test_lists_are_those_of_the_benchmark(served: Store, name: str):
    cell, told = open_cell(served, key_of(served, name)), benchmark_lists(served, name)
    assert len(told) == 40
    assert {user: [one.item for one in cell.recommend(user)] for user in told} == told
    assert cell.warnings == ()


@pytest.mark.parametrize(
    "options",
    [{"history": "train"}, {"hide_seen": False}, {"candidates": {"sampled": 100}}, {"fit_on": "train+validation"}],
    ids=lambda options: next(iter(options)),
)
def test_lists_are_those_of_the_benchmark_whatever_the_split_says(small_data: None, tmp_path: Path, options: dict):
    """100 sampled candidates are the whole catalogue of 60 items, less what the validation part hides."""
    store = Store(tmp_path / "store", create=True)
    run_here(matrix({"item-knn": {}}, **options), store, keep_models=True, jobs=1)
    cell, told = open_cell(store, "item-knn"), benchmark_lists(store, "item-knn")
    assert {user: [one.item for one in cell.recommend(user)] for user in told} == told


def test_who_is_not_asked_is_served_from_what_is_known(small_data: None, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    run_here(matrix({"item-knn": {}}, evaluate_users=5), store, keep_models=True, jobs=1)
    everybody = Store(tmp_path / "all", create=True)
    run_here(matrix({"item-knn": {}}), everybody, jobs=1)
    told, cell = benchmark_lists(everybody, "item-knn"), open_cell(store, "item-knn")
    assert len(benchmark_lists(store, "item-knn")) == 5
    assert {user: [one.item for one in cell.recommend(user)] for user in told} == told


def test_a_newcomer_is_served_from_a_history(served: Store):
    cell = open_cell(served, key_of(served, "item-knn"))
    found = [one.item for one in cell.recommend(["i003", "i010"], 5)]
    assert len(found) == 5
    assert not {"i003", "i010"} & set(found)
    assert found == [one.item for one in cell.recommend(["i010", "i003", "i010"], 5)], "item-knn knows no order"
    ordered = open_cell(served, key_of(served, "sasrec"))
    last = [ordered.recommend(history, 40) for history in (["i003", "i010"], ["i010", "i003"])]
    assert last[0] != last[1], "sasrec does"


def test_an_explanation_names_items_of_the_history(served: Store):
    cell = open_cell(served, key_of(served, "ease"))
    history = ["i003", "i010", "i020"]
    best = cell.recommend(history, 1)[0]
    why = cell.explain(history, best.item, 2)
    assert why.item == best.item
    assert {reason.item for reason in why.reasons} <= set(history)
    weights = [reason.weight for reason in why.reasons]
    assert weights == sorted(weights, reverse=True)


def test_mistakes_are_told(served: Store):
    cell = open_cell(served, key_of(served, "popularity"))
    for who, k, said in (
        ("nobody", 1, "unknown user 'nobody'"),
        (["i0003"], 1, "did you mean 'i003'"),
        ("u001", 101, "1 to 100"),
    ):
        with pytest.raises(BadConfig, match=said):
            cell.recommend(who, k)
    with pytest.raises(BadConfig, match="2 ratings for 1 items"):
        cell.recommend(["i003"], 1, ratings=[1.0, 2.0])
    with pytest.raises(Unsupported, match="does not explain"):
        cell.explain("u001", "i003")
    with pytest.raises(StoreError, match="no cell 'nothing'"):
        open_cell(served, "nothing")


def test_the_command_prints_the_same(served: Store, call: Call):
    done = call(
        "recommend", key_of(served, "ease")[:12], "--user", "u007", "-k", "4", "--store", served.folder, "--json"
    )
    told = json.loads(done.stdout)
    assert [one["item"] for one in told["items"]] == benchmark_lists(served, "ease", 4)["u007"]
    done = call("recommend", key_of(served, "ease")[:12], "--user", "u007", "-k", "4", "--store", served.folder)
    assert all(one["title"] in done.stdout for one in told["items"])
    done = call("recommend", key_of(served, "ease")[:12], "--user", "[/]", "--store", served.folder)
    assert (done.code, one_line(done)) == (2, "bench: unknown user '[/]'")


def test_the_command_explains(served: Store, call: Call):
    words = (
        "recommend",
        key_of(served, "ease")[:12],
        "--user",
        "u007",
        "-k",
        "3",
        "--explain",
        "--store",
        served.folder,
    )
    items = json.loads(call(*words, "--json").stdout)["items"]
    assert [one["unfounded"] for one in items] == [0, 0, 0]
    assert all(one["reasons"] for one in items)
    told = call(*words).stdout
    assert all(one["text"] in told and one["reasons"][-1]["title"] in told for one in items)
    done = call("recommend", key_of(served, "popularity")[:12], "--user", "u007", "--explain", "--store", served.folder)
    assert (done.code, one_line(done)) == (2, "bench: popularity does not explain its recommendations")


def test_a_damaged_model_is_not_served(served: Store, tmp_path: Path):
    shutil.copytree(served.folder, tmp_path / "copy")
    store = Store(tmp_path / "copy")
    record = store.find(key_of(store, "ease"))
    path = store.folder_of(record) / "model" / "state.json"
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(StoreError, match="corrupt"):
        open_cell(store, record.key)
