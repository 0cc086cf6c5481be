"""What a cell's process is handed: all of the training data, read-only, and nothing that is held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import handover
from bench.datasets.build import build
from bench.splits.catalogue import make
from bench.types import HeldOut, Side, Split, Training


def _split(**changes: Any) -> Split:
    users = [f"u{u}" for u in range(6) for _ in range(10)]
    items = [f"i{(u * 3 + place) % 17:02}" for u in range(6) for place in range(10)]
    options: dict[str, Any] = {
        "ratings": np.tile([1.0, 2.5, 5.0, 3.0, 4.0], 12),
        "times": np.arange(60) * 100,
        "scale": (0.5, 5.0),
        "titles": {"i01": "Amélie \x1b[31m </script>", "i17": "nobody has seen it"},
        "texts": {"i01": "a café in Paris"},
        "item_features": {"i01": ["comedy", "french"], "i02": ["comedy"]},
        "user_features": {"u1": ["adult"]},
    }
    return make(build("made", users, items, **(options | changes)), {"name": "user-time"})


def _read(split: Split, folder: Path) -> Training:
    handover.write_training(split, folder)
    return handover.read_training(folder)


def _same_side(left: Side, right: Side) -> None:
    assert (left.ids, left.titles, left.texts, left.feature_names) == (
        right.ids,
        right.titles,
        right.texts,
        right.feature_names,
    )
    assert (left.features is None) == (right.features is None)
    if left.features is not None:
        np.testing.assert_array_equal(left.features.toarray(), right.features.toarray())


def _same_held_out(left: HeldOut, right: HeldOut) -> None:
    for name in ("offsets", "items", "ratings", "times", "people"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
    for name in ("keys", "users", "offsets", "items", "ratings", "times"):
        np.testing.assert_array_equal(getattr(left.query, name), getattr(right.query, name))
    assert left.query.n_items == right.query.n_items


def test_everything_that_may_be_learnt_from_arrives(tmp_path: Path):
    split = _split()
    training = _read(split, tmp_path)
    for name in ("users", "items", "ratings", "times"):
        np.testing.assert_array_equal(getattr(training.interactions, name), getattr(split.train, name))
    for name in ("n_users", "n_items", "ordered", "scale"):
        assert getattr(training.interactions, name) == getattr(split.train, name)
    _same_side(training.items, split.dataset.items)
    _same_side(training.users, split.dataset.users)
    assert training.validation is not None
    assert split.validation is not None
    _same_held_out(training.validation, split.validation)


def test_what_the_data_does_not_have_is_none(tmp_path: Path):
    split = _split(ratings=None, times=None, ordered=True, scale=None, titles=None, texts=None)
    training = _read(split, tmp_path)
    assert training.interactions.ratings is None
    assert training.interactions.times is None
    assert training.interactions.scale is None
    assert training.items.titles is None
    assert training.interactions.ordered


def test_questions_and_answers_survive_the_pipe(tmp_path: Path):
    split = _split()
    training = _read(split, tmp_path)
    received = handover.unpack(handover.pack(split.test), training)
    _same_held_out(received, split.test)
    features = received.query.user_features
    assert features is not None
    assert features.toarray().sum(axis=1).tolist() == [0, 1, 0, 0, 0, 0]


def _arrays(training: Training, test: HeldOut) -> dict[str, Any]:
    found: dict[str, Any] = {}
    assert training.validation is not None
    for prefix, part in (("train", training.interactions), ("validation", training.validation), ("test", test)):
        found |= {f"{prefix}.{name}": getattr(part, name) for name in ("items", "ratings")}
    found |= {f"train.{name}": getattr(training.interactions, name) for name in ("users", "times")}
    found |= {f"query.{name}": getattr(test.query, name) for name in ("keys", "users", "offsets", "items", "times")}
    found |= {f"features.{name}": getattr(training.items.features, name) for name in ("data", "indices", "indptr")}
    return found


def test_all_arrays_are_read_only(tmp_path: Path):
    split = _split()
    training = _read(split, tmp_path)
    arrays = _arrays(training, handover.unpack(handover.pack(split.test), training))
    assert [name for name, array in arrays.items() if array.flags.writeable] == []


def test_read_only_cannot_be_taken_back(tmp_path: Path):
    training = _read(_split(), tmp_path)
    with pytest.raises(ValueError, match="WRITEABLE"):
        training.interactions.items.flags.writeable = True
    before = training.interactions.matrix("ratings").toarray()
    matrix = training.interactions.matrix("ratings")
    matrix.data[:] = 0  # a matrix is a copy, and may be changed
    np.testing.assert_array_equal(training.interactions.matrix("ratings").toarray(), before)


def test_held_out_items_are_in_no_file(tmp_path: Path):
    """Two splits that differ only in what is held out for the test give the same files, byte for byte."""
    users, items = ["u1"] * 5 + ["u2"] * 5, [f"i{n}" for n in (0, 1, 2, 3, 4)] * 2
    contents = []
    for last in ("i5", "i6"):
        catalogue = {f"i{n}": f"title {n}" for n in range(8)}
        data = build("m", [*users, "u1", "u2"], [*items, last, "i7"], times=range(12), titles=catalogue)
        folder = tmp_path / last
        folder.mkdir()
        handover.write_training(make(data, {"name": "last-out"}), folder)
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert contents[0] == contents[1]


def test_parts_of_the_questions_are_read_only_too(tmp_path: Path):
    split = _split()
    training = _read(split, tmp_path)
    part = handover.unpack(handover.pack(split.test), training).slice(1, 3)
    arrays = {name: getattr(part.query, name) for name in ("keys", "users", "offsets", "items", "ratings", "times")}
    arrays |= {f"held.{name}": getattr(part, name) for name in ("offsets", "items", "ratings")}
    assert [name for name, array in arrays.items() if array.flags.writeable] == []
