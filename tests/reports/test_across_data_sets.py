"""Mean ranks across data sets, and where the uncertainty of a number comes from."""

from __future__ import annotations

import numpy as np
import pytest
from scikit_posthocs import posthoc_nemenyi_friedman
from scipy import stats

from reports.statistics.across import across
from reports.statistics.variance import sources


def test_ranks_friedman_and_critical_difference_of_the_example_of_demsar():
    # Table 6 of Demšar (2006): 14 data sets, 4 classifiers; χ²_F 9.28, mean ranks 3.143, 2.000, 2.893, 1.964, CD 1.25.
    values = [
        (0.763, 0.768, 0.771, 0.798),
        (0.599, 0.591, 0.590, 0.569),
        (0.954, 0.971, 0.968, 0.967),
        (0.628, 0.661, 0.654, 0.657),
        (0.882, 0.888, 0.886, 0.898),
        (0.936, 0.931, 0.916, 0.931),
        (0.661, 0.668, 0.609, 0.685),
        (0.583, 0.583, 0.563, 0.625),
        (0.775, 0.838, 0.866, 0.875),
        (1.000, 1.000, 1.000, 1.000),
        (0.940, 0.962, 0.965, 0.962),
        (0.619, 0.666, 0.614, 0.669),
        (0.972, 0.981, 0.9751, 0.975),
        (0.957, 0.978, 0.946, 0.970),
    ]
    found = across(np.array(values))
    np.testing.assert_allclose(found.mean_ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)  # as printed there
    assert found.critical == pytest.approx(1.25, abs=0.005)
    assert found.friedman == pytest.approx(stats.friedmanchisquare(*np.array(values).T).pvalue)
    assert (found.low <= found.mean_ranks).all()
    assert (found.mean_ranks <= found.high).all()
    np.testing.assert_allclose(found.p, posthoc_nemenyi_friedman(np.array(values)), rtol=1e-6)


def test_critical_values_are_those_of_the_table_of_demsar():
    for k, q in ((2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (10, 3.164)):
        rng = np.random.default_rng(k)
        found = across(rng.random((6, k)))
        assert found.critical / np.sqrt(k * (k + 1) / 36) == pytest.approx(q, abs=1e-3)


def test_without_a_difference_friedman_rejects_in_about_five_percent_of_the_cases():
    rng = np.random.default_rng(20261201)
    found = [across(rng.random((12, 5))).friedman < 0.05 for _ in range(300)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.04)  # three standard errors of 300 cases


def test_where_ranks_say_nothing_the_reason_is_given():
    assert across(np.ones((4, 3))).reason == "no test: 4 data sets, and ranks need at least 5"
    assert across(np.ones((1, 3))).reason == "no test: 1 data set, and ranks need at least 5"
    assert across(np.ones((6, 1))).reason == "no test: there is nothing to compare"
    tied = across(np.ones((6, 3)))
    assert tied.reason == "no test: all algorithms are tied on every data set"
    assert tied.mean_ranks.tolist() == [2, 2, 2]


def made(rng, splits, seeds, users, *, of_split, of_seed, of_user, noise):
    return [
        of_split * rng.normal()
        + of_seed * rng.normal(size=(1, seeds, 1))
        + of_user * rng.normal(size=(1, 1, users))
        + noise * rng.normal(size=(1, seeds, users))
        for _ in range(splits)
    ]


def test_variance_components_are_found_again():
    rng = np.random.default_rng(8)
    sizes = {"of_split": 0.3, "of_seed": 0.2, "of_user": 2.0, "noise": 1.0}
    found = [sources(made(rng, 4, 3, 400, **sizes))[0] for _ in range(60)]
    users, seeds, splits = (np.mean([getattr(one, part) for one in found]) for part in ("users", "seeds", "splits"))
    assert users == pytest.approx((2.0**2 + 1 / 3) / 400 / 4, rel=0.05)
    assert seeds == pytest.approx(0.2**2 / 3 / 4, rel=0.3)  # few seeds say little about their variance
    assert splits == pytest.approx(0.3**2 / 4, rel=0.4)


def test_what_was_not_repeated_has_no_variance_and_users_alone_are_the_plain_bootstrap():
    x = np.random.default_rng(9).random((2, 1, 500))
    for row, found in zip(x, sources([x]), strict=True):
        assert (found.seeds, found.splits) == (None, None)
        assert found.users == pytest.approx(row[0].var(ddof=1) / 500)
        width = 2 * 1.96 * np.sqrt(found.total)
        assert found.interval.high - found.interval.low == pytest.approx(width, rel=0.08)  # 2,000 resamples
