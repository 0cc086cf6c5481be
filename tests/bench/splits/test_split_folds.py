"""Random shares of everything, and folds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from split_cases import Row, asked_with, dataset, history, letters, pairs

from bench.errors import BadConfig, Unsupported
from bench.matrix import Matrix
from bench.splits.catalogue import expand, make, options

FOLDS = {"name": "k-fold", "folds": 3}
ROW = st.tuples(st.sampled_from("abcd"), st.sampled_from("pqrstuvw"), st.integers(-3, 3))


def test_a_global_draw_takes_its_share_of_all_interactions():
    rows = [row for user in range(40) for row in history(f"u{user:02}", 1 + user % 5)]
    split = make(dataset(rows), {"name": "random", "per": "all", "test": 0.2, "validation": 0.1})
    assert len(rows) == 120
    assert split.validation is not None
    assert (len(split.train), len(split.validation.items), len(split.test.items)) == (84, 12, 24)
    assert len(set(Counter(user for user, _ in pairs(split.test)).values())) > 1, "users have no shares of their own"


def test_a_user_of_whom_nothing_is_left_to_train_asks_as_a_new_one():
    rows = [(f"u{user:02}", "i1", 1) for user in range(10)] + [("v", "i2", 2)]
    split = make(dataset(rows), {"name": "random", "per": "all", "test": 0.5, "validation": 0})
    assert len(split.test) == 5
    assert split.test.query.users.tolist() == [-1] * 5
    assert len(split.test.query.items) == 0
    assert len(split.test.askers) == 5 and min(split.test.askers) >= 0


def test_each_users_interactions_are_dealt_into_folds_of_equal_size():
    data = dataset([*history("a", 7), *history("b", 6), *history("c", 2)])
    tests = [[user for user, _ in pairs(make(data, spec).test)] for spec in expand(FOLDS)]
    # like cards: 7 of a go to folds 1 2 3 1 2 3 1, then b begins with fold 2, and c with fold 2 again
    assert [Counter(users) for users in tests] == [
        {0: 3, 1: 2},
        {0: 2, 1: 2, 2: 1},
        {0: 2, 1: 2, 2: 1},
    ]


def test_folds_of_all_interactions_together_have_equal_sizes():
    data = dataset([*history("a", 7), *history("b", 6), *history("c", 2)])
    specs = expand({**FOLDS, "folds": 4, "per": "all"})
    assert sorted(len(make(data, spec).test.items) for spec in specs) == [3, 4, 4, 4]


def test_a_share_of_the_other_folds_is_the_validation():
    split = make(dataset(history("a", 30)), {**FOLDS, "fold": 2, "validation": 0.1})
    assert Counter(letters(split, "a")) == {"T": 10, "v": 2, "t": 18}
    assert make(dataset(history("a", 30)), {**FOLDS, "fold": 2, "validation": 0}).validation is None


def test_a_single_interaction_is_held_out_once_and_asked_without_a_history():
    data = dataset([*history("a", 6), ("b", "i01", 9)])
    found = [make(data, spec) for spec in expand(FOLDS)]
    assert [letters(split, "b") for split in found].count("T") == 1
    (asked,) = (split for split in found if letters(split, "b") == "T")
    assert asked_with(asked, asked.test, "b") == []
    assert asked.test.query.users[asked.test.askers == 1].tolist() == [-1]


@pytest.mark.parametrize("per", ["user", "all"])
@given(rows=st.lists(ROW, min_size=8, max_size=40), duplicates=st.sampled_from(["last", "keep"]))
@settings(max_examples=60, deadline=None)
def test_every_pair_is_in_the_test_of_exactly_one_fold(per: str, rows: list[Row], duplicates: str):
    data = dataset(rows, duplicates=duplicates)
    held: Counter[tuple[int, int]] = Counter()
    for spec in expand({**FOLDS, "per": per}):
        try:
            split = make(data, spec)
        except Unsupported as error:
            assert len(set(pairs(data.interactions))) < 3, error
            return
        held.update(pairs(split.test))
        assert not set(pairs(split.test)) & set(pairs(split.train)), "not even with repeated pairs"
    assert held == Counter(set(pairs(data.interactions)))


def test_a_random_draw_does_not_divide_a_pair():
    rows = [(user, item, time) for user in "ab" for item in "pqrstu" for time in range(4)]
    data = dataset(rows, duplicates="keep")
    for per in ("user", "all"):
        split = make(data, {"name": "random", "per": per, "test": 0.4, "validation": 0.2})
        found = [set(pairs(part)) for part in (split.train, split.validation, split.test)]
        assert sum(map(len, found)) == len(set.union(*found)) == 12


def test_places_of_a_history_are_drawn_alike():
    """Each of 10 places is in fold 1 of 5 for about a fifth of 400 users: mean 80, standard deviation 8."""
    data = dataset([row for user in range(400) for row in history(f"u{user:03}", 10)])
    split = make(data, {"name": "k-fold", "fold": 1})
    counts = np.bincount(split.test.items, minlength=10)
    assert counts.sum() == 800
    assert counts.min() > 80 - 5 * 8
    assert counts.max() < 80 + 5 * 8


def test_a_specification_without_a_fold_stands_for_all_of_them():
    assert [spec["fold"] for spec in expand({"name": "k-fold", "seed": 4})] == [1, 2, 3, 4, 5]
    assert expand({**FOLDS, "fold": 2}) == [{**expand(FOLDS)[1]}]
    with pytest.raises(BadConfig, match=r"'k-fold' stands for 3 splits here: choose one of them, as with fold = 1"):
        make(dataset(history("a", 6)), FOLDS)
    with pytest.raises(BadConfig, match=r"'fold': expected one of the 3 folds, not 4"):
        options({**FOLDS, "fold": 4})
    with pytest.raises(BadConfig, match="'folds'"):
        options({"name": "k-fold", "folds": 1, "fold": 1})


def test_a_matrix_counts_folds_and_windows_as_splits():
    splits = ["last-out", "k-fold", {"name": "time-cut", "windows": 3}, {"name": "k-fold", "fold": 2}, "no-such"]
    matrix = Matrix.model_validate({"matrix": {"splits": splits, "seeds": [0, 1]}, "algorithms": [{"name": "ease"}]})
    assert matrix.size() == 2 * (1 + 5 + 3 + 1 + 1), "an unknown name counts once; it is refused elsewhere"
