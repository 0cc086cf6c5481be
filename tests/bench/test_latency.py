"""How long one user waits: what is measured, and that nothing that goes wrong there costs a finished result."""

from __future__ import annotations

import importlib.util
import re
import time
from pathlib import Path

import numpy as np
import pytest
from harness import Bench, distribution, popularity_matrix, run_here
from record_cases import record as made_up

from bench import latency, registry, runner, sources
from bench.records import Record
from bench.store import Store
from bench.types import Query

SPOILS = """
import ctypes, os, sys, time

from zoo.tame import Tame


class Raises(Tame):
    name = "spoils-raises"

    def alone(self):
        raise ValueError("nobody asks me alone at https://me:word@host.example/list")

    def recommend(self, query, k, *, hide_seen=True):
        if len(query) == 1:
            self.alone()
        return super().recommend(query, k, hide_seen=hide_seen)


class Crashes(Raises):
    name = "spoils-crashes"

    def alone(self):
        ctypes.string_at(0)


class Leaves(Raises):
    name = "spoils-leaves"

    def alone(self):
        sys.exit(0)


class Hangs(Raises):
    name = "spoils-hangs"

    def alone(self):
        time.sleep(600)


class Changes(Raises):
    name = "spoils-changes"

    def alone(self):
        self.counts[:] = 0
"""
NAMES = ("Raises", "Crashes", "Leaves", "Hangs", "Changes")


class Counting:
    """Answers after a while, and remembers who asked."""

    def __init__(self, seconds: float = 0) -> None:
        self.seconds = seconds
        self.asked: list[int] = []

    def recommend(self, query: Query, k: int) -> None:
        assert (len(query), k) == (1, 10)
        self.asked += query.keys.tolist()
        time.sleep(self.seconds)


def _questions(n: int) -> Query:
    numbers = np.arange(n, dtype=np.int64)
    return Query(numbers, numbers.astype(np.int32), np.zeros(n + 1, np.int64), np.empty(0, np.int32), None, None, 9)


def test_200_questions_of_many_are_asked_one_at_a_time_the_same_each_time():
    first, second = Counting(), Counting()
    found = latency.measure(first, _questions(1000))  # type: ignore[arg-type]
    latency.measure(second, _questions(1000))  # type: ignore[arg-type]
    assert found["questions"] == 200
    assert first.asked == second.asked
    assert first.asked[:3] == first.asked[3:6], "the first three are asked twice: they warm up"
    assert len(set(first.asked)) == 200
    assert max(first.asked) > 500, "not only those that come first"
    assert 0 < found["p50"] <= found["p95"] <= found["p99"]


def test_percentiles_of_known_waits():
    found = latency._summary([float(wait) for wait in range(101)])
    assert found == {"questions": 101, "p50": 50.0, "p95": 95.0, "p99": 99.0}


def test_few_questions_are_all_asked_and_none_give_no_numbers():
    asked = Counting()
    assert latency.measure(asked, _questions(2))["questions"] == 2  # type: ignore[arg-type]
    assert sorted(asked.asked) == [0, 0, 1, 1]
    assert latency.measure(Counting(), _questions(0)) == {}  # type: ignore[arg-type]


def test_it_stops_when_its_time_is_over_and_says_how_many_were_asked():
    slow = Counting(0.05)
    began = time.perf_counter()
    found = latency.measure(slow, _questions(100), patience=0.4)  # type: ignore[arg-type]
    assert time.perf_counter() - began < 4
    assert 1 <= found["questions"] == len(slow.asked) - 3 < 10
    assert found["p50"] >= 0.05


def test_one_question_is_measured_even_when_the_warm_up_takes_all_the_time():
    slow = Counting(0.02)
    assert latency.measure(slow, _questions(100), patience=0.01)["questions"] == 1  # type: ignore[arg-type]
    assert len(slow.asked) == 2


@pytest.fixture
def spoiling(with_zoo: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {f"spoils-{name.lower()}": f"spoiling:{name}" for name in NAMES}
    folder = distribution(tmp_path / "plug-ins", "spoiling", points, {"spoiling": SPOILS})
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    for cached in (registry.entries, sources.path_of):
        cached.cache_clear()


def _one(algorithm: str, folder: Path) -> tuple[Store, Record]:
    store = Store(folder / algorithm, create=True)
    (record,) = run_here(popularity_matrix(algorithm), store)
    return store, record


def test_a_cell_says_how_long_one_user_waits(small_data: None, tmp_path: Path):
    store, record = _one("popularity", tmp_path)
    assert record.latency["questions"] == record.counts["questions"] <= 200
    assert 0 < record.latency["p50"] <= record.latency["p99"] < 5
    assert "latency" in record.phases
    assert store.records()[0].latency == record.latency


@pytest.mark.parametrize(
    ("algorithm", "warning"),
    [
        (
            "spoils-raises",
            r"latency is not measured: ValueError: nobody asks me alone at https://\*\*\*@host.example/list",
        ),
        ("spoils-crashes", "latency is not measured: the process ended"),
        ("spoils-leaves", "latency is not measured: the process ended"),
        ("spoils-hangs", "latency is not measured: over the limit of 1 s for phase latency"),
    ],
)
def test_a_failure_while_latency_is_measured_is_a_warning(
    algorithm: str, warning: str, spoiling: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if algorithm == "spoils-hangs":  # the others take the time that a busy machine needs
        monkeypatch.setattr(runner, "LATENCY_PATIENCE", 1.0)
        monkeypatch.setattr(runner, "EXIT_GRACE", 0.5)
    store, record = _one(algorithm, tmp_path)
    assert (record.status, record.reason, record.latency) == ("ok", "", {})
    assert len([text for text in record.warnings if text.startswith("latency")]) == 1
    assert [text for text in record.warnings if re.fullmatch(warning, text)], record.warnings
    assert len(store.answers(record).lists.items) == record.counts["questions"]


def test_what_an_algorithm_does_while_latency_is_measured_changes_no_answer(spoiling: None, tmp_path: Path):
    store, changed = _one("spoils-changes", tmp_path)
    other, plain = _one("zoo-tame", tmp_path)
    assert changed.latency["questions"] > 0
    np.testing.assert_array_equal(store.answers(changed).lists.items, other.answers(plain).lists.items)


def test_show_tells_the_waits_and_the_energy(kept_store: Store, bench: Bench):
    kept_store.commit(
        kept_store.begin(),
        made_up(
            status="failed",
            latency={"questions": 12, "p50": 0.0012, "p95": 0.25, "p99": 1.5},
            energy={"joules": 1234.5, "kind": "estimated"},
            key="09" * 32,
        ),
    )
    shown = bench("show", "0909", "--store", bench.store).stdout
    assert re.search(
        r"one list of 10 +p50 1.20 ms, p95 250.00 ms, p99 1500.00 ms \(12 questions, one at a time\)", shown
    )
    assert re.search(r"energy +1,234.5 J \(estimated\)", shown)
    shown = bench("show", kept_store.records()[-1].key[:8], "--store", bench.store).stdout
    assert re.search(r"one list of 10 +p50 .* ms", shown)
    metered = importlib.util.find_spec("codecarbon") is not None  # an extra
    assert re.search(r"energy +[\d,.]+ J \((measured|estimated)\)" if metered else r"energy +unavailable", shown)
