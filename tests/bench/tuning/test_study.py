"""What a study proposes: by seed and earlier trials alone, in its ranges, nothing twice."""

import pytest

from bench.tuning.space import holds
from bench.tuning.study import STARTUP, Study
from bench.tuning.trials import Trial

SPACE = {
    "x": {"low": 0.0, "high": 1.0, "log": False, "integer": False},
    "n": {"low": 1, "high": 100, "log": True, "integer": True},
    "kind": {"choices": ["a", "b"]},
}


def _value(params):
    """Best at x = .7, whatever the rest."""
    return 1 - abs(params["x"] - 0.7)


def _run(study, count, start=()):
    done = list(start)
    for trial in done:
        study.add(trial)
    while len(done) < count:
        params = study.propose()
        done.append(Trial(len(done), params, "ok", 0.1, _value(params)))
        study.add(done[-1])
    return done


def test_the_same_seed_proposes_the_same_and_another_one_something_else():
    first = _run(Study(SPACE, 3, True), 20)
    assert first == _run(Study(SPACE, 3, True), 20)
    assert first != _run(Study(SPACE, 4, True), 20)
    assert all(holds(one, trial.params[name]) for trial in first for name, one in SPACE.items())


@pytest.mark.parametrize("stopped", [1, STARTUP, 15])
def test_a_study_that_was_stopped_goes_on_as_if_nothing_had_happened(stopped):
    whole = _run(Study(SPACE, 3, True), 20)
    assert _run(Study(SPACE, 3, True), 20, start=whole[:stopped]) == whole


def test_it_learns_where_values_are_good():
    """After a start at random: the mean distance to the best place, of 40 guided trials, is under half of chance."""
    guided = _run(Study(SPACE, 0, True), 50)[10:]
    chance = 0.29  # E|x − .7| for x uniform in [0, 1] is (.7² + .3²) / 2
    assert sum(1 - trial.value for trial in guided) / len(guided) < chance / 2


def test_a_small_space_ends_when_all_is_tried():
    study = Study({"kind": {"choices": ["a", "b"]}, "n": {"low": 1, "high": 3, "log": False, "integer": True}}, 0, True)
    tried = []
    while (params := study.propose()) is not None:
        tried.append(params)
        study.add(Trial(len(tried), params, "ok", 0.1, 0.5))
    assert sorted((one["kind"], one["n"]) for one in tried) == [(k, n) for k in "ab" for n in (1, 2, 3)]


def test_what_is_worse_than_half_of_the_others_is_hopeless_after_the_start():
    study = Study(SPACE, 0, True)
    assert not study.hopeless(5, 0.0)  # nothing was proposed: the defaults are never given up
    for number in range(STARTUP):
        params = study.propose()
        assert not study.hopeless(5, 0.0)
        value = number / 10
        study.add(Trial(number, params, "ok", 0.1, value, steps=((5, value), (9, value))))
    study.propose()
    assert not study.hopeless(5, 0.9)
    assert not study.hopeless(9, 0.9)
    study.add(Trial(STARTUP, study.propose(), "ok", 0.1, 0.9))
    study.propose()
    assert study.hopeless(5, 0.1)


def test_defaults_outside_the_ranges_and_failures_guide_nobody():
    outside = {"x": 5.0, "n": 1, "kind": "a"}
    study, other = Study(SPACE, 0, True), Study(SPACE, 0, True)
    study.add(Trial(0, outside, "ok", 0.1, 100.0))
    other.add(Trial(0, outside, "failed", 0.1))
    assert study.propose() == other.propose()


def test_importance_belongs_to_what_decides():
    study = Study(SPACE, 0, True)
    _run(study, 5)
    assert study.importance() == {}  # too few to say anything
    study = Study(SPACE, 0, True)
    _run(study, 40)
    found = study.importance()
    assert max(found, key=found.get) == "x"
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)
