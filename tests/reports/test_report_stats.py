import numpy as np
import pytest
from scipy.stats import bootstrap

from reports.statistics.bootstrap import Parts, intervals, mean


def parts(values, *, weights=None, root=False):
    values = np.asarray(values, float)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    return Parts(values * weights, weights, root)


def test_interval_agrees_with_scipy():
    # Both are Monte Carlo: with 2,000 and 20,000 resamples a limit is known to about 4 % of the width of the interval.
    values = np.random.default_rng(3).gamma(2.0, 1.0, 300)
    found = intervals(np.arange(300), [parts(values)])[0]
    expected = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(5)
    ).confidence_interval
    width = expected.high - expected.low
    assert abs(found.low - expected.low) < 0.08 * width
    assert abs(found.high - expected.high) < 0.08 * width


def test_questions_of_one_user_stay_together():
    # 40 users with 25 equal answers each: the interval is that of 40 values, five times that of 1,000 independent ones.
    values = np.random.default_rng(1).normal(0, 1, 40)
    users = np.repeat(np.arange(40), 25)
    together = intervals(users, [parts(np.repeat(values, 25))])[0]
    per_user = intervals(np.arange(40), [parts(values)])[0]
    assert together.low == pytest.approx(per_user.low, rel=1e-9)
    assert together.high == pytest.approx(per_user.high, rel=1e-9)
    apart = intervals(np.arange(1000), [parts(np.repeat(values, 25))])[0]
    assert (together.high - together.low) / (apart.high - apart.low) == pytest.approx(5, rel=0.2)  # Monte Carlo


def test_ratio_of_sums_weights_users_by_their_denominators():
    # RMSE over ratings: a user with many ratings weighs more; compared with resampling by hand.
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 30, 80)
    squares = rng.gamma(1, 1, 80) * counts
    found = intervals(np.arange(80), [Parts(squares, counts.astype(float), root=True)])[0]
    drawn = rng.integers(80, size=(20_000, 80))
    by_hand = np.quantile(np.sqrt(squares[drawn].sum(1) / counts[drawn].sum(1)), [0.025, 0.975])
    width = by_hand[1] - by_hand[0]
    assert np.abs(np.array([found.low, found.high]) - by_hand).max() < 0.08 * width


def test_same_seed_gives_the_same_interval_and_order_of_metrics_does_not_matter():
    a, b = parts(np.arange(50.0)), parts(np.arange(50.0) ** 2)
    users = np.arange(50)
    assert intervals(users, [a, b]) == intervals(users, [b, a])[::-1] == intervals(users, [a, b])
    assert intervals(users, [a], seed=1) != intervals(users, [a])


def test_blocks_of_resamples_change_nothing(monkeypatch):
    values = parts(np.arange(30.0))
    whole = intervals(np.arange(30), [values])
    monkeypatch.setattr("reports.statistics.bootstrap._BLOCK", 100)
    assert intervals(np.arange(30), [values]) == whole


@pytest.mark.parametrize(("users", "words"), [(4, "4 users"), (1, "1 user,")])
def test_few_users_are_refused_in_words(users, words):
    found = intervals(np.arange(users), [parts(np.arange(users))])[0]
    assert found.low is None and found.high is None
    assert words in found.reason and "at least 5" in found.reason


def test_only_users_for_whom_the_metric_is_defined_count():
    weights = np.zeros(100)
    weights[:4] = 1
    found = intervals(np.arange(100), [parts(np.arange(100), weights=weights)])[0]
    assert found.low is None and "4 users" in found.reason


def test_no_spread_gives_no_interval():
    found = intervals(np.arange(50), [parts(np.full(50, 1 / 3))])[0]
    assert found.low is None and "same value" in found.reason


def test_undefined_questions_are_left_out_even_if_their_numerator_is_nan():
    numerator = np.array([1.0, 2, 3, 4, 5, 6, np.nan])
    denominator = np.array([1.0, 1, 1, 1, 1, 1, 0])
    found = intervals(np.arange(7), [Parts(numerator, denominator)])[0]
    assert 1 <= found.low < 3.5 < found.high <= 6


def test_seeds_are_averaged_per_question():
    both = mean([parts([0, 1, 0]), parts([1, 1, 0])])
    assert both.numerator.tolist() == [0.5, 1, 0]
    assert both.value == 0.5
