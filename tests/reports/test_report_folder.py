"""The folder of a report: what is in it, what a later report takes away, and what it does when it cannot be written."""

import pytest
import synthetic_store as synthetic

import reports
from bench.errors import BadConfig, StoreError
from reports.load import load
from reports.output import write_results

RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]


@pytest.fixture
def store(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(8))
    return made


def test_folder_is_complete_and_nothing_else_is_left(store, tmp_path):
    synthetic.put(store, synthetic.record("a"), synthetic.answers(RANKS))
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.txt").write_text("keep", encoding="utf-8")
    path = reports.write(store, tmp_path / "report")
    found = {str(p.relative_to(path.parent)) for p in path.parent.rglob("*") if p.is_file()}
    pictures = {
        f"figures/movielens-small-user-time-{k}.{t}"
        for k in ("quality", "tradeoff", "memory", "cutoffs")
        for t in ("svg", "png", "csv")
    }
    tables = {f"tables/comparison.{kind}" for kind in ("csv", "md", "tex")} | {
        f"tables/{name}.csv" for name in ("slices", "costs", "differences", "attempts")
    }
    assert found == {"index.html", "matrix.toml", "files.txt", "mine.txt"} | pictures | tables
    assert {p.name for p in tmp_path.iterdir()} == {"store", "report"}


def test_what_an_earlier_report_wrote_and_this_one_does_not_is_gone(store, tmp_path):
    synthetic.put(store, synthetic.record("a"), synthetic.answers(RANKS))
    page = reports.write(store, tmp_path / "report")
    mine = [page.parent / name for name in ("notes.md", "figures/mine.png", "figures/deep/b.png")]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("keep", encoding="utf-8")
    with (page.parent / "files.txt").open("a", encoding="utf-8") as listed:
        listed.write("notes.md\nfigures/../notes.md\nfigures/deep/b.png\n/etc/hostname\ntables/never.csv\n")
    write_results(load(store), page.parent, [])
    assert (page.parent / "tables" / "changes.csv").is_file()
    reports.write(store, page.parent)
    assert not (page.parent / "tables" / "changes.csv").exists()
    assert (page.parent / "tables" / "costs.csv").is_file() and all(path.is_file() for path in mine)


def test_a_report_is_the_same_whenever_it_is_written(store, tmp_path):
    synthetic.put(store, synthetic.record("a"), synthetic.answers(RANKS))
    one, two = (reports.write(store, tmp_path / name).parent for name in ("one", "two"))
    for path in sorted(p for p in one.rglob("*") if p.is_file()):
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path.name


def test_a_folder_that_cannot_be_written_is_a_store_error(store, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot write"):
        reports.write(store, tmp_path / "file" / "report")


def test_an_unknown_metric_writes_nothing(store, tmp_path):
    with pytest.raises(BadConfig):
        reports.write(store, tmp_path / "report", metrics=["nonsense@10"])
    assert not (tmp_path / "report").exists()
