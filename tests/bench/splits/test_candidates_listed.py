"""Candidates that a file lists for each user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from split_cases import dataset, history

from bench.errors import BadData
from bench.splits.catalogue import make
from bench.types import Dataset, Split


@pytest.fixture
def data() -> Dataset:
    """i05 is held out for a, i03 for b; c only trains."""
    return dataset([*history("a", 5), *history("b", 3), *history("c", 2), *history("d", 9)][:-1])


def split(data: Dataset, path: Path) -> Split:
    return make(data, {"name": "last-out", "candidates": {"listed": str(path)}})


def candidates(split: Split) -> dict[str, list[str]]:
    assert split.test.query.candidates is not None
    pairs = zip(split.test.askers, split.test.query.candidates, strict=True)
    return {split.dataset.users.ids[u]: [split.dataset.items.ids[i] for i in row if i >= 0] for u, row in pairs}


FILES = {
    "mine.csv": "user,item\na,i08\na,i07\nb,i01\na,i07\nc,i01\nd,i01\nb,i03\n",
    "mine.txt": "a i08 i07 i07\nb i01 i03\nc i01\n\nd i01\n",
    "mine.test.negative": "(a,i05)\ti08\ti07\ti07\r\n(b,i03)\ti01\ti03\r\n(c,i02)\ti01\r\n(d,i08)\ti01\r\n",
    "mine.inter": "user_id:token\titem_id:token\na\ti08\na\ti07\nb\ti01\nd\ti01\n",
}


@pytest.mark.parametrize("name", FILES)
def test_the_held_out_item_is_added_and_nothing_is_there_twice(data: Dataset, tmp_path: Path, name: str):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    found = split(data, tmp_path / name)
    assert candidates(found) == {"a": ["i05", "i07", "i08"], "b": ["i01", "i03"], "d": ["i01", "i08"]}
    assert found.candidates == "the held-out items and others that are listed for each user"


def test_the_content_of_the_file_counts_and_not_its_name(data: Dataset, tmp_path: Path):
    for name in ("mine.csv", "mine.txt"):
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    (tmp_path / "other.txt").write_text("a i08 i06\nb i01 i03\nd i01\n", encoding="utf-8")
    prints = [split(data, tmp_path / name).fingerprint for name in ("mine.csv", "mine.txt", "other.txt")]
    assert prints[0] == prints[1] != prints[2]


def test_a_user_who_is_not_asked_needs_no_list(data: Dataset, tmp_path: Path):
    path = tmp_path / "mine.txt"
    path.write_text("a i08\nb i01\nd i01\n", encoding="utf-8")
    everybody = candidates(split(data, path))
    few = make(data, {"name": "last-out", "evaluate_users": 1, "candidates": {"listed": str(path)}})
    assert len(candidates(few)) == 1
    assert candidates(few).items() <= everybody.items()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.txt", "a i08\nz i01\n", "user 'z' of a split is not in data set 'made-up'"),
        (
            "l.txt",
            "a i08 i88\nb i01\nd i01\n",
            "item 'i88' of a split is not in data set 'made-up'; did you mean 'i08'?",
        ),
        ("l.txt", "a i08\nd i01\n", "no candidates are listed for user 'b' (1 of 3 users who ask)"),
        ("l.txt", "", "no candidates are listed for user 'a' (3 of 3 users who ask)"),
        ("l.negative", "(a,i05)\ti08\nb\ti01\n", "line 2: expected `(user,item)` and items with tabs between"),
        ("l.negative", "(a,i05)\ti08\t\n", "line 1: expected `(user,item)` and items with tabs between"),
        ("l.csv", "person,item\na,i01\n", "no column 'user'"),
        ("l.txt", "a i08\n\udcff", "l.txt, line 2, byte 1: byte 0xFF is not utf-8"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(data: Dataset, tmp_path: Path, name: str, text: str, said: str):
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadData, match=re.escape(said)) as error:
        split(data, tmp_path / name)
    assert len(str(error.value).splitlines()) == 1


def test_a_missing_file_is_named(data: Dataset, tmp_path: Path):
    with pytest.raises(BadData, match=r"nowhere\.csv: not found here or in a data folder"):
        split(data, tmp_path / "nowhere.csv")
