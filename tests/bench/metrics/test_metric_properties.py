"""What must hold for any answers: ranges, a better rank is never worse, and names and order do not matter."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from metric_cases import answers_from, background_of, context_of

from bench.metrics.registry import describe, measure

N_ITEMS = 12
UNBOUNDED = {"recall_ips", "ndcg_ips", "popularity_lift", "rmse", "mae", "rmse_raw", "mae_raw"}
HIGHEST = {"novelty": np.log2(50), "entropy": np.log2(N_ITEMS), "calibration": np.log(100)}
RISING = [d.name for d in describe() if d.kind.startswith(("ranking", "graded")) or d.name == "serendipity"]


@st.composite
def questions(draw, ties=True):
    """Candidates in falling order of their scores, held-out items, history; items 0 … 11."""
    items = draw(st.permutations(range(N_ITEMS)))
    size = draw(st.integers(1, N_ITEMS))
    steps = draw(st.lists(st.integers(0 if ties else 1, 2), min_size=size, max_size=size))
    scores = (-np.cumsum(steps)).astype(float).tolist()
    held = sorted(draw(st.sets(st.integers(0, N_ITEMS - 1), min_size=1, max_size=6)))
    return (items[:size], scores, held), items[size:]


@st.composite
def worlds(draw, ties=True):
    asked = draw(st.lists(questions(ties), min_size=1, max_size=5))
    seed = draw(st.integers(0, 1000))
    return [question for question, _ in asked], [history for _, history in asked], np.random.default_rng(seed)


def facts(rng, held):
    """Ratings of `held` items, and for every item its popularity and features."""
    return {
        "stars": rng.integers(1, 6, held).astype(float),
        "popularity": rng.integers(0, 50, N_ITEMS),
        "features": rng.integers(0, 2, (N_ITEMS, 3)),
    }


def answered(asked, histories, known):
    answers = answers_from(asked, length=N_ITEMS, ratings=known["stars"], predictions=known["stars"] + 0.5)
    training = [histories[user] for user in range(len(histories))]
    background = background_of(training=training, histories=histories, features=known["features"])
    context = context_of(
        answers, popularity=known["popularity"], train_users=50, scale=(1.0, 5.0), background=background
    )
    return answers, context


def written(k):
    return [d.label.replace("@k", f"@{k}") for d in describe()]


@settings(deadline=None)  # the first example compiles
@given(worlds(), st.integers(1, N_ITEMS + 2))
def test_every_metric_stays_in_its_range(world, k):
    asked, histories, rng = world
    found = measure(written(k), *answered(asked, histories, facts(rng, sum(len(q[2]) for q in asked))))
    for name, result in found.items():
        assert (result.value is None) == bool(result.reason), name
        short = name.partition("@")[0]
        low = -1 if short in ("popularity_lift", "activity_gap") else 0
        high = np.inf if short in UNBOUNDED else HIGHEST.get(short, 1)
        if result.value is not None:
            assert low - 1e-9 <= result.value <= high + 1e-9, name


@settings(deadline=None)  # the first example compiles
@given(worlds(ties=False), st.integers(1, N_ITEMS), st.data())
def test_a_hit_that_moves_up_is_never_worse(world, k, data):
    """A held-out item changes places with the item above it that was not held out."""
    (candidates, scores, held), histories, rng = world[0][0], world[1][:1], world[2]
    places = [p for p in range(1, len(candidates)) if candidates[p] in held and candidates[p - 1] not in held]
    assume(places)
    place = data.draw(st.sampled_from(places))
    better = list(candidates)
    better[place - 1], better[place] = better[place], better[place - 1]
    known = facts(rng, len(held))
    metrics = [name if name == "auc" else f"{name}@{k}" for name in RISING]
    before, after = (
        measure(metrics, *answered([(order, scores, held)], histories, known)) for order in (candidates, better)
    )
    for metric in metrics:
        assert after[metric].value >= before[metric].value - 1e-12, metric


@settings(deadline=None)  # the first example compiles
@given(worlds(), st.integers(1, N_ITEMS), st.permutations(range(N_ITEMS)))
def test_numbers_of_items_and_the_order_of_questions_do_not_matter(world, k, numbers):
    asked, histories, rng = world
    known = facts(rng, sum(len(q[2]) for q in asked))
    answers, context = answered(asked, histories, known)
    turned = [([numbers[c] for c in items], scores, [numbers[h] for h in held]) for items, scores, held in asked][::-1]
    per_question = np.split(known["stars"], np.cumsum([len(held) for _, _, held in asked])[:-1])
    old = np.argsort(numbers)
    moved = {
        "stars": np.concatenate(per_question[::-1]),
        "popularity": known["popularity"][old],
        "features": known["features"][old],
    }
    other = answered(turned, [[numbers[item] for item in history] for history in histories[::-1]], moved)
    found, same = measure(written(k), answers, context), measure(written(k), *other)
    for name, result in found.items():
        assert same[name].value == (None if result.value is None else pytest.approx(result.value, rel=1e-9, abs=1e-12))
        if result.per_question is not None:
            np.testing.assert_allclose(same[name].per_question[::-1], result.per_question, rtol=1e-9, atol=1e-12)
