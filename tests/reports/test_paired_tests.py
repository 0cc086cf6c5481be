"""Tests of paired differences: against SciPy, by simulation with seeds fixed beforehand, and refusals in words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from reports.statistics import paired
from reports.statistics.bootstrap import Parts, differences
from reports.statistics.comparison import compare
from reports.statistics.corrections import benjamini_hochberg, holm

USERS = np.arange(200)
CASES, RATE, SLACK = 10_000, 0.05, 0.006  # three standard errors of a share of .05 of 10,000 are .0065


def parts(values, weights=None, *, root=False):
    values = np.asarray(values, float)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    return Parts(values * weights, weights, root)


def like_ndcg(rng, *shape):
    """Most users find nothing, the others something between 0 and 1."""
    return np.where(rng.random(shape) < 0.6, 0.0, rng.beta(1.5, 3, shape))


@pytest.mark.parametrize("test", ["randomization", "t_test", "wilcoxon"])
def test_without_a_difference_it_rejects_in_five_percent_of_the_cases(test):
    rng = np.random.default_rng(20261201)
    p = getattr(paired, test)(like_ndcg(rng, 200, CASES) - like_ndcg(rng, 200, CASES))
    assert abs((p < RATE).mean() - RATE) <= SLACK


def test_intervals_of_differences_cover_the_truth_in_95_percent_of_the_cases():
    rng = np.random.default_rng(20261201)
    users, covered, truth = np.arange(1000), 0, 0.1 * 0.4 * 1.5 / 4.5
    for _ in range(CASES // 500):
        hits = like_ndcg(rng, 500, 1000)
        pairs = [(parts(1.1 * row), parts(other)) for row, other in zip(hits, like_ndcg(rng, 500, 1000), strict=True)]
        found = differences(users, pairs, resamples=1000)
        covered += sum(i.low <= truth <= i.high for i in found)
    assert abs(covered / CASES - 0.95) <= SLACK


def test_randomization_agrees_with_scipy_and_with_all_flips():
    rng = np.random.default_rng(1)
    d = rng.normal(0.3, 1, (12, 3))
    signs = np.array(np.meshgrid(*[[-1, 1]] * 12)).reshape(12, -1)  # all 4,096
    exact = (np.abs(signs.T @ d) >= np.abs(d.sum(axis=0)) - 1e-9).mean(axis=0)
    found = paired.randomization(d)
    assert np.abs(found - exact).max() < 4 * np.sqrt(0.25 / paired.FLIPS)
    theirs = stats.permutation_test(
        (d[:, 0],), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    ).pvalue
    assert exact[0] == pytest.approx(theirs, abs=2e-3)


def test_t_and_wilcoxon_are_those_of_scipy():
    d = np.random.default_rng(2).normal(0.1, 1, (80, 4))
    d[:10, 1] = 0
    np.testing.assert_allclose(paired.t_test(d), stats.ttest_1samp(d, 0).pvalue, rtol=1e-9)
    theirs = [stats.wilcoxon(column).pvalue for column in d.T]
    np.testing.assert_allclose(paired.wilcoxon(d), theirs, rtol=1e-12)


def test_a_smallest_detectable_difference_is_detected_in_four_of_five_cases():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 1, (100, 4000))
    least = float(np.median(paired.detectable(noise)))
    assert (paired.t_test(noise + least) < RATE).mean() == pytest.approx(0.8, abs=0.02)  # 3 standard errors


def test_effect_and_shares_by_hand():
    d = np.array([[1.0, 0], [0, 0], [-1, 0], [2, 0]])
    assert paired.effect(d)[0] == pytest.approx(0.5 / np.std([1, 0, -1, 2], ddof=1))
    assert np.isnan(paired.effect(d)[1])
    assert paired.shares(d).T.tolist() == [[0.5, 0.25, 0.25], [0, 1, 0]]


def test_differences_of_users_average_to_the_difference_of_the_metrics():
    rng = np.random.default_rng(4)
    users, weights = rng.integers(30, size=200), rng.integers(0, 3, 200)
    one, other = parts(rng.random(200), weights), parts(rng.random(200), weights)
    found = paired.per_user(users, one, other)
    assert found.mean() == pytest.approx(one.value - other.value)
    assert len(found) == len(set(users[weights > 0].tolist()))
    assert paired.per_user(users, one, parts(rng.random(200))) is None


def test_corrections_by_hand():
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.005])
    np.testing.assert_allclose(holm(p), [0.03, 0.06, np.nan, 0.06, 0.02])
    np.testing.assert_allclose(benjamini_hochberg(p), [0.02, 0.04, np.nan, 0.04, 0.02])
    assert np.isnan(holm(np.array([np.nan]))).all()


@pytest.mark.parametrize(("correct", "name"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_corrections_are_those_of_statsmodels(correct, name):
    p = np.random.default_rng(8).random(50) ** 3
    np.testing.assert_allclose(correct(p), multipletests(p, method=name)[1], rtol=1e-12)


def test_a_comparison_holds_what_its_parts_say():
    rng = np.random.default_rng(5)
    other, better, alike = rng.random(200), rng.random(200) + 0.2, rng.random(200)
    found = compare(USERS, [parts(better), parts(alike), parts(other)], parts(other))
    d = np.stack([better - other, alike - other], axis=1)
    p = paired.randomization(d)
    for place, comparison in enumerate(found[:2]):
        assert comparison.value == pytest.approx(d[:, place].mean())
        assert comparison.interval.low < comparison.value < comparison.interval.high
        assert (comparison.p, comparison.holm) == (p[place], holm(p)[place])
        assert comparison.better + comparison.same + comparison.worse == pytest.approx(1)
        assert comparison.detectable == pytest.approx(paired.detectable(d)[place])
    assert found[0].significant
    assert not found[1].significant


def test_where_no_test_applies_it_says_why():
    def reason(one, other, users=USERS):
        return compare(users, [one], other)[0].reason

    values = parts(np.random.default_rng(6).random(200))
    assert reason(values, values) == "no test: every user has the same value from both"
    assert reason(None, values) == "no test: the metric is not a sum over users"
    assert (
        reason(values, parts(np.ones(200), np.arange(200))) == "no test: the two are not measured on the same questions"
    )
    assert reason(parts([1, 2]), parts([2, 1]), np.arange(2)) == "no test: 2 users, and a bootstrap needs at least 5"


def test_a_constant_difference_is_real_and_has_no_spread():
    found = compare(USERS, [parts(np.full(200, 0.5))], parts(np.full(200, 0.25)))[0]
    assert (found.value, found.better, found.t_test, found.effect) == (0.25, 1, None, None)
    assert found.interval.low is None
    assert found.significant


def test_roots_are_compared_by_their_squares():
    rng = np.random.default_rng(7)
    worse, good = rng.normal(0, 1.2, 200) ** 2, rng.normal(0, 1, 200) ** 2
    one, other = Parts(worse, np.ones(200), root=True), Parts(good, np.ones(200), root=True)
    found = compare(USERS, [one], other)[0]
    assert found.value == pytest.approx(np.sqrt(worse.mean()) - np.sqrt(good.mean()))
    assert found.interval.low < found.value < found.interval.high
    assert found.p == paired.randomization((worse - good)[:, None])[0]
    assert found.detectable is None
