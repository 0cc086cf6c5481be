"""What the store keeps of a split for metrics: it comes back, older stores lack it, and it tells no answer."""

import json
from dataclasses import replace

import numpy as np
import pytest
from metric_cases import answers_from

from bench import context_io
from bench.background import background_of
from bench.context import context_of
from bench.datasets.build import build
from bench.errors import StoreError
from bench.files import SEALS, sha256
from bench.metrics.registry import describe, measure
from bench.metrics.slices import slices
from bench.splits.catalogue import make
from bench.store import Store
from bench.types import HeldOut, Query, frozen

HASH = "5a" * 32
ARRAYS = ("users", "items", "offsets", "history", "quarters")
PROTOCOLS = [
    {"name": "user-time", "test": 0.2, "validation": 0.2},
    {"name": "user-time", "test": 0.2, "validation": 0.2, "fit_on": "train+validation"},
    {"name": "user-time", "test": 0.2, "history": "train"},
    {"name": "last-out"},
    {"name": "random", "test": 0.3},
]


def rows(count=150, seed=1):
    rng = np.random.default_rng(seed)
    users, items = rng.integers(0, 12, count), rng.integers(0, 20, count)
    return [f"u{u}" for u in users], [f"i{i}" for i in items], rng.integers(0, 10**6, count).tolist()


def dataset(**options):
    users, items, times = rows()
    genres = {f"i{i}": ["even"] if i % 2 == 0 else ["odd", "prime"] for i in range(3, 20)}
    return build("toy", users, items, times=times, item_features=genres, **options)


def keys(people, items):
    return set(zip(people.tolist(), items.tolist(), strict=True))


def told(split):
    """(person, item) pairs that the background tells."""
    background = background_of(split)
    people = np.repeat(split.test.askers, background.lengths)
    return keys(background.users, background.items) | keys(people, background.history)


@pytest.fixture
def split():
    return make(dataset(), PROTOCOLS[0])


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", create=True)


def test_what_was_written_comes_back(split, store):
    findings = ({"check": "pairs", "count": 0}, {"check": "times", "count": None})
    written = replace(context_of(split), audit=findings, candidates="a few of them")
    store.put_context(HASH, written)
    found = store.context(HASH)
    assert (found.audit, found.candidates) == (findings, "a few of them")
    for name in ARRAYS:
        expected, array = getattr(written.background, name), getattr(found.background, name)
        np.testing.assert_array_equal(array, expected)
        assert array.dtype == expected.dtype
    assert found.background.feature_names == ("even", "odd", "prime")
    np.testing.assert_array_equal(found.background.features.toarray(), split.dataset.items.features.toarray())


def test_a_data_set_without_times_and_features(store):
    users, items, _ = rows()
    store.put_context(HASH, context_of(make(build("plain", users, items), {"name": "random", "test": 0.2})))
    found = store.context(HASH).background
    assert (found.quarters, found.features, found.feature_names) == (None, None, ())


def test_the_heavy_part_is_read_once_and_only_when_asked_for(split, store, monkeypatch):
    store.put_context(HASH, context_of(split))
    read, original = [], context_io.read_table
    monkeypatch.setattr(context_io, "read_table", lambda path: read.append(path.name) or original(path))
    found = store.context(HASH)
    assert sorted(read) == ["items.parquet", "users.parquet"]
    assert found.background is found.background
    assert sorted(read[2:]) == ["features.parquet", "histories.parquet", "questions.parquet", "training.parquet"]


def made_older(folder):
    """Take away what older versions did not write."""
    for name in ("training", "questions", "histories", "features"):
        (folder / f"{name}.parquet").unlink()
    facts = json.loads((folder / "facts.json").read_text())
    for name in ("audit", "candidates", "feature_names"):
        del facts[name]
    (folder / "facts.json").write_text(json.dumps(facts))
    seals = {path.name: sha256(path) for path in folder.iterdir() if path.name != SEALS}
    (folder / SEALS).write_text(json.dumps(seals))


def test_a_context_of_an_older_version_leaves_some_metrics_undefined(split, store):
    store.put_context(HASH, context_of(split))
    made_older(store.folder / "context" / HASH)
    found = store.context(HASH)
    assert (found.background, found.audit, found.candidates) == (None, (), "")
    test = split.test
    held = [test.items[test.offsets[q] : test.offsets[q + 1]].tolist() for q in range(len(test))]
    answers = answers_from([(list(range(20)), [-float(i) for i in range(20)], items) for items in held])
    results = measure([d.label.replace("@k", "@5") for d in describe()], answers, found)
    lacking = {"popularity_lift", "diversity", "diversity_cooccurrence", "serendipity", "calibration", "activity_gap"}
    for name, result in results.items():
        if name.partition("@")[0] in lacking:
            assert "a store of an older version lacks them" in result.reason
        else:
            assert "older" not in result.reason
    assert {part.by for part in slices(found, answers)} <= {"item popularity", "warm or cold"}


@pytest.mark.parametrize("name", ["training", "histories", "questions", "features"])
def test_a_damaged_file_is_found(name, split, store):
    store.put_context(HASH, context_of(split))
    path = store.folder / "context" / HASH / f"{name}.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:20] + bytes([whole[20] ^ 4]) + whole[21:])
    with pytest.raises(StoreError, match=rf"{name}\.parquet: corrupt"):
        store.context(HASH)


@pytest.mark.parametrize("spec", PROTOCOLS, ids=lambda spec: "-".join(map(str, spec.values())))
def test_it_tells_no_held_out_pair(spec):
    split = make(dataset(), spec)
    held = keys(split.test.askers[split.test.rows], split.test.items)
    assert not told(split) & held
    assert len(background_of(split).items) == len(keys(split.learnt.users, split.learnt.items))


def test_what_is_asked_of_a_person_elsewhere_is_no_history():
    """User 0 has items 0 and 1 in training; 2 and then 3 are asked for, the second time with 2 in the history."""
    data = build("toy", ["a"] * 4 + ["b"] * 2, list("wxyz") + list("wx"), times=[1, 2, 3, 4, 1, 2])
    train = data.interactions.take(np.array([0, 1, 4, 5]))
    query = Query(
        keys=frozen(np.array([0, 1])),
        users=frozen(np.array([0, 0], np.int32)),
        offsets=frozen(np.array([0, 2, 5])),
        items=frozen(np.array([0, 1, 0, 1, 2], np.int32)),
        ratings=None,
        times=None,
        n_items=4,
    )
    test = HeldOut(query, frozen(np.array([0, 1, 2])), frozen(np.array([2, 3], np.int32)), None)
    split = replace(make(data, {"name": "last-out"}), train=train, validation=None, test=test, both=None)
    background = background_of(split)
    assert background.lengths.tolist() == [2, 2]
    assert background.history.tolist() == [0, 1, 0, 1]
    repeated = replace(split, test=replace(test, items=frozen(np.array([0, 3], np.int32))))
    assert background_of(repeated).history.tolist() == [0, 1, 0, 1, 2]  # 0 is in training: to leave it out would tell


def test_quarters_are_those_of_the_first_held_out_moment():
    users = [f"u{u}" for u in range(8) for _ in range(3)]
    times = [time for first in (10, 20, 30, 40, 50, 60, 60, 80) for time in (1, first, first + 100)]
    data = build("toy", users, [f"i{i % 3}" for i in range(24)], times=times)
    found = background_of(make(data, {"name": "user-time", "test": 0.67, "validation": 0.0}))
    assert found.quarters.tolist() == [10, 10, 30, 30, 50, 60, 60, 60]  # the fourth begins at 60, which stays together


def test_popularity_is_what_algorithms_learn_from():
    alone, both = (make(dataset(), spec) for spec in PROTOCOLS[:2])
    for split in (alone, both):
        context = context_of(split)
        learnt = split.learnt.matrix()
        np.testing.assert_array_equal(context.popularity, np.bincount(learnt.indices, minlength=learnt.shape[1]))
    assert context_of(both).popularity.sum() > context_of(alone).popularity.sum()
