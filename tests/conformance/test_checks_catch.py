"""The checks themselves: each broken algorithm fails the checks meant for it, and no others."""

from functools import cache

import broken_declarations  # noqa: F401  registers its algorithms
import broken_learners  # noqa: F401
import numpy as np
import pytest
from broken_answers import IgnoresSeed, Infinite, WritesTraining
from broken_base import CAUGHT_BY, Sound

from bench.conformance import checks_for, exams
from bench.conformance.check import Outcome
from bench.conformance.learning import ENOUGH, own_share
from bench.datasets.build import build


def outcomes(cls) -> dict[str, Outcome]:
    return {check.name: check.run(cls) for check in checks_for(cls)}


@pytest.mark.parametrize("cls", CAUGHT_BY, ids=lambda cls: cls.__name__)
def test_exactly_the_intended_checks_fail(cls):
    found = outcomes(cls)
    failed = {name: outcome.why for name, outcome in found.items() if outcome.state == "failed"}
    assert set(failed) == CAUGHT_BY[cls], failed
    assert all(failed.values())


def test_every_kind_of_check_is_caught_breaking():
    """No check is decoration: for each there is an algorithm that fails it here or in a test below."""
    every = {check.name for cls in CAUGHT_BY for check in checks_for(cls)}
    caught = set().union(*CAUGHT_BY.values())
    assert every - caught == {"row-order"}


def test_a_sound_algorithm_is_examined_in_full():
    assert {outcome.state for outcome in outcomes(Sound).values()} == {"ok"}


@pytest.mark.parametrize("cls", [WritesTraining, Infinite])
def test_what_does_not_fit_and_score_is_reported_once(cls):
    skipped = [outcome for outcome in outcomes(cls).values() if outcome.state == "skipped"]
    assert len(skipped) > 12
    assert {outcome.why for outcome in skipped} == {"it does not fit and score, see `fits`"}


def test_without_repeatability_nothing_is_compared():
    found = outcomes(IgnoresSeed)
    assert [found[name].state for name in ("forgets", "row-order")] == ["skipped", "skipped"]


def test_row_order_is_noticed(monkeypatch):
    """A harness that numbered users as they first appear would fail the check, however good the algorithm."""

    class Examined(Sound):
        """Has a lab of its own."""

    def by_first_row(name, users, items, **more):
        number = {user: f"u{place:04d}" for place, user in enumerate(dict.fromkeys(users))}
        return build(name, [number[user] for user in users], items, **{**more, "user_features": None})

    monkeypatch.setattr(exams, "build", by_first_row)
    monkeypatch.setattr(exams, "town", cache(exams.town.__wrapped__))
    assert outcomes(Examined)["row-order"].state == "failed"


def test_a_paper_of_ours_must_be_in_the_references():
    class Ours(Sound):
        """As if it were one of ours."""

        __module__ = "algorithms.nowhere"
        paper = "nobody1900"

    assert outcomes(Ours)["paper-cited"].state == "failed"


def test_the_answers_of_the_board_are_known():
    """Ideal scores reach 1, chance stays near the share of own items among the unseen ones."""
    query = exams.board().held_out().query
    own = (query.users[:, None] % 2 == np.arange(query.n_items)[None, :] % 2).astype(float)
    assert own_share(own, query) == 1
    assert own_share(1 - own, query) == 0
    chance = own_share(np.random.default_rng(0).random(own.shape), query)
    unseen = query.matrix().toarray() == 0
    expected = np.mean((unseen & (own > 0)).sum(axis=1) / unseen.sum(axis=1))
    assert chance == pytest.approx(expected, abs=0.07)  # three standard deviations of 400 draws
    assert expected < ENOUGH / 2


def test_exams_hand_out_read_only_data():
    exam = exams.town()
    assert not exam.training().interactions.users.flags.writeable
    with pytest.raises(ValueError, match="WRITEABLE"):
        exam.training().interactions.ratings.flags.writeable = True
    with pytest.raises(ValueError, match="read-only"):
        exam.held_out().query.items[:] = 0
