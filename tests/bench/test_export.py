"""`bench export`: tables that other programs read, with what a store holds and nothing else."""

from __future__ import annotations

import csv
import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from command_line import Call, one_line
from record_cases import answers, context, record

from bench import answers_io
from bench.export import tables
from bench.metrics.registry import measure
from bench.records import Slot
from bench.store import Store

SPLIT = "cd" * 32
TABLES = ("held_out", "lists", "per_user", "records")


@pytest.fixture
def by_hand(tmp_path: Path) -> Store:
    """Four questions, of which user "=1+1" asks two, with lists of three items; and a second cell that crashed."""
    store = Store(tmp_path / "store", create=True)
    ids = tuple(f"i{n}" for n in range(104))
    known = replace(
        context(),
        users=np.array([0, 1, 0, 2], np.int32),
        user_ids=("=1+1", "007", "=1+1", "ü"),
        item_ids=("-5", *ids[1:]),
        titles=('a, "b"', *ids[1:]),
        popularity=np.ones(104, np.int64),
        facts={"notes": {"licence": "ours\x1b[2J"}},
    )
    store.put_context(SPLIT, known)
    folder = store.begin()
    answers_io.write(answers(), folder)
    store.commit(folder, record())
    evil = Slot({"name": "tiny"}, {"name": "user-time"}, "random", {}, 0)
    store.commit(
        store.begin(), record(key="ef" * 32, slot=evil, label="@evil", status="crashed", reason="=cmd|' /C calc'!A0")
    )
    return store


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_holds_the_lists_ranks_and_costs_as_text_that_is_no_formula(by_hand: Store, tmp_path: Path, call: Call):
    out = tmp_path / "out"
    done = call("export", by_hand.folder, "--to", "csv", "-o", out)
    assert done.code == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == [f"{name}.csv" for name in TABLES]
    lists = _csv(out / "lists.csv")
    assert len(lists) == 11  # the last question has two
    first = {"cell": "ab" * 32, "question": "0", "user": "'=1+1", "place": "1", "item": "'-5", "title": 'a, "b"'}
    assert {**lists[0], "score": ""} == {**first, "score": ""}
    assert (lists[-1]["question"], lists[-1]["place"], lists[-1]["item"]) == ("3", "2", "i10")
    held = _csv(out / "held_out.csv")
    assert [row["rank"] for row in held] == ["1", "3", "5", "4"]  # better 0 1 2 3, position 0 1 2 0, from 1
    assert {(row["rating"], row["prediction"]) for row in held} == {("4", "3.5")}
    ok, crashed = _csv(out / "records.csv")
    assert (ok["status"], ok["seconds"], ok["memory_bytes"], ok["counts"]) == ("ok", "1", "100000000", "true")
    assert (crashed["algorithm"], crashed["reason"]) == ("'@evil", "'=cmd|' /C calc'!A0")
    assert crashed["ndcg@10"] == ""


def test_parquet_holds_ids_as_they_are_and_the_values_of_each_question(by_hand: Store, tmp_path: Path, call: Call):
    out = tmp_path / "out"
    assert call("export", by_hand.folder, "--to", "parquet", "-o", out, "--metrics", "ndcg@3,coverage@3").code == 0
    lists = pq.read_table(out / "lists.parquet").to_pydict()
    assert (lists["user"][0], lists["item"][0]) == ("=1+1", "-5")
    per_user = pq.read_table(out / "per_user.parquet").to_pydict()
    assert per_user["metric"] == ["ndcg@3"] * 4  # coverage has no value for one user
    expected = [1.0, 1 / np.log2(4), 0.0, 0.0]
    np.testing.assert_allclose(per_user["value"], expected, rtol=1e-12)
    records = pq.read_table(out / "records.parquet").to_pylist()
    kept = by_hand.records()[0]
    found = measure(["ndcg@3", "coverage@3"], by_hand.answers(kept), by_hand.context(SPLIT))
    assert records[0]["ndcg@3"] == found["ndcg@3"].value == pytest.approx(np.mean(expected))
    assert records[0]["coverage@3"] == found["coverage@3"].value


def test_pieces_make_the_same_tables_whatever_their_size(by_hand: Store, monkeypatch: pytest.MonkeyPatch):
    def rows(size: int) -> dict[str, list[dict[str, object]]]:
        monkeypatch.setattr(tables, "ROWS", size)
        found: dict[str, list[dict[str, object]]] = {}
        for name, piece in tables.pieces(by_hand):
            assert name == "records" or 0 < piece.num_rows <= size
            found.setdefault(name, []).extend(piece.to_pylist())
        return found

    assert sorted(rows(3)) == list(TABLES)
    assert rows(3) == rows(1000)


def test_only_attempts_that_count_have_lists(by_hand: Store, tmp_path: Path, call: Call):
    folder = by_hand.begin()
    answers_io.write(answers(), folder)
    newest = by_hand.commit(folder, record())
    assert call("export", by_hand.folder, "--to", "parquet", "-o", tmp_path / "out").code == 0
    assert pq.read_table(tmp_path / "out" / "lists.parquet").num_rows == 11
    records = pq.read_table(tmp_path / "out" / "records.parquet").to_pylist()
    assert len(records) == 3
    assert {row["attempt"] for row in records if row["counts"] and row["status"] == "ok"} == {newest.attempt}


def test_the_licence_is_said_first(by_hand: Store, tmp_path: Path, call: Call):
    lines = call("export", by_hand.folder, "--to", "csv", "-o", tmp_path / "out").stdout.splitlines()
    assert lines[0] == "data set tiny, licence: ours\ufffd[2J"
    assert "licences say who may have them" in lines[1]
    assert lines[2].endswith("held_out.csv")


def test_a_folder_in_use_is_left_alone(by_hand: Store, tmp_path: Path, call: Call):
    out = tmp_path / "out"
    out.mkdir()
    (out / "lists.csv").write_text("mine", encoding="utf-8")
    (out / "other.txt").write_text("mine", encoding="utf-8")
    done = call("export", by_hand.folder, "--to", "csv", "-o", out)
    assert done.code == 3
    assert "not empty; --replace" in one_line(done)
    assert (out / "lists.csv").read_text(encoding="utf-8") == "mine"
    assert call("export", by_hand.folder, "--to", "csv", "-o", out, "--replace").code == 0
    assert len(_csv(out / "lists.csv")) == 11
    assert (out / "other.txt").read_text(encoding="utf-8") == "mine"


def test_damaged_answers_leave_no_half_tables(by_hand: Store, tmp_path: Path, call: Call):
    path = by_hand.folder_of(by_hand.records()[0]) / "lists.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    done = call("export", by_hand.folder, "--to", "csv", "-o", tmp_path / "out")
    assert done.code == 3
    assert "corrupt" in one_line(done)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--to", "excel", "-o", "out"], 2, "--to excel: not one of csv, parquet, duckdb"),
        (["--to", "csvv", "-o", "out"], 2, "did you mean 'csv'?"),
        (["--to", "csv"], 2, "say either --to FORMAT -o FOLDER, or --bundle"),
        ([], 2, "say either"),
        (["--to", "csv", "-o", "out", "--bundle", "a.zip"], 2, "say either"),
        (["--to", "csv", "-o", "out", "--metrics", "ndgc@10"], 2, "did you mean 'ndcg'?"),
    ],
)
def test_wrong_options_are_one_line(by_hand: Store, call: Call, words: list[str], code: int, told: str):
    done = call("export", by_hand.folder, *words)
    assert done.code == code
    assert told in one_line(done)
    assert not Path("out").exists()


def test_without_its_package_a_database_is_one_line(
    by_hand: Store, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "duckdb" else find(name))
    done = call("export", by_hand.folder, "--to", "duckdb", "-o", tmp_path / "out")
    assert done.code == 2
    assert "needs the package duckdb" in one_line(done)
    assert not (tmp_path / "out").exists()


def test_a_database_holds_the_same_tables(by_hand: Store, tmp_path: Path, call: Call):
    duckdb = pytest.importorskip("duckdb", reason="the package duckdb is not installed")
    done = call("export", by_hand.folder, "--to", "duckdb", "-o", tmp_path / "out")
    assert done.code == 0, done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["results.duckdb"]
    with duckdb.connect(str(tmp_path / "out" / "results.duckdb"), read_only=True) as database:
        counts = {name: database.sql(f"select count(*) from {name}").fetchall()[0][0] for name in TABLES}
        assert counts["lists"] == 11
        assert (counts["held_out"], counts["records"]) == (4, 2)
        best = 'select avg(v.value) = any_value(r."ndcg@10") from per_user v join records r using (cell)'
        assert database.sql(f"{best} where metric = 'ndcg@10'").fetchall() == [(True,)]
