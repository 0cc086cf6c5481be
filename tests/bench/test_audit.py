"""The leakage audit on splits whose leaks are known, and the two algorithms that cheat."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from command_line import Call
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from bench.audit import Finding, _found_by_popularity, audit, leaks
from bench.canaries import sing
from bench.datasets.build import build
from bench.splits import given
from bench.splits.asking import Asking
from bench.splits.catalogue import make
from bench.types import Dataset, Hidden, Split

# u1 has a … d, u2 has a, b, d, e; the times count up through the rows.
ROWS = [("u1", "a", 10), ("u1", "b", 20), ("u1", "c", 30), ("u1", "d", 60)]
ROWS += [("u2", "a", 5), ("u2", "b", 15), ("u2", "d", 25), ("u2", "e", 70)]


def _dataset(times: bool = True, **options: Any) -> Dataset:
    users, items, when = zip(*ROWS, strict=True)
    return build("made", users, items, times=when if times else None, **options)


def _rows(*rows: tuple[str, str, int]) -> given.Rows:
    users, items, times = zip(*rows, strict=True)
    return given.Rows(users, items, times=times)


def _by_name(split: Split) -> dict[str, Finding]:
    return {finding.check: finding for finding in audit(split)}


def test_a_clean_split_has_no_leak():
    found = _by_name(make(_dataset(), {"name": "last-out"}))
    assert leaks([finding.as_dict() for finding in found.values()]) == []
    assert found["test pairs seen before"] == replace(found["test pairs seen before"], count=0, of=2, verdict="ok")
    assert found["validation pairs seen before"].count == 0
    assert found["training after a user's own test"].count == 0
    late = found["training after the first test"]
    assert (late.count, late.of, late.verdict) == (0, 4, "ok")  # the first test is at 60, training ends at 20
    cold = found["test items not in training"]
    assert (cold.count, cold.of, cold.verdict) == (2, 2, "notice")  # d is u2's validation, e nobody's
    assert found["test users not in training"].verdict == "ok"


def test_a_pair_in_both_parts_is_a_leak():
    split = given.from_rows(_dataset(), _rows(*ROWS[:3], *ROWS[4:7]), _rows(ROWS[2], ROWS[7]))
    found = _by_name(split)["test pairs seen before"]
    assert (found.count, found.of, found.verdict) == (1, 2, "leak")
    assert leaks([found.as_dict()]) == ["test pairs seen before: 1 of 2"]


def test_training_after_the_test_is_a_leak_where_the_protocol_promises_the_order():
    split = given.from_rows(_dataset(), _rows(*ROWS[1:4], *ROWS[5:]), _rows(ROWS[0], ROWS[4]))
    later = _by_name(split)["training after a user's own test"]
    assert (later.count, later.of, later.verdict) == (6, 6, "notice")
    promised = _by_name(replace(split, name="user-time"))["training after a user's own test"]
    assert promised.verdict == "leak"
    others = _by_name(replace(split, name="time-cut"))["training after the first test"]
    assert (others.count, others.verdict) == (6, "leak")


def _latecomers() -> Dataset:
    """Six users, each with i0 … i5 at the seconds 10 … 15."""
    users, items, when = zip(*((f"u{u}", f"i{i}", 10 + i) for u in range(6) for i in range(6)), strict=True)
    return build("late", users, items, times=when)


def test_a_history_after_its_own_test_is_told():
    drawn = make(_latecomers(), {"name": "user-holdout", "test": 0.9, "validation": 0, "shown": 0.5})
    found = _by_name(drawn)["history after its own test"]
    late = 0
    for row in range(len(drawn.test)):
        question = drawn.test.slice(row, row + 1)
        assert question.times is not None
        assert question.query.times is not None
        late += sum(time > min(question.times.tolist()) for time in question.query.times.tolist())
    assert late > 0
    assert (found.count, found.of, found.verdict) == (late, len(drawn.test) * 3, "notice")
    assert _by_name(drawn)["training after a user's own test"].count == 0  # these users do not train


def test_a_history_after_its_own_test_is_a_leak_where_the_protocol_promises_the_order():
    spec = {"name": "user-holdout", "validation": 0}
    early, drawn = (make(_latecomers(), {**spec, "by": by}) for by in ("time", "random"))
    assert _by_name(early)["history after its own test"].verdict == "ok"
    assert _by_name(replace(drawn, params=early.params))["history after its own test"].verdict == "leak"
    cold = make(_latecomers(), {"name": "cold-users", "validation": 0, "shown": 2})
    assert _by_name(cold)["history after its own test"].verdict == "ok"
    assert _by_name(replace(cold, test=drawn.test))["history after its own test"].verdict == "leak"


def test_a_pair_in_validation_and_test_is_a_leak_though_no_history_has_it():
    asking = Asking(history="train")
    split = given.from_rows(_dataset(), _rows(*ROWS[:2], *ROWS[4:7]), _rows(ROWS[2], ROWS[7]), _rows(ROWS[2]), asking)
    found = _by_name(split)
    assert (found["test pairs seen before"].count, found["test pairs seen before"].verdict) == (1, "leak")
    assert found["validation pairs seen before"].verdict == "ok"


def test_duplicates_of_parts_that_are_brought_along_are_those_in_them():
    split = given.from_rows(_dataset(), _rows(*ROWS[:2], ROWS[0], *ROWS[4:7]), _rows(ROWS[2], ROWS[7]))
    found = _by_name(split)["duplicates"]
    assert (found.count, found.of, found.verdict) == (1, 6, "notice")


def test_without_times_nobody_can_tell():
    split = make(_dataset(times=False), {"name": "random", "validation": 0})
    for name in ("training after a user's own test", "history after its own test", "training after the first test"):
        assert (_by_name(split)[name].count, _by_name(split)[name].verdict) == (None, "unknown")
    song = sing(split)
    assert song.sound
    assert song.seer == {}
    assert "no times" in song.reason


def test_duplicates_and_filters_are_told():
    twice = _dataset(duplicates="keep")
    doubled = build("made", *zip(*[row[:2] for row in ROWS + ROWS[:1]], strict=True), duplicates="keep", ordered=True)
    assert _by_name(make(twice, {"name": "last-out"}))["duplicates"].verdict == "ok"
    found = _by_name(make(doubled, {"name": "last-out"}))["duplicates"]
    assert (found.count, found.of, found.verdict) == (1, 9, "notice")
    cored = replace(_dataset(), notes={**_dataset().notes, "filters": {"k_core": 2}})
    assert _by_name(make(cored, {"name": "last-out"}))["k-core before the split"].verdict == "notice"


def _slow_popularity(split: Split, counts: Any) -> int:
    order = sorted(range(split.train.n_items), key=lambda item: (-counts[item], item))
    hits = 0
    for row in range(len(split.test)):
        part = split.test.slice(row, row + 1)
        hidden = set((part.query.items if part.hidden is None else part.hidden.items).tolist())
        listed = [item for item in order if item not in hidden][:10]
        hits += sum(item in listed for item in part.items.tolist())
    return hits


@for_all(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 29), st.integers(0, 9)), min_size=20, max_size=80),
    everything=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_repeating_popularity_is_counted_as_a_slow_ranking_does(rows: list[tuple[int, int, int]], everything: bool):
    users, items, times = zip(*rows, strict=True)
    dataset = build("made", [f"u{u}" for u in users], [f"i{i:02}" for i in items], times=times)
    if not (np.diff(dataset.interactions.offsets) > 1).any():
        return
    split = make(dataset, {"name": "random", "test": 0.4, "validation": 0})
    if everything:  # nothing is hidden
        nothing = Hidden(np.zeros(len(split.test) + 1, np.int64), np.empty(0, np.int32))
        split = replace(split, test=replace(split.test, hidden=nothing))
    for part in (split.train.items, split.test.items):
        counts = np.bincount(part, minlength=split.train.n_items)
        assert _found_by_popularity(split.test, counts) == _slow_popularity(split, counts)


@pytest.mark.parametrize("spec", [{"name": "user-time"}, {"name": "last-out"}, {"name": "random"}])
def test_the_oracle_is_perfect(spec: dict[str, Any]):
    song = sing(make(_dataset(), spec))
    assert song.sound
    assert set(song.oracle.values()) == {1.0}


def test_the_oracle_finds_a_split_that_hides_its_own_answers():
    split = given.from_rows(_dataset(), _rows(*ROWS[:3], *ROWS[4:7]), _rows(ROWS[2], ROWS[7]))
    assert not sing(split).sound


def _drifting() -> Dataset:
    """At first people take anything; later each takes only what their group takes. The past tells nothing of that."""
    rng = np.random.default_rng(0)
    rows: list[tuple[str, str, int]] = []
    for user in range(100):
        early = rng.choice(100, 12, replace=False)
        late = 20 * (user % 5) + rng.choice(20, 12, replace=False)
        rows += [(f"u{user:03}", f"i{item:02}", int(rng.integers(1000))) for item in early]
        rows += [(f"u{user:03}", f"i{item:02}", 1000 + int(rng.integers(1000))) for item in late]
    users, items, times = zip(*rows, strict=True)
    return build("drifting", users, items, times=times)


def test_the_seer_gains_by_the_future_and_not_only_by_more_data():
    seer = sing(make(_drifting(), {"name": "random"})).seer
    past, much, everything = (seer[knows] or 0 for knows in ("past", "as much", "all"))  # type: ignore[index]
    assert much - past > 0.01
    assert everything > much


def test_shuffled_times_leave_nothing_to_see():
    """Without any order the seer gains by more data alone."""
    data = _drifting()
    ids, names = data.users.ids, data.items.ids
    users, items = ([ids[u] for u in data.interactions.users], [names[i] for i in data.interactions.items])
    shuffled = build("shuffled", users, items, times=np.random.default_rng(1).permutation(len(users)))
    seer = sing(make(shuffled, {"name": "random"})).seer
    past, much, everything = (seer[knows] or 0 for knows in ("past", "as much", "all"))  # type: ignore[index]
    assert abs(much - past) < 0.05
    assert everything - much > 0.05


def test_the_seer_gains_nothing_where_there_is_no_future():
    dataset = _drifting()
    data = dataset.interactions
    assert data.times is not None
    cut = [data.times < 900, data.times >= 900]
    ids, names = dataset.users.ids, dataset.items.ids
    parts = [
        given.Rows([ids[u] for u in data.users[m]], [names[i] for i in data.items[m]], times=data.times[m]) for m in cut
    ]
    song = sing(given.from_rows(dataset, *parts))
    assert song.seer["past"] == song.seer["as much"] == song.seer["all"]


def test_bench_audit_says_what_it_found_and_fails_for_a_leak(small_data: None, call: Call, tmp_path: Any):
    done = call("audit", "--datasets", "tiny", "--splits", "user-time,random", "--canaries")
    assert done.code == 0
    assert "oracle: ndcg@10 1.000000" in done.stdout
    assert "test pairs seen before" in done.stdout
    rows = "user,item\nu000,i001\nu001,i002\n"
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    matrix = tmp_path / "matrix.toml"
    split = f'{{ name = "given", train = "{tmp_path}/train.csv", test = "{tmp_path}/test.csv" }}'
    text = f'[matrix]\ndatasets = ["tiny"]\nsplits = [{split}]\n[[algorithms]]\nname = "popularity"\n'
    matrix.write_text(text, encoding="utf-8")
    done = call("audit", matrix)
    assert done.code == 1, done.stdout
    assert "leak" in done.stdout


def test_bench_audit_goes_on_after_a_split_that_cannot_be_made(small_data: None, call: Call, tmp_path: Any):
    matrix = tmp_path / "matrix.toml"
    splits = '["random", { name = "time-cut", cut = "2999-01-01" }, "last-out"]'
    matrix.write_text(f"[matrix]\ndatasets = ['tiny']\nsplits = {splits}\n[[algorithms]]\nname = 'random'\n", "utf-8")
    done = call("audit", matrix)
    assert done.code == 0, done.stderr
    assert "cannot be divided: data set 'tiny', split 'time-cut': the moment 2999-01-01 is not within" in done.stdout
    assert done.stdout.count("test pairs seen before") == 2
    found = json.loads(call("audit", matrix, "--json").stdout)
    assert ["problem" in entry for entry in found] == [False, True, False]
