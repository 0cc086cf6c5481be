"""How often the test part was opened: counted for each attempt that saw it, and not forgotten."""

from dataclasses import replace

import pytest
from harness import popularity_matrix, run_here
from record_cases import record

from bench import openings
from bench.merging import merge
from bench.records import Phase
from bench.store import Store


@pytest.fixture
def store(small_data, tmp_path):
    return Store(tmp_path / "store", create=True)


def test_each_attempt_that_saw_it_is_noted_once(store):
    (first,) = run_here(popularity_matrix(), store)
    run_here(popularity_matrix(), store)  # kept, not run
    (found,) = openings.noted(store.folder)
    assert (found.attempt, found.split, found.label) == (first.attempt, first.split_hash, "popularity")
    run_here(popularity_matrix(), store, rerun="all")
    assert len(openings.noted(store.folder)) == 2
    assert openings.said(openings.noted(store.folder)) == "2 times, for 1 cell: popularity (2 times)"


def test_what_failed_before_it_had_learnt_has_seen_nothing():
    assert openings.opening(record(status="failed", phases={"load": Phase(1, 1, 1)})) is None
    assert openings.opening(record(status="failed", phases={"load": Phase(1, 1, 1), "fit": Phase(1, 1, 1)}))


def test_a_deleted_attempt_stays_known_and_an_older_store_is_counted(store):
    (made,) = run_here(popularity_matrix(), store)
    assert [one.attempt for one in openings.every(store.folder, [])] == [made.attempt]
    (store.folder / openings.LEDGER).unlink()
    assert [one.attempt for one in openings.every(store.folder, store.records())] == [made.attempt]
    assert openings.said([]) == "never"


def test_half_a_line_harms_no_other(store):
    run_here(popularity_matrix(), store)
    path = store.folder / openings.LEDGER
    path.write_text('{"attempt": "x", "ke\n' + path.read_text(encoding="utf-8") + '[1]\n{"att', encoding="utf-8")
    run_here(popularity_matrix(), store, rerun="all")
    assert len(openings.noted(store.folder)) == 2


def test_merged_stores_know_the_openings_of_all(store, tmp_path):
    run_here(popularity_matrix(), store)
    other = Store(tmp_path / "other", create=True)
    run_here(popularity_matrix("random"), other)
    for _ in range(2):
        merge([other], store)
    assert sorted(one.label for one in openings.noted(store.folder)) == ["popularity", "random"]
    several = [replace(one, label=f"{n}", key=f"{n}") for n in range(3) for one in openings.noted(other.folder)]
    assert openings.said(several) == "3 times, for 3 cells: 0, 1, 2"
