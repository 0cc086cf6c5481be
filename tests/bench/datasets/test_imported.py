"""A person's own data, from the file to `load`."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets import catalogue, imported
from bench.datasets.imported import ItemColumns, import_file
from bench.errors import BadConfig, BadData, StoreError, Unsupported

CSV = "who,what,stars,at\nNA,007,4,10\nNA,1e5,2.5,5\nnull,007,5,7\n"
COLUMNS = {"user": "who", "item": "what"}
ALL = {**COLUMNS, "rating": "stars", "time": "at"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    return tmp_path / "home" / "recmatrix"


@pytest.fixture
def ratings(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_an_imported_data_set_is_like_any_other(ratings):
    made = import_file(ratings, "mine", **ALL, scale=(0, 5))
    ratings.unlink()
    dataset = catalogue.load("mine")
    assert dataset.fingerprint == made.fingerprint
    assert dataset.users.ids == ("NA", "null")
    assert dataset.items.ids == ("007", "1e5")
    interactions = dataset.interactions
    assert interactions.users.tolist() == [0, 0, 1]
    assert interactions.items.tolist() == [1, 0, 0]
    assert interactions.ratings.tolist() == [2.5, 4, 5]
    assert interactions.times.tolist() == [5, 10, 7]
    assert interactions.scale == (0, 5)
    entry = next(entry for entry in catalogue.available() if entry.name == "mine")
    assert entry.source == "imported from ratings.csv"
    assert not entry.needs_download
    assert catalogue.check("mine")["interactions"] == 3
    assert catalogue.get("mine") == entry.path
    assert catalogue.load({"name": "mine", "min_rating": 4}).items.ids == ("007",)


@pytest.mark.parametrize(
    ("name", "cells"),
    [("r.csv", "a,x,\nb,x,2014-03-01\n"), ("r.jsonl", '{"u":"a","i":"x"}\n{"u":"b","i":"x","t":"2014-03-01"}\n')],
)
def test_dates_are_known_from_the_first_row_that_has_one(tmp_path, name, cells):
    path = tmp_path / name
    path.write_text(("u,i,t\n" if name == "r.csv" else "") + cells, encoding="utf-8")
    made = import_file(path, "mine", user="u", item="i", time="t", on_bad_row="skip")
    assert (made.users.ids, made.notes["rows skipped"]) == (("b",), 1)


def test_dates_in_parquet_after_a_missing_one(tmp_path):
    days = pa.array([None, 86_400], pa.timestamp("s"))
    pq.write_table(pa.table({"user": ["a", "b"], "item": ["x", "x"], "t": days}), tmp_path / "r.parquet")
    made = import_file(tmp_path / "r.parquet", "mine", time="t", on_bad_row="skip")
    assert made.interactions.times.tolist() == [86_400]


def test_a_folder_that_cannot_be_written(ratings, home):
    import_file(ratings, "mine", **COLUMNS)
    for path in (home / "imported").iterdir():
        path.rename(home / path.name)
    (home / "imported").rmdir()
    (home / "imported").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StoreError, match=r"imported.*: cannot write \(.*\); .* MB free there"):
        import_file(ratings, "mine", **COLUMNS)


def test_no_name_reaches_the_file_system(ratings, home):
    import_file(ratings, "../../📼 <script>", **COLUMNS)
    assert [path.name for path in home.iterdir()] == ["imported"]
    (folder,) = (home / "imported").iterdir()
    assert len(folder.name) == 64
    assert sorted(path.name for path in folder.iterdir()) == ["interactions.parquet", "meta.json"]
    assert catalogue.load("../../📼 <script>").name == "../../📼 <script>"


def test_names_that_are_taken_or_unfit(ratings):
    import_file(ratings, "mine", **COLUMNS)
    with pytest.raises(BadConfig, match="'mine' already"):
        import_file(ratings, "mine", **ALL)
    for name in ("movielens-small", "ML-100k"):
        with pytest.raises(BadConfig, match="built-in"):
            import_file(ratings, name, **COLUMNS, replace=True)
    for name in ("", "a\nb", "\x1b[31m", "x" * 101):
        with pytest.raises(BadConfig, match="1 to 100 printable characters"):
            import_file(ratings, name, **COLUMNS)
    with pytest.raises(BadConfig, match="unknown data set 'mein'; did you mean 'mine'"):
        catalogue.load("mein")


def test_replacing_changes_the_fingerprint_and_a_failed_one_nothing(ratings, home):
    before = import_file(ratings, "mine", **ALL)
    bad = ratings.with_name("bad.csv")
    bad.write_text("who,what\na\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"bad\.csv, line 2"):
        import_file(bad, "mine", **COLUMNS, replace=True)
    assert catalogue.load("mine").fingerprint == before.fingerprint
    ratings.write_text(CSV + "new,007,1,1\n", encoding="utf-8")
    after = import_file(ratings, "mine", **ALL, replace=True)
    assert catalogue.load("mine").fingerprint == after.fingerprint != before.fingerprint
    assert len(list((home / "imported").iterdir())) == 1


def test_a_failed_first_import_leaves_nothing(ratings, home):
    with pytest.raises(BadData, match=r"line 3, column .*: expected a number from 3 to 5, found .2\.5."):
        import_file(ratings, "mine", **ALL, scale=(3, 5))
    with pytest.raises(BadConfig, match="duplicates"):
        import_file(ratings, "mine", **ALL, duplicates="most")
    assert [entry.name for entry in catalogue.available() if entry.source.startswith("imported")] == []
    assert not (home / "imported").exists() or not list((home / "imported").iterdir())


def test_ratings_outside_the_scale_have_a_line(ratings):
    with pytest.raises(BadData, match=r"line 4, column 'stars': expected a number from 0.5 to 4.5, found '5'"):
        import_file(ratings, "mine", **ALL, scale=(0.5, 4.5))
    with pytest.raises(BadConfig, match="from low to high, not from 5 to 1"):
        import_file(ratings, "mine", **ALL, scale=(5, 1))


def test_wrong_column_names(ratings):
    with pytest.raises(
        BadData, match=r"no column 'whom'; separated by a comma, the columns are .*; did you mean 'who'"
    ):
        import_file(ratings, "mine", user="whom", item="what")
    with pytest.raises(BadData, match=r"no column 'time'.*the columns are 'who', 'what', 'stars', 'at'"):
        import_file(ratings, "mine", **{**ALL, "time": "time"})


def test_changed_files_are_noticed(ratings, home):
    import_file(ratings, "mine", **ALL)
    import_file(ratings, "other", **COLUMNS)
    path = next((home / "imported").glob("*/interactions.parquet"))
    name = json.loads((path.parent / "meta.json").read_text(encoding="utf-8"))["name"]
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BadData, match=r"interactions\.parquet"):
        catalogue.load(name)
    with pytest.raises(BadData, match=r"interactions\.parquet"):
        imported.read(path.parent)
    (path.parent / "meta.json").write_text("{", encoding="utf-8")
    sources = [entry.source for entry in catalogue.available()]
    assert any(source.startswith("damaged: ") for source in sources)
    assert any(source.startswith("imported from") for source in sources)


def test_removing(ratings):
    import_file(ratings, "mine", **COLUMNS)
    imported.remove("mine")
    with pytest.raises(BadConfig, match="unknown data set 'mine'"):
        catalogue.load("mine")
    with pytest.raises(BadConfig, match="no data set 'mine' was imported"):
        imported.remove("mine")


def test_parquet_with_dates(tmp_path):
    path = tmp_path / "r.parquet"
    when = np.array(["2014-03-01T12:00:00.250", "2014-03-01T12:00:00.100"], "datetime64[ms]")
    pq.write_table(pa.table({"who": [1, 1], "what": [7, 8], "at": when}), path)
    dataset = import_file(path, "mine", **COLUMNS, time="at")
    assert dataset.interactions.times.tolist() == [1393675200, 1393675200]
    assert [dataset.items.ids[i] for i in dataset.interactions.items] == ["8", "7"]  # by the fraction
    assert catalogue.load("mine").fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    ("times", "unit", "expected", "warned"),
    [
        (["881250949", "-1"], None, [-1, 881250949], False),
        (["881250949000", "881250950500"], None, [881250949, 881250950], True),
        (["881250949000", "881250950500"], "ms", [881250949, 881250950], False),
        (["2014-03-01", "2014-02-28T23:59:59Z"], None, [1393631999, 1393632000], False),
        (["0", "0"], None, [0, 0], True),
    ],
)
def test_times(tmp_path, times, unit, expected, warned):
    path = tmp_path / "r.csv"
    path.write_text(f"who,what,at\na,b,{times[0]}\na,c,{times[1]}\n", encoding="utf-8")
    dataset = import_file(path, "mine", **COLUMNS, time="at", time_unit=unit)
    assert dataset.interactions.times.tolist() == expected
    assert ("warnings" in dataset.notes) == warned


@pytest.mark.parametrize(
    ("cell", "unit", "message"),
    [
        ("", None, "line 3, column 'at': expected a finite number, found an empty cell"),
        ("2014-03-01", None, "line 3, column 'at': expected a finite number, found '2014-03-01'"),
        ("yesterday", "date", "line 2, column 'at': expected a date such as"),
    ],
)
def test_missing_and_mixed_times(tmp_path, cell, unit, message):
    path = tmp_path / "r.csv"
    path.write_text(f"who,what,at\na,b,5\na,c,{cell}\n", encoding="utf-8")
    with pytest.raises(BadData, match=message):
        import_file(path, "mine", **COLUMNS, time="at", time_unit=unit)


def test_skipped_rows_and_duplicates_are_in_the_notes(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("who,what,stars\na,b,1\na,b,2\na,c\na,d,x\n", encoding="utf-8")
    dataset = import_file(path, "mine", **COLUMNS, rating="stars", on_bad_row="skip", duplicates="sum")
    notes = catalogue.load("mine").notes
    assert notes["rows skipped"] == 2
    assert "line 4" in notes["first of the rows skipped"]
    assert notes["duplicates"] == {"policy": "sum", "dropped": 1}
    assert dataset.interactions.ratings.tolist() == [3]
    kept = catalogue.load({"name": "mine", "duplicates": "keep"})
    assert kept.interactions.ratings.tolist() == [1, 2]


def test_the_order_of_rows_can_mean_something(tmp_path):
    path = tmp_path / "r.tsv"
    path.write_text("a\tz\na\ty\na\tx\n", encoding="utf-8")
    dataset = import_file(path, "mine", user="1", item="2", header=False, ordered=True)
    assert [dataset.items.ids[i] for i in dataset.interactions.items] == ["z", "y", "x"]
    assert catalogue.load("mine").interactions.ordered


def test_items_may_be_described(ratings, tmp_path):
    path = tmp_path / "items.csv"
    path.write_text('id,name,about,kinds\n007,"Bond, ""James""","two\nlines",spy|film\ncold,New,,\n', encoding="utf-8")
    columns = ItemColumns("id", title="name", text="about", features="kinds")
    import_file(ratings, "mine", **ALL, items_file=path, item_columns=columns)
    items = catalogue.load("mine").items
    assert items.ids == ("007", "1e5", "cold")
    assert items.titles == ('Bond, "James"', "1e5", "New")
    assert items.texts == ("two\nlines", "1e5", "New")
    assert items.feature_names == ("film", "spy")
    assert items.features.toarray().tolist() == [[1, 1], [0, 0], [0, 0]]


def test_items_described_twice(ratings, tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,name\na,A\na,B\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"items\.csv: item 'a' is described twice"):
        import_file(ratings, "mine", **ALL, items_file=path, item_columns=ItemColumns("id", title="name"))


def test_options_that_do_not_go_together(ratings):
    with pytest.raises(BadConfig, match="unit without a column of times"):
        import_file(ratings, "mine", **COLUMNS, time_unit="s")
    with pytest.raises(BadConfig, match="go together"):
        import_file(ratings, "mine", **COLUMNS, items_file=ratings)


def test_a_file_larger_than_the_memory_is_refused(ratings, home, monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1")
    with pytest.raises(Unsupported, match=r"ratings\.csv needs .* of memory, 0 bytes are available"):
        import_file(ratings, "mine", **ALL)
    assert not home.exists()


def test_usual_names_need_not_be_said(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("item,user,rating\nx,a,5\n", encoding="utf-8")
    dataset = import_file(path, "mine")
    assert (dataset.users.ids, dataset.items.ids, dataset.interactions.ratings) == (("a",), ("x",), None)
    other = tmp_path / "other.csv"
    other.write_text("item,usr\nx,a\n", encoding="utf-8")
    with pytest.raises(BadData, match="no column 'user'"):
        import_file(other, "other")


def test_interactions_and_items_may_have_different_formats(ratings, tmp_path):
    items = tmp_path / "items.jsonl"
    items.write_text('{"id":"007","kinds":["spy","film"]}\n{"id":5,"kinds":[]}\n', encoding="utf-8")
    columns = ItemColumns("id", features="kinds")
    side = import_file(ratings, "mine", **ALL, items_file=items, item_columns=columns).items
    assert (side.ids, side.feature_names) == (("007", "1e5", "5"), ("film", "spy"))
    separated = ratings.with_name("bars.csv")
    separated.write_text(CSV.replace(",", "|"), encoding="utf-8")
    again = import_file(separated, "bars", **ALL, separator="|", items_file=items, item_columns=columns)
    assert again.items.features.toarray().tolist() == side.features.toarray().tolist()
