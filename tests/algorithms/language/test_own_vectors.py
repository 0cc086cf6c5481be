"""Vectors that the user has, of pictures for example, on a data set without any text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from described_items import N_ITEMS, training
from small_hybrids import MET, SMALL, everybody, share_of_own

from bench import registry
from bench.describe import describe
from bench.errors import BadConfig, BadData, Unsupported
from bench.files import sha256
from bench.params import build
from bench.types import Side

UNTOLD = Side(tuple(f"i{number:03d}" for number in range(N_ITEMS)))
READERS = {
    "text-knn": {},
    "llm-embedding": {},
    "text-sasrec": {"factors": 8, "max_length": 8, "epochs": 40, "learning_rate": 0.01, "dropout": 0.0},
}
EVERY = READERS | {name: params | {"item_text": True} for name, params in SMALL.items()}


@pytest.fixture
def pictures(tmp_path):
    """A file in which the kind of an item is one of six numbers."""
    numbers = np.random.default_rng(3).normal(0, 0.3, (N_ITEMS, 6))
    numbers[:, 2] += np.where(np.arange(N_ITEMS) % 2, 1, -1)
    np.save(tmp_path / "pictures.npy", numbers)
    return str(tmp_path / "pictures.npy")


@pytest.mark.parametrize("name", EVERY)
def test_new_items_without_texts_are_ranked_by_what_is_given(name, pictures):
    train = training(UNTOLD, met=MET)
    model = registry.create(name, vectors=pictures, **EVERY[name])
    model.fit(train)
    assert share_of_own(model.score(everybody(train)), range(MET, N_ITEMS)) == 1


@pytest.mark.parametrize("name", EVERY)
def test_a_part_on_data_without_texts(name, pictures):
    part = {"name": name, "params": EVERY[name]}
    with pytest.raises(Unsupported, match=f"its part '{name}' needs item text, which is not there"):
        registry.create("hybrid-rrf", first="popularity", second=part).fit(training(UNTOLD))
    part["params"] = EVERY[name] | {"vectors": pictures}
    fused = registry.create("hybrid-rrf", first="popularity", second=part)
    fused.fit(training(UNTOLD))
    assert np.isfinite(fused.second.score(everybody(training(UNTOLD)))).all()


def test_texts_are_not_needed_and_the_file_belongs_to_the_cell(pictures):
    given = [(name, params | {"vectors": pictures}) for name, params in EVERY.items()]
    for (name, _), told in zip(given, describe(given), strict=True):
        assert not {"ITEM_TEXT", "ITEM_FEATURES"} & set(told.needs), name
        assert "SCORE_NEW_ITEMS" in told.can
        assert told.content == {("vectors" if name in READERS else "text-knn.vectors"): sha256(Path(pictures))}


@pytest.mark.parametrize("name", SMALL)
def test_what_is_no_file_of_vectors_is_refused(name, tmp_path):
    def fit(file):
        registry.create(name, item_text=True, vectors=str(tmp_path / file), **SMALL[name]).fit(training(UNTOLD))

    with pytest.raises(BadConfig, match="there is no file"):
        fit("none.npy")
    np.save(tmp_path / "short.npy", np.ones((N_ITEMS - 1, 3)))
    with pytest.raises(BadData, match=f"{N_ITEMS - 1} rows, and the catalogue has {N_ITEMS} items"):
        fit("short.npy")


@pytest.mark.parametrize("name", SMALL)
def test_vectors_that_nobody_reads_are_refused_in_one_line(name, pictures):
    with pytest.raises(BadConfig, match="vectors describe items only with item_text = true") as refused:
        build(registry.load(name).Params, {"vectors": pictures}, name)
    assert len(str(refused.value).splitlines()) == 1
