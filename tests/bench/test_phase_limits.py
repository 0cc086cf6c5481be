"""Limits of time for single phases: read, refused, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import popularity_matrix, run_here

from bench.errors import BadConfig
from bench.limits import Limits
from bench.matrix import AlgorithmSpec, Matrix, read
from bench.store import Store


def _file(folder: Path, limits: str) -> Path:
    path = folder / "matrix.toml"
    path.write_text(f'[[algorithms]]\nname = "popularity"\nlimits = {limits}\n', encoding="utf-8")
    return path


def test_phases_have_limits_of_their_own(tmp_path: Path):
    text = '{ time = "5m", fit = "3m", recommend = "1m", predict = "10s", memory = "2GB" }'
    (spec,) = read(_file(tmp_path, text)).algorithms
    assert (spec.limits.time, spec.limits.memory) == (300.0, 2e9)
    assert spec.limits.phases() == {"fit": 180.0, "recommend": 60.0, "predict": 10.0}
    assert Limits(time="5m").phases() == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ('{ recomend = "1m" }', r"line 3: unknown key 'recomend'.*recommend"),
        ('{ latency = "1m" }', r"line 3: unknown key 'latency'"),
        ('{ fit = "1GB" }', r"line 3: .*'1GB' is not a number above 0 with one of the units s, m, h, d"),
        ("{ fit = 60 }", r"line 3: .*'60' is not a number above 0"),
    ],
)
def test_unknown_phases_and_wrong_units_are_errors(limits: str, message: str, tmp_path: Path):
    with pytest.raises(BadConfig, match=message):
        read(_file(tmp_path, limits))


def _slow(seconds: float, **limits: str) -> Matrix:
    spec = AlgorithmSpec(name="zoo-slow", params={"seconds": seconds}, limits=Limits(**limits))  # type: ignore[arg-type]
    return Matrix(matrix=popularity_matrix().matrix, algorithms=[spec])


def test_a_phase_over_its_limit_is_a_timeout_that_names_the_phase(with_zoo: None, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(_slow(600, time="5m", fit="0.5s"), store)
    assert (record.status, record.reason) == ("timeout", "over the limit of 0.5 s for phase fit")
    assert record.limits["time"] == 300.0
    assert record.limits["fit"] == 0.5
    assert record.wall < 60


def test_the_limit_of_a_phase_counts_no_other_phase(with_zoo: None, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(_slow(2.5, recommend="2s"), store)
    assert record.status == "ok", record.reason
    assert record.phases["fit"].wall > 2
