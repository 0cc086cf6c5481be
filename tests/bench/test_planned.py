"""Splits that are made again when somebody needs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import planned
from bench.datasets import catalogue
from bench.datasets.imported import import_file
from bench.errors import BadData
from bench.planned import KEPT, Planned
from bench.splits.catalogue import make

FOLD = {"name": "k-fold", "folds": 5, "validation": 0.1, "per": "user", "seed": 0}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    planned._splits.clear()
    planned._datasets.clear()
    yield
    planned._splits.clear()
    planned._datasets.clear()


def _rows(path: Path, shift: int) -> Path:
    lines = [f"u{u},i{(u + shift * i) % 20:02}" for u in range(10) for i in range(1, 9)]
    path.write_text("user,item\n" + "\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8")
    return path


def _planned(spec: dict[str, Any]) -> Planned:
    return Planned.of({"name": "planned"}, spec, make(catalogue.load("planned"), spec))


def test_a_split_that_was_forgotten_is_made_again_and_is_the_same(tmp_path: Path):
    import_file(_rows(tmp_path / "a.csv", 1), "planned", user="user", item="item", replace=True)
    plans = [_planned({**FOLD, "fold": fold}) for fold in range(1, 6)]
    assert len(planned._splits) == KEPT < len(plans)
    assert [plan.make().fingerprint for plan in plans] == [plan.fingerprint for plan in plans]
    assert len(planned._splits) == KEPT
    assert plans[-1].make() is plans[-1].make()


def test_data_that_changed_in_the_meantime_are_refused(tmp_path: Path):
    import_file(_rows(tmp_path / "a.csv", 1), "planned", user="user", item="item", replace=True)
    plan = _planned({**FOLD, "fold": 1})
    planned._splits.clear()
    import_file(_rows(tmp_path / "b.csv", 3), "planned", user="user", item="item", replace=True)
    with pytest.raises(BadData, match="data set 'planned' changed after the matrix was planned"):
        plan.make()
