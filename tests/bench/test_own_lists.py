"""An algorithm's own `recommend`, held to the rules in the process of its cell: each fault is counted and shown."""

from __future__ import annotations

import pytest
from harness import Bench

from bench.records import Record

FAULTS = {
    "twice": "an item twice",
    "unknown": "unknown item numbers",
    "negative": "unknown item numbers",
    "seen": "seen items",
    "unsorted": "scores not in falling order",
    "nan": "NaN scores",
    "infinite": "infinite scores",
}
WHOLE = {
    "too-many": "recommend returned int32 items of shape (40, 11), not (40, 10)",
    "nothing": "recommend returned NoneType, not a TopK",
}


MATRIX = f"""
[matrix]
datasets = ["tiny"]
[[algorithms]]
name = "zoo-own-lists"
grid = {{ kind = {[*FAULTS, *WHOLE, "short"]} }}
[[algorithms]]
name = "zoo-tame"
"""


@pytest.fixture(scope="module")
def records(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """The record for each kind of list, and that of the algorithm with the usual ones."""
    bench = Bench(tmp_path_factory.mktemp("lists"))
    done = bench.run(bench.matrix(MATRIX), "--jobs", 2)
    assert done.returncode == 1, done.stderr
    return {record.slot.params.get("kind", "usual"): record for record in bench.records()}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_counted_for_each_list_with_five_examples(kind: str, records: dict[str, Record]):
    assert records[kind].status == "invalid_output"
    head, _, examples = records[kind].reason.partition(" lists are wrong: ")
    assert head == "recommend: 20 of 40"
    assert examples.split("; ") == [f"question {number}: {FAULTS[kind]}" for number in (0, 2, 4, 6, 8)]


@pytest.mark.parametrize("kind", WHOLE)
def test_what_is_no_list_of_the_length_asked_for_is_refused(kind: str, records: dict[str, Record]):
    assert (records[kind].status, records[kind].reason) == ("invalid_output", WHOLE[kind])


def test_fewer_items_are_allowed_and_counted(records: dict[str, Record]):
    assert records["short"].status == records["usual"].status == "ok"
    assert records["short"].counts["short"] == 20
    assert records["usual"].counts["short"] == 0
    assert records["short"].files["ranks.parquet"]["sha256"] == records["usual"].files["ranks.parquet"]["sha256"]
