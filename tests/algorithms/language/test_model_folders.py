"""A model that is missing, of the wrong kind, damaged or too large is refused with what to do."""

import json
import shutil

import numpy as np
import pytest
from described_items import N_ITEMS, training

from bench import memory, registry
from bench.describe import describe
from bench.errors import BadConfig, BadData, Unsupported


def refused(error, said, name="text-knn", **params):
    model = registry.create(name, **params)
    with pytest.raises(error, match=said):
        model.fit(training())
    if error is BadConfig:
        with pytest.raises(error, match=said):
            type(model).content(model.params)  # before anything runs


def test_no_such_folder(tmp_path):
    refused(BadConfig, "no packaged model and no folder; `bench models list`", model=str(tmp_path / "none"))
    refused(BadConfig, r"no packaged model; did you mean 'all-minilm-l6-v2'\? and no folder", model="all-minilm-l6")


def test_a_packaged_model_that_is_not_here(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path))
    said = "is not on this machine; `bench models get smollm2-135m-instruct` gets it"
    for name in ("llm-embedding", "llm-rerank"):
        refused(Unsupported, said, name)
    (found,) = describe([("llm-embedding", {})])
    assert said in found.unavailable  # its cell is skipped with this reason


def test_the_wrong_kind(encoder, generator):
    refused(BadConfig, "is a generator .GPT type., not an encoder .BERT type.", model=str(generator))
    for name in ("llm-embedding", "llm-rerank"):
        refused(BadConfig, "is an encoder .BERT type., not a generator .GPT type.", name, model=str(encoder))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "config.json cannot be read .No such file"),
        ({"config.json": "{"}, "config.json cannot be read"),
        ({"config.json": "[]"}, "config.json cannot be read .expected a JSON object"),
        ({"config.json": "{}"}, "names no architecture"),
        ({"config.json": '{"architectures": ["BertModel"]}', "pytorch_model.bin": ""}, "no weights in .safetensors"),
        ({"config.json": '{"architectures": ["BertModel"]}', "model.safetensors": "x"}, "cannot be read: "),
    ],
)
def test_a_folder_that_is_no_model(files, said, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BadConfig, match=said):
        registry.create("text-knn", model=str(tmp_path)).fit(training())


@pytest.mark.parametrize("name", ["llm-embedding", "llm-rerank"])
def test_damaged_weights(name, generator, tmp_path):
    folder = shutil.copytree(generator, tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    model = registry.create(name, model=str(folder))
    with pytest.raises(BadConfig, match="cannot be read: "):
        train = training()
        model.fit(train)
        model.judge(train.interactions.items[:3], train.interactions.items[3:5])


def test_more_than_memory_is_refused_with_both_numbers_before_loading(encoder, generator, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1000)
    said = r"language model .* needs \d.* of memory, 1.0 kB are available"
    refused(Unsupported, said, model=str(encoder), template="{text}!")
    refused(Unsupported, said, "llm-embedding", model=str(generator), template="{text}!")
    refused(Unsupported, said, "llm-rerank", model=str(generator))


def test_half_precision_counts_double(encoder, tmp_path, monkeypatch):
    from bench.models.folders import require_memory

    folder = shutil.copytree(encoder, tmp_path / "half")
    size = (folder / "model.safetensors").stat().st_size
    monkeypatch.setattr(memory, "available", lambda: int(1.5 * size))
    require_memory(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}), encoding="utf-8")
    with pytest.raises(Unsupported, match="needs"):
        require_memory(folder)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((N_ITEMS - 1, 3)), f"{N_ITEMS - 1} rows, and the catalogue has {N_ITEMS} items"),
        (np.full((N_ITEMS, 3), np.inf), "16 rows have numbers that are not finite, the first is row 1"),
        (np.zeros(N_ITEMS), "expected a matrix of numbers"),
        (np.array([["a"]] * N_ITEMS), "expected a matrix of numbers"),
        (np.array([[None]] * N_ITEMS), "no array of numbers in the form .npy"),
    ],
)
def test_own_vectors_are_checked(array, said, tmp_path):
    np.save(tmp_path / "own.npy", array)
    for name in ("text-knn", "text-sasrec", "llm-embedding"):
        refused(BadData, said, name, vectors=str(tmp_path / "own.npy"))


def test_own_vectors_that_are_not_there(tmp_path):
    refused(BadConfig, "there is no file", vectors=str(tmp_path / "none.npy"))


def test_what_lies_in_the_files_belongs_to_the_cell(encoder, tmp_path):
    folder = shutil.copytree(encoder, tmp_path / "model")
    wanted = [("text-knn", {"model": str(folder)})]
    (before,) = describe(wanted)
    with (folder / "tokenizer_config.json").open("a", encoding="utf-8") as file:
        file.write("\n")
    (after,) = describe(wanted)
    assert before.content.keys() == after.content.keys() == {"model"}
    assert before.content != after.content
    (hybrid,) = describe([("hybrid-rrf", {"second": {"name": "text-knn", "params": {"model": str(folder)}}})])
    assert hybrid.content == {"second.model": after.content["model"]}
