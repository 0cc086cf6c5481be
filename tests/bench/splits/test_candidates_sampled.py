"""Candidates that are sampled: what may be among them, how often, and what they depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from split_cases import Row, dataset, history

from bench.errors import BadConfig, Unsupported
from bench.splits.asking import Sampled
from bench.splits.candidates import with_candidates
from bench.splits.catalogue import make, options
from bench.splits.questions import held_out
from bench.topk import locate, top_k
from bench.types import Dataset, HeldOut, Interactions, Split

ROW = st.tuples(st.sampled_from("abcd"), st.sampled_from("pqrstuvwxyz"), st.integers(-3, 3))
ROWS = st.lists(ROW, min_size=4, max_size=40)
CANDIDATES = st.fixed_dictionaries(
    {"sampled": st.integers(1, 9), "by": st.sampled_from(["uniform", "popularity"]), "seed": st.integers(0, 5)}
)


def rows_of(split: Split) -> dict[str, list[str]]:
    """For each user who asks the candidates by their ids, −1 left out."""
    found = split.test.query.candidates
    assert found is not None
    users, items = split.dataset.users.ids, split.dataset.items.ids
    return {users[u]: [items[i] for i in row if i >= 0] for u, row in zip(split.test.askers, found, strict=True)}


def test_a_user_with_few_items_left_gets_them_all():
    """u had i01 … i08, v and w had i01 … i12: of the 12 items 4 are left, of which one is held out."""
    data = dataset([*history("u", 9), *history("v", 12), *history("w", 12)])
    split = make(data, {"name": "last-out", "candidates": {"sampled": 5}})
    assert rows_of(split)["u"] == ["i09", "i10", "i11", "i12"]
    assert rows_of(split)["v"] == ["i12"]
    assert split.candidates == "the held-out items and 5 others, sampled uniformly (seed 0)"


def test_what_nobody_has_in_training_is_not_popular():
    """i11 and i12 are held out for v and w and so in no training part."""
    data = dataset([*history("u", 9), *history("v", 12), *history("w", 12)])
    split = make(data, {"name": "last-out", "candidates": {"sampled": 5, "by": "popularity"}})
    assert rows_of(split)["u"] == ["i09", "i10"]
    assert split.candidates == "the held-out items and 5 others, sampled by popularity (seed 0)"


def test_only_test_questions_have_candidates():
    data = dataset([*history("u", 9), *history("v", 30)])
    split = make(data, {"name": "last-out", "candidates": {"sampled": 3}})
    assert split.validation is not None
    assert split.validation.query.candidates is None
    assert split.test.query.candidates is not None
    assert make(data, {"name": "last-out"}).candidates == ""


@given(rows=ROWS, wanted=CANDIDATES, history=st.sampled_from(["all", "train"]), hide=st.booleans())
@settings(max_examples=150, deadline=None)
def test_who_is_among_them(rows: list[Row], wanted: dict[str, Any], history: str, hide: bool):
    data = dataset(rows)
    try:
        split = make(data, {"name": "last-out", "candidates": wanted, "history": history, "hide_seen": hide})
    except Unsupported:
        return
    had = {user: {item for u, item, _ in rows if u == user} for user in "abcd"}
    popular = {data.items.ids[i] for i in split.train.items}
    eligible = popular if wanted["by"] == "popularity" else set(data.items.ids)
    for (user, found), row in zip(rows_of(split).items(), range(len(split.test)), strict=True):
        assert found == sorted(set(found)), "ascending, nothing twice"
        part = split.test.items[split.test.offsets[row] : split.test.offsets[row + 1]]
        held = {data.items.ids[i] for i in part}
        others = set(found) - held
        assert held <= set(found)
        assert not others & had[user], "never what the user had, nor what another part of the test holds"
        assert len(others) == min(wanted["sampled"], len(eligible - had[user]))
        assert others <= eligible


@given(rows=ROWS, wanted=CANDIDATES, order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_and_the_other_users_who_ask_do_not_matter(
    rows: list[Row], wanted: dict[str, Any], order: Any
):
    spec = {"name": "last-out", "candidates": wanted}
    try:
        split = make(dataset(rows), spec)
    except Unsupported:
        return
    shuffled = list(rows)
    order.shuffle(shuffled)
    again = make(dataset(shuffled), spec)
    assert rows_of(again) == rows_of(split)
    assert again.fingerprint == split.fingerprint
    few = rows_of(make(dataset(rows), {**spec, "evaluate_users": 1}))
    assert few.items() <= rows_of(split).items()


def crowd(n_users: int = 60, n_items: int = 200) -> Dataset:
    """Everybody had ten items of two hundred, low numbers more often."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(n_users):
        items = np.unique((n_items * rng.random(14) ** 2).astype(int))[:10]
        rows += [(f"u{user:02}", f"i{item:03}", place) for place, item in enumerate(items)]
    return dataset(rows)


def test_another_seed_another_draw_and_another_fingerprint():
    data = crowd()
    splits = [make(data, {"name": "last-out", "candidates": {"sampled": 20, "seed": seed}}) for seed in (0, 0, 1)]
    assert rows_of(splits[0]) == rows_of(splits[1]) != rows_of(splits[2])
    assert splits[0].fingerprint == splits[1].fingerprint != splits[2].fingerprint
    assert splits[0].fingerprint != make(data, {"name": "last-out"}).fingerprint


def asked(n: int, n_items: int, train: Interactions) -> HeldOut:
    """n users without a history, who are asked for item 0."""
    test = Interactions(np.arange(n, dtype=np.int32), np.zeros(n, np.int32), None, None, n, n_items)
    return held_out(train.take(np.zeros(0, np.int64)), test, train)


def popularity(counts: list[int], n_users: int) -> Interactions:
    """A training part of user 0 with as many interactions of each item; nothing here looks at who had them."""
    items = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return Interactions(np.zeros(len(items), np.int32), items, None, None, n_users, len(counts))


def drawn(counts: list[int], wanted: Sampled, n_users: int = 4000) -> np.ndarray:
    """(n_items,) for how many users each item was drawn."""
    train = popularity(counts, n_users)
    questions = asked(n_users, len(counts), train)
    nothing = train.take(np.zeros(0, np.int64))
    found, _ = with_candidates(questions, wanted, nothing, train, dataset(history("u", 2)))
    assert found.query.candidates is not None
    return np.bincount(found.query.candidates[found.query.candidates > 0], minlength=len(counts))


@pytest.mark.parametrize("by", ["uniform", "popularity"])
def test_one_draw_has_the_declared_frequencies(by: str):
    """Item 0 is the held-out one. Seeds are fixed: a chi-square test at 1 in 10,000."""
    counts = [5, 1, 2, 3, 4, 10, 20, 0]
    weights = np.array(counts[1:] if by == "popularity" else [1] * 7, float)
    found = drawn(counts, Sampled(sampled=1, by=by))[1:]
    assert found[weights == 0].sum() == 0
    expected = found.sum() * weights / weights.sum()
    assert chisquare(found[weights > 0], expected[weights > 0]).pvalue > 1e-4


@pytest.mark.parametrize("counts", [[5, 1, 2, 3, 4], [5, 1, 1, 1, 100_000]], ids=["by chance", "weighed"])
def test_two_draws_are_made_one_after_the_other(counts: list[int]):
    """P(i) = p_i + Σ_{j ≠ i} p_j p_i / (1 − p_j). The second case is decided where chance would take too long."""
    found = drawn(counts, Sampled(sampled=2, by="popularity"))[1:]
    p = np.array(counts[1:]) / sum(counts[1:])
    expected = np.array([p[i] + sum(p[j] * p[i] / (1 - p[j]) for j in range(4) if j != i) for i in range(4)]) * 4000
    # Two draws without replacement vary less than independent ones: the statistic is below its chi-square distribution.
    assert chisquare(found, found.sum() * expected / expected.sum()).pvalue > 1e-4


def test_a_row_as_wide_as_the_catalogue_is_no_full_row():
    """u and v are asked about all 4 items, u has had one of them: scores of all items are still read as such."""
    data = dataset([("u", "a", 1), ("u", "b", 2), ("u", "c", 3), ("v", "d", 1), ("v", "c", 2), ("v", "a", 3)])
    train = data.interactions.take(np.array([0, 3]))
    questions = held_out(train.take(np.zeros(0, np.int64)), data.interactions.take(np.array([2, 5])), train)
    found, _ = with_candidates(questions, Sampled(sampled=4), train, train, data)
    assert found.query.candidates is not None
    assert found.query.candidates.tolist() == [[1, 2, 3], [0, 1, 2]]
    everything, _ = with_candidates(questions, Sampled(sampled=4), train.take(np.zeros(0, np.int64)), train, data)
    assert everything.query.candidates is not None
    assert everything.query.candidates.tolist() == [[0, 1, 2, 3, -1]] * 2
    scores = np.array([[0.1, 0.4, 0.3, 0.2]] * 2, np.float32)
    for asked_with in (found, everything):
        best = top_k(scores, asked_with.query, 2)
        assert best.items.tolist()[0] == [1, 2]
        assert locate(scores, asked_with).better.tolist()[0] == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sampled": 0}, "candidates.*greater than or equal to 1"),
        ({"sampled": 5, "by": "popular"}, "'uniform' or 'popularity'"),
        ({"sampled": 5, "sed": 1}, "unknown parameter 'candidates.*sed'"),
        ("all", "candidates"),
    ],
)
def test_wrong_options_are_said_once(wrong: Any, said: str):
    with pytest.raises(BadConfig, match=said) as error:
        options({"name": "last-out", "candidates": wrong})
    assert len(str(error.value).splitlines()) == 1
