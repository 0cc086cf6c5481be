"""The learned state as files: what comes back, what is refused, and that nothing is unpickled."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from bench import persistence
from bench.algorithm import Algorithm
from bench.errors import BadData, Unsupported
from bench.params import Params, number
from bench.types import Floats, Query, Training


class Weights(Params):
    """One parameter."""

    factors: int = number(8, low=1, high=100)
    """How many."""


class Learner(Algorithm[Weights]):
    """Keeps one attribute of each kind."""

    name, family = "learner", "test"
    Params = Weights

    def fit(self, train: Training) -> None:
        self.vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
        self.links = csc_matrix(np.array([[0, 1.5], [2, 0]]))
        self.mean = np.float64(3.25)
        self.names = ["a", "ü", "日本"]
        self.nothing = None

    def score(self, query: Query) -> Floats:
        return self.vectors


def _saved(folder: Path) -> Learner:
    learner = Learner(Weights(factors=3), seed=7, threads=2)
    learner.fit(None)  # type: ignore[arg-type]
    learner.save(folder)
    return learner


def test_everything_comes_back(tmp_path: Path):
    before, after = _saved(tmp_path / "m"), Learner.load(tmp_path / "m")
    np.testing.assert_array_equal(after.vectors, before.vectors)
    assert after.vectors.dtype == np.float32
    assert isinstance(after.links, csr_matrix)
    np.testing.assert_array_equal(after.links.toarray(), before.links.toarray())
    assert (after.mean, after.names, after.nothing) == (3.25, ["a", "ü", "日本"], None)
    assert after.params == Weights(factors=3)
    assert (after.seed, after.device, after.threads) == (7, "cpu", 2)


@pytest.mark.parametrize("value", [{"a": 1}, object(), np.array([object()]), [np.zeros(2)], {1, 2}, lambda: 0])
def test_what_is_neither_array_nor_json_is_refused_by_name(value: Any, tmp_path: Path):
    with pytest.raises(Unsupported, match="'odd'"):
        persistence.save({"odd": value}, tmp_path)


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("exploded"),))


def test_nothing_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    _saved(tmp_path / "m")
    np.save(tmp_path / "m" / "vectors.npy", np.array([_Bomb()], object), allow_pickle=True)
    with pytest.raises((BadData, ValueError)):
        Learner.load(tmp_path / "m")
    (tmp_path / "m" / "vectors.npy").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises((BadData, ValueError)):
        Learner.load(tmp_path / "m")
    assert not Path("exploded").exists()


@pytest.mark.parametrize("name", ["vectors.npy", "links.indptr.npy", "state.json"])
@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_a_damaged_folder_is_bad_data_that_names_it(name: str, damage: str, tmp_path: Path):
    _saved(tmp_path / "m")
    path = tmp_path / "m" / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadData, match=str(tmp_path / "m")):
        Learner.load(tmp_path / "m")


def test_parameters_are_checked_when_they_are_read(tmp_path: Path):
    _saved(tmp_path / "m")
    state = json.loads((tmp_path / "m" / "state.json").read_text(encoding="utf-8"))
    state["params"]["value"]["factors"] = 1000
    (tmp_path / "m" / "state.json").write_text(json.dumps(state), encoding="utf-8")
    with pytest.raises(Exception, match="factors"):
        Learner.load(tmp_path / "m")
