"""Data sets as one file: what comes back, and that no flipped byte goes unnoticed."""

import dataclasses

import numpy as np
import pytest

from bench.datasets import packed
from bench.datasets.build import build
from bench.errors import Unsupported


def example(**changes):
    options = {
        "ratings": [1.5, 2, 3],
        "times": [-5, 2**40, 7],
        "scale": (0.5, 5),
        "titles": {"b": "a\nb", "a": ""},
        "texts": {"🎬": "x" * 300},
        "item_features": {"b": ["f", "é"], "a": ["g"]},
        "notes": {"rows skipped": 2, "warnings": ["<b>"]},
    }
    return build("naïve", ["u", "\u202eu", "u"], ["a", "b", "🎬"], **{**options, **changes})


def written(tmp_path, dataset, key="k"):
    path = tmp_path / "packed"
    path.write_bytes(b"".join(bytes(part) for part in packed.pack(dataset, key)))
    return path


def assert_equal(one, other):
    for name in ("users", "items", "ratings", "times"):
        left, right = getattr(one.interactions, name), getattr(other.interactions, name)
        assert (left is None) == (right is None)
        if left is not None:
            np.testing.assert_array_equal(left, right)
            assert (left.dtype, right.flags.writeable) == (right.dtype, False)
    facts = ("n_users", "n_items", "ordered", "scale")
    assert [getattr(one.interactions, f) for f in facts] == [getattr(other.interactions, f) for f in facts]
    assert (one.name, one.fingerprint, one.notes) == (other.name, other.fingerprint, other.notes)
    for left, right in ((one.users, other.users), (one.items, other.items)):
        assert dataclasses.replace(left, features=None) == dataclasses.replace(right, features=None)
        assert (left.features is None) == (right.features is None)
        if left.features is not None:
            np.testing.assert_array_equal(left.features.toarray(), right.features.toarray())
            assert left.features.dtype == right.features.dtype


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ratings": None, "times": None, "scale": None},
        {"ordered": True, "times": None, "titles": None, "texts": None, "item_features": None},
        {"item_features": {}, "user_features": {"u": ["v"]}},
        {"titles": {"a": "\ud800", "b": "\udc00"}},  # no valid Unicode, yet two texts
    ],
)
def test_everything_comes_back(tmp_path, changes):
    dataset = example(**changes)
    assert_equal(dataset, packed.read(written(tmp_path, dataset), "k"))


def test_a_copy_of_something_else(tmp_path):
    path = written(tmp_path, example(), "k")
    with pytest.raises(packed.Unusable):
        packed.read(path, "another")
    with pytest.raises(FileNotFoundError):
        packed.read(tmp_path / "nothing", "k")


def test_no_flipped_byte_and_no_missing_end_goes_unnoticed(tmp_path):
    path = written(tmp_path, example())
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(packed.Unusable):
            packed.read(path, "k")
    for length in (0, 10, 60, 500, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(packed.Unusable):
            packed.read(path, "k")


def test_notes_that_are_no_json(tmp_path):
    with pytest.raises(packed.Unusable):
        packed.pack(example(notes={"a": {1, 2}}), "k")


def test_too_large_for_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1")
    with pytest.raises(Unsupported, match=r"data set 'naïve' needs .* of memory, 0 bytes are available"):
        packed.read(written(tmp_path, example()), "k")
