"""Parts that are brought along."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from split_cases import asked_with, dataset, history, items_of

from bench.errors import BadConfig, BadData
from bench.splits.catalogue import make, options
from bench.splits.given import from_rows
from bench.splits.rows import Rows
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


USERS = "a i01 i02\nb i01\nc\n"
READ = {
    "space-separated pairs": (
        "train.txt",
        "a i01\na i02\nb i01\n",
        {"separator": " ", "header": False, "user": "1", "item": "2"},
    ),
    "a user a line": ("train.txt", USERS, {"lines": "users"}),
    "RecBole": (
        "train.inter",
        "item_id:token\tuser_id:token\trating:float\ttimestamp:float\ni02\ta\t4\t20\ni01\ta\t3\t10\ni01\tb\t5\t5\n",
        {},
    ),
    "no header, tabs": (
        "train.rating",
        "a\ti02\t4\t20\na\ti01\t3\t10\nb\ti01\t5\t5\n",
        {"separator": "\t", "header": False, "user": "1", "item": "2", "rating": "3", "time": "4"},
    ),
}


@pytest.mark.parametrize(("name", "text", "columns"), READ.values(), ids=READ)
def test_forms_of_files(data: Dataset, tmp_path: Path, name: str, text: str, columns: dict[str, Any]):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / f"test-{name}").write_text(text.replace("i01", "i03"), encoding="utf-8")
    files = {"train": str(tmp_path / name), "test": str(tmp_path / f"test-{name}")}
    split = make(data, {"name": "given", **files, **columns})
    assert items_of(split, split.train, "a") == ["i01", "i02"]
    assert items_of(split, split.test, "b") == ["i03"]
    if "rating" in columns or name.endswith(".inter"):
        assert split.train.ratings is not None
        assert split.train.ratings.tolist() == [3, 4, 5]
        assert split.train.times is not None
        assert split.train.times.tolist() == [10, 20, 5]


def test_the_content_of_files_counts_and_not_their_names(data: Dataset, tmp_path: Path):
    prints = []
    for folder, text in (("one", USERS), ("two", USERS), ("three", "a i01 i03\nb i01\n")):
        (tmp_path / folder).mkdir()
        for part, lines in (("train", text), ("test", "a i04\n")):
            (tmp_path / folder / f"{folder}-{part}.txt").write_text(lines, encoding="utf-8")
        files = {part: str(tmp_path / folder / f"{folder}-{part}.txt") for part in ("train", "test")}
        split = make(data, {"name": "given", "lines": "users", **files})
        assert split.params == {"lines": "users", **files}
        prints.append(split.fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_next_item_examples_are_no_interactions(data: Dataset, tmp_path: Path):
    path = tmp_path / "x.inter"
    path.write_text("user_id:token\titem_id_list:token_seq\titem_id:token\na\ti01 i02\ti03\n", encoding="utf-8")
    with pytest.raises(BadData, match="makes each row a sequence and its next item"):
        make(data, {"name": "given", "train": str(path), "test": str(path)})


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, ["parameter 'train': expected a file", "parameter 'test': expected a file"]),
        ({"train": "a.csv"}, ["parameter 'test': expected a file"]),
        ({"published": "u9"}, ["parameter 'published': expected one of .*u5.*did you mean 'u"]),
        ({"published": "u1", "train": "a.csv"}, ["parameter 'train': expected nothing.*'u1' has files of its own"]),
        (
            {"published": "u1", "rating": "3"},
            ["parameter 'rating': expected only for files with one interaction"],
        ),
        ({"train": "a", "test": "b", "lines": "users", "user": "1"}, ["parameter 'user': expected only for files"]),
    ],
)
def test_either_files_or_a_published_split(spec: dict[str, str], said: list[str]):
    with pytest.raises(BadConfig) as error:
        options({"name": "given", **spec})
    lines = str(error.value).splitlines()
    assert len(lines) == len(said)
    assert all(re.search(expected, line) for expected, line in zip(said, lines, strict=True))
