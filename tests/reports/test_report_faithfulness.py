"""What the section of an algorithm says of its reasons."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from reports import profiles

TRUE = {"questions": 50, "named": 8.0, "random": 1.0, "further": 0.75, "unexplained": 0}
LESS = {"questions": 50, "named": 4.0, "random": 0.0, "further": 0.25, "unexplained": 0}
SKIPPED = {"skipped": "3 of 50 questions took longer than 10 s"}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([{}], []),
        (
            [TRUE],
            [
                ("Ranks lost without the reasons", "8.0, without random items 1.0"),
                ("Reasons cost more ranks", "in 75% of questions"),
            ],
        ),
        (
            [TRUE, SKIPPED, LESS],
            [
                ("Ranks lost without the reasons", "6.0, without random items 0.5"),
                ("Reasons cost more ranks", "in 50% of questions"),
            ],
        ),
        ([{}, SKIPPED], [("Ranks lost without the reasons", f"not measured: {SKIPPED['skipped']}")]),
    ],
)
def test_seeds_are_averaged_and_a_reason_stands_where_there_is_no_number(found: list[dict[str, Any]], told: list[Any]):
    row: Any = SimpleNamespace(cells=[SimpleNamespace(record=SimpleNamespace(faithfulness=one)) for one in found])
    assert list(profiles._faithfulness(row)) == told
