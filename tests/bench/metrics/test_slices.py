"""Parts of the same answers: which questions and items belong to them, and that they add up to the whole."""

import numpy as np
import pytest
from metric_cases import answers_from, background_of, context_of, random_questions

from bench.metrics.registry import describe, measure
from bench.metrics.slices import restricted, slices

BY_QUESTIONS = {"activity", "known or new", "time"}
BY_ITEMS = {"item popularity", "warm or cold"}
DAY = 86_400


def world(seed=0, count=30):
    rng = np.random.default_rng(seed)
    questions = random_questions(rng, count, ties=True, with_empty=True)
    histories = [rng.permutation(40)[: rng.integers(0, 20)].tolist() for _ in range(count)]
    training = [history if user % 7 else [] for user, history in enumerate(histories)]
    popularity = np.bincount([item for had in training for item in had], minlength=40)
    popularity[:5] = 0
    ratings = rng.integers(1, 6, sum(len(held) for _, _, held in questions))
    background = background_of(
        training=training,
        histories=histories,
        features=rng.integers(0, 2, (40, 4)),
        quarters=rng.integers(0, 4, count) * 90 * DAY,
    )
    answers = answers_from(questions, ratings=ratings, predictions=ratings + rng.normal(0, 1, len(ratings)))
    return answers, context_of(answers, popularity=popularity, train_users=25, scale=(1, 5), background=background)


def names(parts, by):
    return [part.name for part in parts if part.by == by]


def test_each_criterion_shares_out_all_questions_or_all_held_out_items():
    answers, context = world()
    parts = slices(context, answers)
    assert {part.by for part in parts} == BY_QUESTIONS | BY_ITEMS
    for by in BY_QUESTIONS | BY_ITEMS:
        own = [part for part in parts if part.by == by]
        assert len(own) > 1
        assert len(set(names(parts, by))) == len(own)
        np.testing.assert_array_equal(sum(part.held.astype(int) for part in own), 1)
        questions = sum(part.questions.astype(int) for part in own)
        np.testing.assert_array_equal(questions, 1 if by in BY_QUESTIONS else len(own))


@pytest.mark.parametrize(
    "name", ["ndcg@5", "recall@5", "map@10", "auc", "novelty@5", "rmse", "diversity@5", "ctr_proxy@5"]
)
def test_parts_of_the_questions_add_up_to_the_whole(name):
    answers, context = world()
    whole = measure([name], answers, context)[name]
    for by in BY_QUESTIONS:
        found = [
            measure([name], *restricted(answers, context, s))[name] for s in slices(context, answers) if s.by == by
        ]
        numerator = sum(part.numerator.sum() for part in found)
        denominator = sum(part.denominator.sum() for part in found)
        assert denominator == pytest.approx(whole.denominator.sum(), rel=1e-12)
        assert numerator == pytest.approx(whole.numerator.sum(), rel=1e-12)


def test_parts_of_the_held_out_items_add_up_to_the_whole():
    answers, context = world()
    held = np.diff(answers.offsets)
    whole = np.nan_to_num(measure(["recall@5"], answers, context)["recall@5"].per_question) * held
    for by in BY_ITEMS:
        hits = np.zeros(len(held))
        for part in slices(context, answers):
            if part.by == by:
                fewer, known = restricted(answers, context, part)
                recall = measure(["recall@5"], fewer, known)["recall@5"].per_question
                hits += np.nan_to_num(recall) * np.diff(fewer.offsets)
        np.testing.assert_allclose(hits, whole, rtol=1e-12)


def test_every_metric_can_be_measured_on_every_slice():
    answers, context = world()
    wanted = [d.label.replace("@k", "@5") for d in describe()]
    for part in slices(context, answers):
        for result in measure(wanted, *restricted(answers, context, part)).values():
            assert (result.value is None) == bool(result.reason), (part.by, part.name, result)


def test_a_slice_of_questions_is_what_answers_to_them_alone_would_be():
    questions = random_questions(np.random.default_rng(3), 8)
    histories = [[0], [0, 1, 2], [1], [5, 6, 7], [], [1, 2, 3, 4], [2], [3]]
    whole = answers_from(questions, length=40)
    context = context_of(whole, popularity=range(40), train_users=9, background=background_of(histories=histories))
    (part,) = [part for part in slices(context, whole) if part.name == "3 to 4 items"]
    assert np.flatnonzero(part.questions).tolist() == [1, 3, 5]
    chosen = answers_from([questions[1], questions[3], questions[5]], length=40)
    known = background_of(histories=[histories[1], histories[3], histories[5]])
    alone = context_of(chosen, popularity=range(40), train_users=9, background=known)
    fewer, narrowed = restricted(whole, context, part)
    assert narrowed.user_ids == ("1", "3", "5")
    wanted = [d.label.replace("@k", "@5") for d in describe() if not d.needs.startswith("ratings")]
    expected = {name: result.value for name, result in measure(wanted, chosen, alone).items()}
    assert {name: result.value for name, result in measure(wanted, fewer, narrowed).items()} == expected


def test_activity_has_quarters_with_their_bounds_and_never_divides_equal_ones():
    answers = answers_from([([0], [1.0], [0])] * 8)
    lengths = [1, 2, 2, 2, 5, 7, 8, 30]
    background = background_of(histories=[range(length) for length in lengths])
    parts = slices(context_of(answers, popularity=[1] * 30, background=background), answers)
    assert names(parts, "activity") == ["1 item", "2 items", "5 to 7 items", "8 to 30 items"]
    counts = [int(part.questions.sum()) for part in parts if part.by == "activity"]
    assert counts == [1, 3, 2, 2]


def test_head_middle_and_tail_are_thirds_of_the_training_interactions():
    """Of 30: items 0 and 1 have 8 each, so less than a third is before both; 2 to 4 have 4 each, 5 and 6 one each."""
    answers = answers_from([(list(range(8)), [1.0] * 8, list(range(8)))])
    parts = slices(context_of(answers, popularity=[8, 8, 4, 4, 4, 1, 1, 0]), answers)
    held = {part.name: answers.items[part.held].tolist() for part in parts}
    assert held == {
        "head": [0, 1],
        "middle": [2, 3, 4],
        "tail": [5, 6, 7],
        "warm items": list(range(7)),
        "cold items": [7],
    }


def test_who_is_new_and_when_questions_are_asked():
    answers = answers_from([([0], [1.0], [0])] * 3)
    background = background_of(training=[[0], [], [0]], histories=[[0], [], [0]], quarters=[0, 0, 40 * DAY])
    context = context_of(answers, popularity=[2], background=background)
    found = {part.name: np.flatnonzero(part.questions).tolist() for part in slices(context, answers)}
    assert (found["known users"], found["new users"]) == ([0, 2], [1])
    assert (found["from 1970-01-01"], found["from 1970-02-10"]) == ([0, 1], [2])


def test_quarters_of_one_day_show_the_second():
    answers = answers_from([([0], [1.0], [0])] * 2)
    context = context_of(answers, background=background_of(histories=[[0], [0]], quarters=[5, 3600]))
    assert names(slices(context, answers), "time") == ["from 1970-01-01 00:00:05", "from 1970-01-01 01:00:00"]


def test_quarters_far_from_now_have_names_too():
    """Milliseconds taken for seconds lie beyond the year 9999."""
    answers = answers_from([([0], [1.0], [0])] * 2)
    background = background_of(histories=[[0], [0]], quarters=[-62_167_219_200, 253_402_300_800])
    found = names(slices(context_of(answers, background=background), answers), "time")
    assert found == ["from 0000-01-01", "from 10000-01-01"]


def test_what_is_not_known_has_no_slices():
    answers = answers_from([([0], [1.0], [0])])
    assert slices(context_of(answers), answers) == []
    assert {part.by for part in slices(context_of(answers, popularity=[3]), answers)} == BY_ITEMS
    assert slices(context_of(answers_from([])), answers_from([])) == []
