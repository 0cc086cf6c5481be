"""Machines among the users are found, and ordinary users are not."""

import numpy as np
import pytest

from bench.datasets.build import build
from bench.datasets.suspicious import AT_ONCE, IN_A_MINUTE, SAME, suspicions

RULES = ("interactions of the user at", "the same items", "the same second", "within 60 seconds")


def found(users, items, **options):
    """The number of users and the examples by rule."""
    told = suspicions(build("x", users, items, **options))
    by_rule = {next(rule for rule in RULES if rule in said["rule"]): said for said in told}
    return {rule: (said["users"], said["examples"]) for rule, said in by_rule.items()}


def ordinary(n_users=30, n_items=20, seed=0):
    """(users, items, times): each has some of 1,000 items, one a minute or slower."""
    rng = np.random.default_rng(seed)
    items = np.concatenate([rng.choice(1000, n_items, replace=False) for _ in range(n_users)])
    times = np.cumsum(rng.integers(61, 10**5, n_users * n_items))
    users = [f"u{u:03d}" for u in range(n_users) for _ in range(n_items)]
    return users, [f"i{i}" for i in items], times.tolist()


def with_one(user, items, times):
    users, others, when = ordinary()
    return users + [user] * len(items), others + items, {"times": when + times}


def test_ordinary_users_are_not_suspected():
    users, items, times = ordinary()
    assert found(users, items, times=times) == dict.fromkeys(RULES, (0, []))


@pytest.mark.parametrize(("count", "users"), [(200, 0), (201, 1)])
def test_more_than_ten_times_the_next_count(count, users):
    """The second largest count is 20 among these 31 users, and so is the quantile."""
    rows = with_one("bot", [f"b{i}" for i in range(count)], [1000 * i for i in range(count)])
    expected = (users, ["bot"] * users)
    assert found(rows[0], rows[1], **rows[2])["interactions of the user at"] == expected


@pytest.mark.parametrize(("count", "users"), [(AT_ONCE, 0), (AT_ONCE + 1, 1)])
def test_many_at_the_same_second(count, users):
    rows = with_one("bot", [f"b{i}" for i in range(count)], [12_345] * count)
    assert found(rows[0], rows[1], **rows[2])["the same second"] == (users, ["bot"] * users)


@pytest.mark.parametrize(("last", "users"), [(61, 0), (60, 1)])
def test_many_within_a_minute(last, users):
    times = [1000 + second for second in np.linspace(0, last, IN_A_MINUTE + 1).astype(int).tolist()]
    rows = with_one("bot", [f"b{i}" for i in range(len(times))], times)
    told = found(rows[0], rows[1], **rows[2])
    assert told["within 60 seconds"] == (users, ["bot"] * users)
    assert told["the same second"] == (0, [])


def test_times_without_seconds_say_nothing_about_speed():
    users, items = ["bot"] * 500, [f"b{i}" for i in range(500)]
    assert set(found(users, items, times=[86_400] * 500)) == set(RULES[:2])
    assert set(found(users, items)) == set(RULES[:2])


@pytest.mark.parametrize(("count", "users"), [(SAME - 1, 0), (SAME, 2)])
def test_twins(count, users):
    items = [f"b{i}" for i in range(count)]
    others, more, _ = ordinary()
    told = found(
        others + ["t1"] * count + ["t2"] * count + ["t3"] * (count + 1), more + items + items[::-1] + [*items, "z"]
    )
    assert told["the same items"] == (users, ["t1", "t2"][:users])


def test_at_most_five_are_named():
    users = [f"t{u}" for u in range(7) for _ in range(SAME)]
    told = found(users, [f"b{i}" for i in range(SAME)] * 7)
    assert told["the same items"] == (7, ["t0", "t1", "t2", "t3", "t4"])
