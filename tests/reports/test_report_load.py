import gc

import numpy as np
import pytest
import synthetic_store as synthetic

from bench import index
from bench.errors import BadConfig
from bench.store import Store
from reports import differences, uncertainty
from reports.headline import headline
from reports.load import load
from reports.ranks import table

TOP, LOW, OTHER = [[0]] * 8, [[60]] * 8, [[0], [1], [2], [3], [9], [5], [20], [30]]


@pytest.fixture
def store(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(8))
    return made


def damage(store, record, name="ranks.parquet"):
    path = store.folder_of(record) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def statuses(results):
    return {row.label: row.status for group in results.groups for row in group.rows}


def test_corrupt_answers_are_shown_and_left_out(store):
    synthetic.put(store, synthetic.record("good"), synthetic.answers(OTHER))
    damage(store, synthetic.put(store, synthetic.record("bad"), synthetic.answers(TOP)))
    results = load(store)
    assert statuses(results) == {"good": "ok", "bad": "corrupt"}
    bad = results.groups[0].rows[1]
    assert bad.estimates == {} and "SHA-256" in bad.reason
    assert str(store.folder) not in bad.reason  # no path of this machine in a page that goes elsewhere
    assert headline(results.groups[0]).lead == "good"


def test_missing_answers_are_corrupt(store):
    record = synthetic.put(store, synthetic.record("bad"), synthetic.answers(TOP))
    (store.folder_of(record) / "lists.parquet").unlink()
    assert statuses(load(store)) == {"bad": "corrupt"}


def test_missing_context_is_corrupt(store):
    synthetic.put(store, synthetic.record("bad", split_hash="6" * 64), synthetic.answers(TOP))
    results = load(store)
    assert statuses(results) == {"bad": "corrupt"}
    assert "split" in results.groups[0].rows[0].reason


def test_answers_to_another_split_are_corrupt(store):
    synthetic.put(store, synthetic.record("bad"), synthetic.answers([[0]] * 3))
    assert statuses(load(store)) == {"bad": "corrupt"}


def test_a_damaged_record_harms_no_other(store):
    lost = synthetic.put(store, synthetic.record("a"), synthetic.answers(TOP))
    kept = synthetic.put(store, synthetic.record("b"), synthetic.answers(TOP))
    (store.folder_of(lost) / "record.json").write_text("{", encoding="utf-8")
    results = load(store)
    assert [cell.record.attempt for cell in results.attempts] == [kept.attempt]
    assert [row.label for row in results.groups[0].rows] == ["b"]


def test_empty_store_has_no_groups(store):
    results = load(store)
    assert results.groups == () and results.attempts == ()


def test_loading_looks_once_and_leaves_no_garbage(store, monkeypatch):
    """It runs without the garbage collector, so that cycles would stay until its end."""
    for label in ("a", "b"):
        synthetic.put(store, synthetic.record(label), synthetic.answers(OTHER))
    damage(store, synthetic.put(store, synthetic.record("bad"), synthetic.answers(TOP)))
    looks, real = [], index.scan
    monkeypatch.setattr(index, "scan", lambda folder: looks.append(folder) or real(folder))
    load(store)  # whatever is made only once
    looks.clear()
    gc.collect()
    monkeypatch.setattr(gc, "enable", lambda: None)  # or else some may be collected before they are counted
    try:
        results = load(store)
        left = gc.collect()
    finally:
        monkeypatch.undo()
        gc.enable()
    assert len(results.attempts) == 3 and looks == [store.folder]
    assert left == 0


def test_newest_ok_attempt_counts_and_the_older_is_listed(store):
    record = synthetic.record("a")
    synthetic.put(store, synthetic.replace(record, status="failed", reason="first"))
    synthetic.put(store, synthetic.replace(record, started="2024-05-02T12:00:00Z"), synthetic.answers(OTHER))
    results = load(store)
    assert statuses(results) == {"a": "ok"}
    assert [(cell.status, cell.replaced) for cell in results.attempts] == [("failed", True), ("ok", False)]


def test_unequal_answers_to_one_key_are_flagged(store):
    synthetic.put(store, synthetic.record("a"), synthetic.answers(TOP))
    synthetic.put(store, synthetic.record("a", started="2024-05-02T12:00:00Z"), synthetic.answers(OTHER))
    synthetic.put(store, synthetic.record("b"), synthetic.answers(TOP))
    synthetic.put(store, synthetic.record("b", started="2024-05-02T12:00:00Z"), synthetic.answers(TOP))
    rows = {row.label: row for row in load(store).groups[0].rows}
    assert any("nondeterministic" in warning for warning in rows["a"].cells[0].warnings)
    assert rows["b"].cells[0].warnings == ()


def test_data_sets_and_splits_are_groups_with_short_titles(store):
    other = {"name": "movielens-small", "min_rating": 4}
    synthetic.put(store, synthetic.record("a"), synthetic.answers(TOP))
    synthetic.put(store, synthetic.record("a", dataset=other), synthetic.answers(LOW))
    groups = load(store).groups
    assert [g.dataset for g in groups] == ["movielens-small", "movielens-small (min_rating=4)"]
    assert {g.split for g in groups} == {"user-time"}  # one split needs no options in its title


def test_changed_data_make_a_group_of_their_own(store):
    store.put_context("6" * 64, synthetic.context(3))
    synthetic.put(store, synthetic.record("a"), synthetic.answers(TOP))
    synthetic.put(store, synthetic.record("b", split_hash="6" * 64), synthetic.answers([[0]] * 3))
    synthetic.put(store, synthetic.record("c", split_hash="", status="skipped"))
    groups = load(store).groups
    assert [g.split for g in groups] == ["user-time [55555555]", "user-time [66666666]"]
    assert [row.label for row in groups[1].rows] == ["b", "c"]  # skipped before it had a split: with the newest


def test_shares_of_unscored_and_tied(store):
    found = synthetic.answers(TOP)
    found.unscored[:] = 30
    found.tied[:2] = 5
    synthetic.put(store, synthetic.record("a"), found)
    cell = load(store).attempts[0]
    assert cell.unscored == pytest.approx(30 / 300) and cell.tied == pytest.approx(2 / 8)


def test_headline_says_what_cannot_be_separated(store):
    one, near = [[0], [1], [2], [3], [4], [5], [6], [7]], [[1], [0], [2], [4], [3], [5], [7], [8]]
    for label, ranks in (("one", one), ("two", near), ("three", LOW)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    found = headline(load(store).groups[0])
    assert found.lead == "one" and "best NDCG@10 of 3 algorithms" in found.text
    test = "by user, in a randomization test corrected for 2 comparisons"
    assert found.details[0] == f"It cannot be separated from two: {test}, p ≥ 0.05."
    assert found.details[1].startswith("With 8 users a difference of 0.")
    assert found.details[-1] == "The other one is clearly behind."


def test_headline_with_a_clear_winner(store):
    far = [[20], [30], [8], [9], [40], [50], [60], [70]]
    for label, ranks in (("one", [[0], [0], [1], [0], [0], [2], [0], [0]]), ("two", far)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    said = "It is clearly ahead of the other: by user, in a randomization test, p < 0.05."
    assert headline(load(store).groups[0]).details == (said,)


def test_differences_are_paired_by_user(store):
    """Two intervals overlap widely, since users differ; but one algorithm is a place ahead for each of them."""
    ahead = [[0], [1], [2], [3], [4], [5], [6], [7]]
    for label, ranks in (("ahead", ahead), ("after", [[r + 1 for r in user] for user in ahead])):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    first, second = load(store).groups[0].rows
    assert first.estimate("ndcg@10").interval[0] < second.estimate("ndcg@10").interval[1]
    behind = second.against["ahead"]
    assert behind.value == pytest.approx(second.estimate("ndcg@10").value - first.estimate("ndcg@10").value)
    assert behind.interval.high < 0
    assert (behind.better, behind.same, behind.worse) == (0, 0, 1)
    assert "clearly ahead" in headline(load(store).groups[0]).details[0]


def test_two_identical_algorithms_are_not_separated(store):
    for label in ("a", "b"):
        synthetic.put(store, synthetic.record(label), synthetic.answers(OTHER))
    assert "cannot be separated from b" in headline(load(store).groups[0]).details[0]


def test_headline_refuses_without_intervals(tmp_path):
    made = Store(tmp_path / "small", create=True)
    made.put_context("5" * 64, synthetic.context(3))
    synthetic.put(made, synthetic.record("a"), synthetic.answers([[0], [1], [2]]))
    synthetic.put(made, synthetic.record("b"), synthetic.answers([[3], [1], [2]]))
    found = headline(load(made).groups[0])
    assert found.details == (
        "Which differences are real cannot be said: no interval: 3 users, and a bootstrap needs at least 5.",
    )


def test_headline_when_nothing_finished(store):
    synthetic.put(store, synthetic.record("a", status="crashed", reason="SIGSEGV"))
    found = headline(load(store).groups[0])
    assert found.lead == "" and "No algorithm finished" in found.text


def test_ranks_only_of_algorithms_that_are_everywhere(store):
    other = {"name": "other"}
    for label, here, there in (("a", TOP, LOW), ("b", OTHER, OTHER), ("c", LOW, None)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(here))
        if there is None:
            synthetic.put(store, synthetic.record(label, dataset=other, status="timeout"))
        else:
            synthetic.put(store, synthetic.record(label, dataset=other), synthetic.answers(there))
    groups = load(store).groups
    found = {s.label: s for s in table(groups).standings}
    assert found["a"].ranks == (1, 2) and found["b"].ranks == (2, 1)  # b is second of two: c does not count
    assert found["a"].mean == 1.5 and found["c"].mean is None
    assert table(groups).remark == (
        "No test: 2 data sets, and ranks need at least 5. Neither seeds nor splits are data sets."
    )


def test_ranks_over_five_data_sets_are_tested(store):
    for number in range(6):
        for label, ranks in (("a", TOP), ("b", OTHER), ("c", LOW)):
            synthetic.put(store, synthetic.record(label, dataset={"name": f"d{number}"}), synthetic.answers(ranks))
    found = table(load(store).groups)
    assert [(s.label, s.mean, s.low, s.high) for s in found.standings] == [
        (x, r, r, r) for x, r in zip("abc", (1, 2, 3), strict=True)
    ]
    assert found.test.friedman == pytest.approx(np.exp(-6))  # chi-squared of 12 with 2 degrees of freedom
    assert "Friedman's test over 6 data sets" in found.remark and "further apart than 1.35 differ" in found.remark


def test_splits_of_one_data_set_count_once(store):
    for number in range(6):
        for label, ranks in (("a", TOP), ("b", OTHER)):
            split = {"name": "user-time", "test": 0.1 + number / 20}
            synthetic.put(store, synthetic.record(label, split=split), synthetic.answers(ranks))
    assert table(load(store).groups).test.reason == "no test: 1 data set, and ranks need at least 5"


def test_all_are_compared_with_a_chosen_baseline(store):
    for label, ranks in (("a", TOP), ("b", OTHER), ("c", LOW)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    group = load(store, baseline="b").groups[0]
    rows = {row.label: row for row in group.rows}
    assert [set(rows[label].against) for label in "abc"] == [{"b"}, {"a"}, {"a", "b"}]
    assert rows["a"].against["b"].value > 0 > rows["c"].against["b"].value
    assert [found.other.label for found in differences.of_group(group)] == ["b", "a"]
    with pytest.raises(BadConfig, match="no algorithm 'bb' in this store"):
        load(store, baseline="bb")


def test_another_metric_decides(store):
    for label, ranks in (("early", [[0], [60]] * 4), ("late", [[15], [15]] * 4)):
        synthetic.put(store, synthetic.record(label), synthetic.answers(ranks))
    assert [row.label for row in load(store).groups[0].rows] == ["early", "late"]
    found = load(store, leading="recall@20").groups[0]
    assert [row.label for row in found.rows] == ["late", "early"]
    assert found.leading == "recall@20" and found.rows[1].against["late"].value == -0.5


def test_users_and_seeds_are_sources_of_uncertainty(store):
    for seed, ranks in enumerate((OTHER, [[r + 1 for r in user] for user in OTHER], TOP)):
        synthetic.put(store, synthetic.record("a", seed=seed), synthetic.answers(ranks))
    synthetic.put(store, synthetic.record("one seed"), synthetic.answers(OTHER))
    groups = load(store).groups
    ((row, found),) = uncertainty.of_group(groups[0], groups)
    assert row.label == "a"
    assert found.users > 0 and found.seeds > 0 and found.splits is None
    assert found.interval.low < row.estimate("ndcg@10").value < found.interval.high


def test_folds_are_a_source_of_uncertainty_too(store):
    for fold, worse in ((1, 0), (2, 6), (3, 12)):
        split, number = {"name": "k-fold", "folds": 3, "fold": fold}, str(fold) * 64
        store.put_context(number, synthetic.context(8))
        for seed in range(2):
            ranks = [[r + worse + seed] for (r,) in OTHER]
            record = synthetic.record("a", split=split, split_hash=number, seed=seed)
            synthetic.put(store, record, synthetic.answers(ranks))
    groups = load(store).groups
    ((row, found),) = uncertainty.of_group(groups[0], groups)
    assert groups[0].folds == 3 and row.label == "a"
    assert found.splits > found.seeds > 0 and found.users > 0
    assert found.interval.low < row.estimate("ndcg@10").value < found.interval.high
