"""Shares of the training part and noise: nested, everything else as it was, and nothing of the test in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.build import build
from bench.errors import BadConfig, Unsupported
from bench.matrix import Axes
from bench.splits import catalogue as splits


def data(n_users=40, n_items=60, seed=0, *, times=True, ordered=True, ratings=True):
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((n_users, n_items)) < 0.4)
    columns = {
        "ratings": rng.integers(1, 6, len(users)).astype(np.float32) if ratings else None,
        "times": rng.integers(0, 10**6, len(users)) if times else None,
    }
    return build("made", users.astype(str).tolist(), items.astype(str).tolist(), ordered=ordered, **columns)


def pairs(part):
    return set(zip(part.users.tolist(), part.items.tolist(), strict=True))


def make(dataset, **options):
    return splits.make(dataset, {"name": "user-time", "validation": 0.2, **options})


def asked(held_out):
    return {int(who): set(held_out.slice(row, row + 1).items.tolist()) for row, who in enumerate(held_out.askers)}


def hidden(held_out):
    found = {}
    for row, who in enumerate(held_out.askers.tolist()):
        one = held_out.slice(row, row + 1)
        found[who] = set((one.query.items if one.hidden is None else one.hidden.items).tolist())
    return found


def test_a_smaller_share_is_part_of_a_larger_one_and_what_is_asked_stays():
    dataset = data()
    whole = make(dataset)
    before = set()
    for share in (0.1, 0.25, 0.5):
        split = make(dataset, train_share=share)
        assert before < pairs(split.train) < pairs(whole.train)
        assert asked(split.test) == asked(whole.test)
        assert asked(split.validation) == asked(whole.validation)
        assert hidden(split.test) == hidden(whole.test)  # what a user had is no answer, known or not
        assert hidden(split.validation) == hidden(whole.validation)
        before = pairs(split.train)
    both = splits.make(dataset, {"name": "user-time", "validation": 0.2, "fit_on": "train+validation"})
    small = splits.make(
        dataset, {"name": "user-time", "validation": 0.2, "fit_on": "train+validation", "train_share": 0.25}
    )
    assert len(small.both) == round(0.25 * len(both.both))
    assert pairs(small.train) == pairs(small.both) & pairs(both.train)
    assert make(dataset, train_share=1.0).fingerprint == whole.fingerprint
    assert make(dataset, train_share=0.5).fingerprint != whole.fingerprint


def test_histories_lose_what_training_loses_and_stay_in_order():
    split = make(data(), train_share=0.3)
    for row in range(len(split.test)):
        one = split.test.slice(row, row + 1)
        who, history = int(one.askers[0]), set(one.query.items.tolist())
        own = {item for user, item in pairs(split.train) if user == who}
        assert own <= history
        assert (np.diff(one.query.times) >= 0).all()


def test_of_users_others_keep_their_histories_and_are_new_to_training():
    dataset = data()
    split, whole = make(dataset, train_share=0.25, train_share_of="users"), make(dataset)
    left = np.unique(split.train.users)
    assert len(left) == 10
    assert pairs(split.train) == {pair for pair in pairs(whole.train) if pair[0] in left}
    assert split.test.query.items.tolist() == whole.test.query.items.tolist()
    known = dict(zip(split.test.askers.tolist(), split.test.query.users.tolist(), strict=True))
    assert all((number == who) == (who in left) and number in (who, -1) for who, number in known.items())


@pytest.mark.parametrize("kind", [{}, {"times": False}, {"times": False, "ordered": False, "ratings": False}])
def test_noise_is_nowhere_in_the_data_and_stands_where_it_was_lent_from(kind):
    dataset = data(**kind)
    protocol = {"name": "user-time"} if kind.get("ordered", True) else {"name": "random"}
    whole = splits.make(dataset, {**protocol, "validation": 0.2})
    noisy = splits.make(dataset, {**protocol, "validation": 0.2, "noise": 0.25})
    added = pairs(noisy.train) - pairs(whole.train)
    assert pairs(whole.train) < pairs(noisy.train)
    assert len(added) == len(noisy.train) - len(whole.train) == round(0.25 * len(whole.train))
    assert not added & pairs(dataset.interactions)
    assert asked(noisy.test) == asked(whole.test)
    assert hidden(noisy.test) == hidden(whole.test)
    assert (np.diff(noisy.train.users) >= 0).all()
    if dataset.interactions.times is not None:
        for user in range(noisy.train.n_users):
            own = noisy.train.times[noisy.train.users == user]
            assert (np.diff(own) >= 0).all()
    elif dataset.interactions.ordered:  # noise is not what came last
        last = [noisy.train.items[noisy.train.users == u][-1] for u in range(noisy.train.n_users)]
        assert np.mean([(u, item) in added for u, item in enumerate(last)]) < 0.5
    if dataset.interactions.ratings is not None:
        assert set(noisy.train.ratings.tolist()) <= set(whole.train.ratings.tolist())
    history = noisy.test.slice(0, 1).query.items.tolist()
    assert {i for u, i in added if u == noisy.test.askers[0]} <= set(history)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 1), st.sampled_from(["interactions", "users"]), st.floats(0, 1))
def test_no_test_pair_is_ever_learnt_from(seed, share, of, noise):
    split = make(data(12, 20, seed), train_share=share, train_share_of=of, noise=noise)
    held = {(who, item) for who, items in asked(split.test).items() for item in items}
    assert not held & pairs(split.train)
    again = make(data(12, 20, seed), train_share=share, train_share_of=of, noise=noise)
    assert again.fingerprint == split.fingerprint
    assert pairs(again.train) == pairs(split.train)


def test_noise_makes_nothing_known_that_was_not():
    """New items stay new: they are what such a split asks about."""
    new = {"name": "cold-items", "test": 0.2, "validation": 0.2, "seed": 0}
    cold, noisy = splits.make(data(), new), splits.make(data(), {**new, "noise": 0.5})
    assert set(noisy.train.items.tolist()) == set(cold.train.items.tolist())
    assert not set(noisy.test.items.tolist()) & set(noisy.train.items.tolist())


def test_more_noise_than_there_are_free_pairs_is_what_there_is():
    split = make(data(4, 8), noise=10.0)
    met, people = set(split.train.items.tolist()), set(split.train.users.tolist())
    every = {(user, item) for user in people for item in met} | pairs(split.dataset.interactions)
    assert pairs(split.train) | pairs(split.dataset.interactions) == every


def test_too_little_is_refused_and_shares_have_bounds():
    with pytest.raises(Unsupported, match="leaves nothing to learn from"):
        make(data(4, 8), train_share=0.001)
    with pytest.raises(Unsupported, match="leaves nothing to learn from"):
        make(data(), train_share=0.002, validation=0.7, test=0.25)
    for wrong in ({"train_share": 0}, {"train_share": 1.5}, {"noise": -0.1}, {"train_share_of": "items"}):
        with pytest.raises(BadConfig):
            make(data(4, 8), **wrong)


def test_axes_of_a_matrix_make_a_split_of_each_share():
    axes = Axes(splits=["user-time"], train_share=[0.5, 1.0], noise=[0.1])
    assert axes.varied() == [
        {"name": "user-time", "train_share": 0.5},
        {"name": "user-time", "train_share": 1.0},
        {"name": "user-time", "noise": 0.1},
    ]
    assert Axes(splits=["user-time"]).varied() == [{"name": "user-time"}]
