"""Parts that are brought along."""

from __future__ import annotations

from pathlib import Path

import pytest
from split_cases import asked_with, dataset, history, items_of

from bench.errors import BadData
from bench.splits.catalogue import make
from bench.splits.given import Rows, from_rows
from bench.types import Dataset


@pytest.fixture
def data() -> Dataset:
    return dataset([*history("a", 5), *history("b", 3), *history("c", 1)])


def test_rows_become_the_parts(data: Dataset):
    split = from_rows(
        data,
        train=Rows(["b", "a", "a"], ["i01", "i02", "i01"], [5, 4, 3], [9, 2, 1]),
        validation=Rows(["a"], ["i03"], [2], [3]),
        test=Rows(["a", "b"], ["i05", "i02"], [1, 2], [5, 10]),
    )
    assert items_of(split, split.train, "a") == ["i01", "i02"]
    assert items_of(split, split.validation, "a") == ["i03"]
    assert items_of(split, split.test, "a") == ["i05"]
    assert asked_with(split, split.test, "a") == ["i01", "i02", "i03"]
    assert asked_with(split, split.test, "b") == ["i01"]
    assert split.test.ratings is not None
    assert split.test.ratings.tolist() == [1, 2]


def test_a_user_without_history_asks_with_an_empty_one(data: Dataset):
    split = from_rows(data, train=Rows(["a"], ["i01"]), test=Rows(["b", "a"], ["i02", "i02"]))
    assert asked_with(split, split.test, "b") == []
    assert items_of(split, split.test, "b") == ["i02"]


def test_the_order_of_rows_does_not_matter_with_times(data: Dataset):
    rows = (["a", "a", "a", "b"], ["i01", "i02", "i03", "i01"], [1, 2, 3, 4], [5, 5, 5, 5])
    test = Rows(["a"], ["i04"], [5], [9])
    prints = {
        from_rows(data, train=Rows(*(column[::step] for column in rows)), test=test).fingerprint for step in (1, -1)
    }
    assert len(prints) == 1


def test_unknown_ids_are_named(data: Dataset):
    with pytest.raises(BadData, match=r"item 'i77'.*'made-up'"):
        from_rows(data, train=Rows(["a"], ["i77"]), test=Rows(["a"], ["i01"]))


def test_files_are_read_and_a_missing_one_is_named(data: Dataset, tmp_path: Path):
    (tmp_path / "train.csv").write_text("user,item,r\na,i01,3\nb,i02,4\n", encoding="utf-8")
    (tmp_path / "test.csv").write_text("user,item,r\na,i02,5\n", encoding="utf-8")
    spec = {"name": "given", "train": str(tmp_path / "train.csv"), "test": str(tmp_path / "test.csv"), "rating": "r"}
    split = make(data, spec)
    assert items_of(split, split.train, "b") == ["i02"]
    assert split.test.ratings is not None
    assert split.test.ratings.tolist() == [5]
    with pytest.raises(BadData, match=r"nowhere\.csv"):
        make(data, {**spec, "test": "nowhere.csv"})
