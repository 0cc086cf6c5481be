"""Records as text, and hashes that stand for what they are made of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_cases import record

from bench.errors import BadData, StoreError
from bench.records import FORMAT, Phase, Record, Slot, canonical, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2, width=16) | st.text('ab,"[]{}: -1', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


def _typed(value: Any) -> Any:
    """A value that is equal to another only if types agree as well: in Python 1 == 1.0 == True, and 0.0 == -0.0."""
    if isinstance(value, dict):
        return {key: _typed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_typed(entry) for entry in value]
    return (type(value).__name__, repr(value))


@given(JSON, JSON)
@settings(max_examples=300, deadline=None)
def test_different_values_never_share_their_canonical_text(left: Any, right: Any):
    assert (canonical(left) == canonical(right)) == (_typed(left) == _typed(right))


def test_the_order_of_keys_does_not_matter_and_the_order_of_values_does():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    values = [[-1, 2], [1, 2], [1, -2], [12], ["1", "2"], ["1, 2"], "[1,2]", [1, 2.0], [2, 1], [[1], 2]]
    assert len({digest(value) for value in values}) == len(values)


def test_slots_differ_where_a_person_means_something_else():
    base = Slot({"name": "d"}, {"name": "s"}, "a", {"k": 1}, 0)
    others = [
        replace(base, dataset={"name": "d", "k_core": 5}),
        replace(base, split={"name": "s", "test": 0.1}),
        replace(base, algorithm="b"),
        replace(base, params={"k": 2}),
        replace(base, seed=1),
    ]
    assert len({slot.id for slot in [base, *others]}) == 6
    assert replace(base, params={"k": 1}).id == base.id


def test_a_record_survives_its_text():
    full = record(
        reason="weird: \x1b[31m \u202e </script> ü",
        phases={"fit": Phase(1.5, 1.25, 10**10)},
        counts={"questions": 3},
        curve=[{"epoch": 1, "loss": 0.5}],
        warnings=["w"],
        files={"log.txt": {"sha256": "0" * 64, "bytes": 0}},
        latency={"questions": 3, "p50": 0.001, "p95": 0.002, "p99": 0.003},
        energy={"joules": 12.5, "kind": "estimated"},
        load={"before": 0.5, "after": None},
    )
    assert Record.from_json(full.to_json(), "here") == full


def test_a_record_of_an_older_version_may_lack_what_came_later():
    raw = json.loads(record().to_json())
    for name in ("warnings", "curve", "provenance", "counts", "latency", "energy", "load"):
        del raw[name]
    assert Record.from_json(json.dumps(raw), "here") == record()


def test_a_newer_format_is_refused_and_both_versions_are_named():
    raw = json.loads(record().to_json()) | {"format": FORMAT + 1, "something new": 1}
    with pytest.raises(StoreError, match=f"^here: written in format {FORMAT + 1}, .* only up to {FORMAT}$"):
        Record.from_json(json.dumps(raw), "here")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"format": "x"}', '{"format": 1}', '{"format": null}'])
def test_what_is_no_record_is_bad_data_that_names_the_place(text: str):
    with pytest.raises(BadData, match=r"^here: corrupt"):
        Record.from_json(text, "here")
