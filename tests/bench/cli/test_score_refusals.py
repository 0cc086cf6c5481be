"""What is not clear in files of lists is refused in one line that says where."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from command_line import Call, one_line
from score_files import scored, text_file, toy_files


@pytest.fixture
def toy(tmp_path: Path) -> tuple[Path, Path]:
    """Lists and held-out items of four users."""
    return toy_files(tmp_path)


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        (
            "user,item,rank\n1,A,1\n\n1,B,2\n1,A,3\n",
            "line 5: item 'A' stands twice in the list of user '1'; first in line 2",
        ),
        ("user,item,rank\n1,A,1\n1,B,1\n", "line 3: user '1' has the rank 1 twice; first in line 2"),
        ("user,item,rank\n1,A,1\n1,B,3\n", "line 3: user '1' has the ranks 1 and 3, but none between"),
        ("user,item,rank\n2,A,1\n1,B,2\n", "line 3: the best rank of user '1' is 2; ranks count from 1"),
        ("user,item,rank\n1,A,0\n1,B,1\n", "line 2, column 'rank': expected a number from 1 to 1e+06, found '0'"),
        ("user,item,rank\n1,A,1\n1,B,1.5\n", "line 3: the rank 1.5 is not a whole number"),
        ("user,item,score\n1,A,0.5\n1,B,nan\n", "line 3, column 'score': expected a finite number, found 'nan'"),
        ("user,item,score\n1,A,inf\n", "line 2, column 'score': expected a finite number, found 'inf'"),
        ("user,item,score\n1,,2\n", "line 2, column 'item': expected an id, found an empty cell"),
        ("user,item,score\n1,A\n", "line 2: 2 columns, expected 3"),
        ("user,item\n1,A\n", "no column 'rank' and no column 'score'; the columns are 'user', 'item'; name one with"),
        ("user;item;score\n1;A;2\n", "line 1: no column 'user'"),
        ("user;item;score\n1;A;2\n", "is the separator a semicolon?"),
        ("user,user_id,item,rank\n1,1,A,1\n", "'user' and 'user_id' may both be the user; name one with --user"),
        ("usr,item,rank\n1,A,1\n", "line 1: no column 'user'"),
        ("user,item,rank\nx,A,1\n", "none of its users is in"),
        ("user,item,rank\n", "no rows below the header"),
        ("", "is empty"),
    ],
)
def test_unclear_lists_are_refused_in_one_line(
    lists: str, said: str, toy: tuple[Path, Path], call: Call, tmp_path: Path
):
    done = call("score", text_file(tmp_path / "lists.csv", lists), "--test", toy[1], "--metrics", "ndcg@1")
    assert done.code == 2
    line = one_line(done)
    assert "lists.csv" in line
    assert said in line


def test_rows_of_parquet_are_named_too(toy: tuple[Path, Path], call: Call, tmp_path: Path):
    pd.DataFrame({"user": [1, 1, 1], "item": ["A", "B", "A"], "score": [3.0, 2, 1]}).to_parquet(tmp_path / "l.parquet")
    done = call("score", tmp_path / "l.parquet", "--test", toy[1], "--metrics", "ndcg@1")
    assert "l.parquet, row 3: item 'A' stands twice in the list of user '1'; first in row 1" in one_line(done)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--metrics", "ndcg@4"], "metric 'ndcg@4': the longest list has 3 items, so the cut-off ends there"),
        (["--metrics", "ndgc@3"], "unknown name; did you mean 'ndcg'?"),
        (["--metrics", "ndcg@3", "--per-user", "x.txt"], "--per-user x.txt: write to a file named .csv or .parquet"),
        (["--metrics", "ndcg@3", "--user", "usr"], "--user usr: no file has a column of this name; "),
        (["--metrics", "ndcg@3", "--score", "x"], "test.csv has 'user_id', 'item_id', 'rating'"),
        (["--metrics", "ndcg@3", "--train", "nowhere.csv"], "nowhere.csv: cannot be read"),
    ],
)
def test_wrong_words_are_refused_in_one_line(words: list[str], said: str, toy: tuple[Path, Path], call: Call):
    lists, test = toy
    done = call("score", lists, "--test", test, *words)
    assert done.code == 2
    assert said in one_line(done)


def test_lists_beyond_the_memory_are_refused(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One long list makes room for as many items necessary for everybody."""
    rows = [f"0,i{place},{place + 1}" for place in range(300)] + [f"{user},i0,1" for user in range(1, 300)]
    lists = text_file(tmp_path / "lists.csv", "\n".join(["user,item,rank", *rows]) + "\n")
    test = text_file(tmp_path / "test.csv", "\n".join(["user,item", *(f"{user},i0" for user in range(300))]) + "\n")
    monkeypatch.setattr("bench.memory.available", lambda: 1_000_000)
    done = call("score", lists, "--test", test, "--metrics", "ndcg@3")
    assert done.code == 2
    assert "room for 300 items for each of 300 users needs 2.2 MB of memory, 1.0 MB are available" in one_line(done)


@pytest.mark.parametrize("sign", ["::", "|", " "])
def test_other_separators_name_their_lines_too(sign: str, toy: tuple[Path, Path], call: Call, tmp_path: Path):
    lists = text_file(tmp_path / "lists.dat", "user,item,rank\n\n1,A,1\n1,B,1\n".replace(",", sign))
    test = text_file(tmp_path / "test.dat", "user,item\n1,A\n".replace(",", sign))
    done = call("score", lists, "--test", test, "--metrics", "ndcg@1", "--separator", sign)
    assert "line 4: user '1' has the rank 1 twice; first in line 3" in one_line(done)


def test_a_separator_that_cannot_be_one_is_refused(toy: tuple[Path, Path], call: Call):
    for sign in ("abc", '"', "\n"):
        done = call("score", toy[0], "--test", toy[1], "--separator", sign)
        assert done.code == 2
        assert "the separator is one character" in one_line(done)


def test_two_ratings_of_one_held_out_pair_are_refused_and_a_repetition_is_counted(
    toy: tuple[Path, Path], call: Call, tmp_path: Path
):
    two = text_file(tmp_path / "two.csv", "user,item,rating\n1,C,4\n1,F,2\n1,C,3\n")
    done = call("score", toy[0], "--test", two, "--metrics", "ndcg@3")
    assert "two.csv, line 4: user '1' and item 'C' have the ratings 4 (line 2) and 3" in one_line(done)
    same = text_file(tmp_path / "same.csv", "user,item,rating\n1,C,4\n1,F,2\n1,C,4\n")
    found = scored(call, toy[0], "--test", same, "--metrics", "recall@3")
    assert found["metrics"]["recall@3"]["value"] == 0.5
    assert found["facts"]["rows of the test that repeat another, counted once"] == 1


def test_ids_stay_the_text_that_they_are(call: Call, tmp_path: Path):
    """`007` and `7` are two users; `NA` is an item."""
    with gzip.open(tmp_path / "lists.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("user\titem\trank\n007\tNA\t1\n7\t1e5\t1\n")
    test = text_file(tmp_path / "test.csv", "user,item\n007,NA\n7,100000\n")
    found = scored(call, tmp_path / "lists.tsv.gz", "--test", test, "--metrics", "recall@1")
    assert (found["metrics"]["recall@1"]["value"], found["metrics"]["recall@1"]["users"]) == (0.5, 2)


def test_items_that_no_other_file_knows_are_refused_or_told(call: Call, tmp_path: Path):
    """Whole numbers that a program wrote as 12.0 are other ids, and would look like lists without a hit."""
    lists = text_file(tmp_path / "lists.csv", "user,item,rank\n1,12.0,1\n1,13.0,2\n")
    test, train = (
        text_file(tmp_path / name, f"user,item\n1,{item}\n") for name, item in (("t.csv", 12), ("a.csv", 13))
    )
    done = call("score", lists, "--test", test, "--train", train, "--metrics", "ndcg@1")
    assert done.code == 2
    assert "none of its items is in" in one_line(done)
    told = "items of lists, none of which is in the test: are the ids the same?"
    assert scored(call, lists, "--test", test, "--metrics", "ndcg@1")["facts"][told] == 2
    one = text_file(tmp_path / "one.csv", "user,item,rank\n1,12,1\n1,13,2\n")
    assert scored(call, one, "--test", test, "--metrics", "ndcg@1")["facts"][told] == 0
