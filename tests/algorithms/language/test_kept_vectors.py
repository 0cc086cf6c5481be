"""Vectors are computed once per text and model, whatever happens to the cache."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from algorithms.language import kept


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path))
    return tmp_path / "vectors" / "model"


class Counting:
    """Vectors of two numbers; what it was asked for is in `asked`."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked.append(list(texts))
        for row, text in enumerate(texts):
            yield np.array([row]), np.array([[len(text), ord(text[0])]], np.float32)


EXPECTED = np.array([[1, 97], [2, 98], [3, 99]], np.float32)
TEXTS = ["a", "bb", "ccc"]


def test_only_what_is_missing_is_computed():
    counting = Counting()
    np.testing.assert_array_equal(kept.vectors("model", TEXTS[:2], counting), EXPECTED[:2])
    np.testing.assert_array_equal(kept.vectors("model", TEXTS[::-1], counting), EXPECTED[::-1])
    np.testing.assert_array_equal(kept.vectors("model", TEXTS, counting), EXPECTED)
    assert counting.asked == [["a", "bb"], ["ccc"]]
    kept.vectors("another", TEXTS, counting)
    assert counting.asked[-1] == TEXTS


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda content: content[:-1] + b"\x55", lambda _: b""]
)
def test_a_damaged_file_is_computed_again(damage, folder):
    kept.vectors("model", TEXTS, Counting())
    (file,) = folder.glob("*.npy")
    file.write_bytes(damage(file.read_bytes()))
    counting = Counting()
    np.testing.assert_array_equal(kept.vectors("model", TEXTS, counting), EXPECTED)
    assert counting.asked == [TEXTS]


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path / "file"))
    np.testing.assert_array_equal(kept.vectors("model", TEXTS, Counting()), EXPECTED)


def test_what_a_stopped_process_has_computed_is_kept(monkeypatch):
    monkeypatch.setattr(kept, "_PORTION", 2)

    def stops(texts):
        yield from list(Counting()(texts))[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.vectors("model", TEXTS, stops)
    counting = Counting()
    np.testing.assert_array_equal(kept.vectors("model", TEXTS, counting), EXPECTED)
    assert counting.asked == [["ccc"]]


def _ask(log: str) -> None:
    def computes(texts):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write("asked\n")
        yield from Counting()(texts)

    kept.vectors("model", [f"{number} text" for number in range(2000)], computes)


def test_of_two_processes_one_computes(tmp_path):
    log = tmp_path / "log"
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=_ask, args=(str(log),)) for _ in range(2)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0]
    assert log.read_text(encoding="utf-8") == "asked\n"
