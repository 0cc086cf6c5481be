"""What the harness makes of scores, of an algorithm's own lists, and of predictions."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from questions import held_out, query
from scipy.stats import hypergeom

from bench import evaluation, validation
from bench.algorithm import Algorithm, Can
from bench.context import context_of
from bench.datasets.build import build
from bench.errors import InvalidOutput
from bench.metrics.registry import measure
from bench.params import Params
from bench.splits.catalogue import make
from bench.topk import top_k
from bench.types import Floats, Longs, Query, TopK, Training


class Fixed(Algorithm[Params]):
    """Scores from a function of the query; predictions likewise."""

    name, family = "fixed", "test"
    can = Can.RANK | Can.PREDICT_RATINGS

    def __init__(self, answer: Any) -> None:
        super().__init__(Params())
        self.answer = answer

    def fit(self, train: Training) -> None:
        """Nothing to learn."""

    def score(self, query: Query) -> Floats:
        return self.answer(query)  # type: ignore[no-any-return]

    def predict(self, query: Query, rows: Longs, items: Any) -> Floats:
        return self.answer(rows, items)  # type: ignore[no-any-return]


def _constant(asked: Query) -> Floats:
    return np.zeros((len(asked), asked.n_items), np.float32)


def test_slices_do_not_change_the_answers(monkeypatch: pytest.MonkeyPatch):
    random = np.random.default_rng(0)
    table = random.integers(0, 5, (40, 30)).astype(np.float32)
    asked = held_out(query([[u % 7] for u in range(40)], 30), [[8 + u % 5, 20] for u in range(40)])
    whole = evaluation.rank(Fixed(lambda q: table[q.users]), asked)
    monkeypatch.setattr(validation, "SLICE_BYTES", 30 * 4 * 3)
    assert len(validation.slices(40, 30)) == 14
    sliced = evaluation.rank(Fixed(lambda q: table[q.users]), asked)
    assert sliced.lists.items.tolist() == whole.lists.items.tolist()
    for name in ("better", "tied", "position", "candidates", "unscored"):
        np.testing.assert_array_equal(getattr(sliced, name), getattr(whole, name))


@pytest.mark.parametrize("threads", [2, 3, 64])
def test_threads_do_not_change_the_answers(threads: int):
    random = np.random.default_rng(1)
    table = random.integers(0, 9, (40, 300)).astype(np.float32)
    asked = held_out(query([[u % 7] for u in range(40)], 300), [[8 + u % 5, 20] for u in range(40)])
    algorithm = Fixed(lambda q: table[q.users])
    whole = evaluation.rank(algorithm, asked)
    algorithm.threads = threads
    shared = evaluation.rank(algorithm, asked)
    np.testing.assert_array_equal(shared.lists.items, whole.lists.items)
    np.testing.assert_array_equal(shared.lists.scores, whole.lists.scores)
    for name in ("better", "tied", "position", "candidates", "unscored"):
        np.testing.assert_array_equal(getattr(shared, name), getattr(whole, name))


def test_no_stage_holds_all_scores(monkeypatch: pytest.MonkeyPatch):
    """Memory is that of the answers, twice while they are joined, and of a few slices; all scores would be 48 MB."""
    users, n_items = 4000, 3000
    asked = held_out(query([[0]] * users, n_items), [[1]] * users)
    monkeypatch.setattr(validation, "SLICE_BYTES", 1 << 20)
    tracemalloc.start()
    try:
        answers = evaluation.rank(Fixed(_constant), asked)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    kept = sum(
        array.nbytes for array in (answers.lists.items, answers.lists.scores, answers.better, answers.candidates)
    )
    assert peak < 2.5 * kept + 4 * (1 << 20) < users * n_items * 4 / 2


def test_a_list_is_never_longer_than_the_catalogue():
    answers = evaluation.rank(Fixed(_constant), held_out(query([[0], []], 4), [[1], [2]]))
    assert answers.lists.items.shape == (2, 4)
    assert sorted(answers.lists.items[0].tolist()) == [-1, 1, 2, 3]
    assert sorted(answers.lists.items[1].tolist()) == [0, 1, 2, 3]


def _tilted() -> Any:
    """300 users who hold out only items with low numbers: the luck of the item order would look like skill."""
    random = np.random.default_rng(4)
    rows = []
    for user in range(300):
        late = random.choice(20, 4, replace=False)
        early = 20 + random.choice(80, 16, replace=False)
        rows += [(f"u{user:03}", f"i{item:03}", time) for time, item in enumerate([*early, *late])]
    users, items, times = zip(*rows, strict=True)
    return make(build("tilted", users, items, times=times), {"name": "user-time", "test": 0.2})


def test_a_constant_scorer_gets_chance_level_and_no_more():
    """Expected values by hand: each held-out item stands at each rank equally often.

    A list of 10 out of c candidates hits h held-out items with the hypergeometric chance; NDCG@10 of a question has the
    mean (h / c) · Σ 1/log2(r + 1) / ideal. The bounds are four standard deviations of the mean over 300 questions.
    """
    split = _tilted()
    answers = evaluation.rank(Fixed(_constant), split.test)
    found = measure(["hit_rate@10", "ndcg@10", "auc"], answers, context_of(split))
    candidates = np.diff(split.test.query.offsets)
    candidates = split.train.n_items - candidates
    held = np.diff(split.test.offsets)
    chance = 1 - hypergeom.pmf(0, candidates, held, 10)
    assert found["hit_rate@10"].value == pytest.approx(chance.mean(), abs=4 * _error(chance * (1 - chance)))
    gains = 1 / np.log2(np.arange(10) + 2)
    ideal = np.cumsum(gains)[np.minimum(held, 10) - 1]
    expected = held / candidates * gains.sum() / ideal
    spread = held / candidates * (gains**2).sum() / ideal**2  # an upper bound: ranks without replacement vary less
    assert found["ndcg@10"].value == pytest.approx(expected.mean(), abs=4 * _error(spread))
    assert found["auc"].value == pytest.approx(0.5, rel=1e-12)
    in_order = -np.arange(split.train.n_items, dtype=np.float32)[None, :].repeat(len(split.test), axis=0)
    lucky = evaluation.rank(Fixed(lambda q: in_order[: len(q)]), split.test)
    luck = measure(["hit_rate@10"], lucky, context_of(split))["hit_rate@10"].value
    assert luck is not None
    assert luck > chance.mean() + 8 * _error(chance * (1 - chance)), "the data does reward item order"


def _error(variances: Any) -> float:
    return float(np.sqrt(np.sum(variances)) / len(variances))


def test_scores_of_nothing_but_nan_stand_at_chance_and_are_counted():
    split = _tilted()
    answers = evaluation.rank(Fixed(lambda q: _constant(q) * np.float32(np.nan)), split.test)
    assert answers.unscored.tolist() == answers.candidates.tolist()
    share = (answers.better + answers.position) / np.repeat(answers.candidates, np.diff(split.test.offsets))
    assert share.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / len(share)))
    value = measure(["hit_rate@10"], answers, context_of(split))["hit_rate@10"].value
    assert value == 0, "what cannot be scored is never recommended"


def test_metrics_with_a_cut_off_beyond_the_catalogue_divide_by_the_cut_off():
    split = make(build("five", *zip(*_grid(3, 5), strict=True), ordered=True), {"name": "last-out"})
    answers = evaluation.rank(Fixed(_constant), split.test)
    found = measure(["precision@10", "recall@10", "hit_rate@10"], answers, context_of(split))
    assert [found[name].value for name in found] == pytest.approx([0.1, 1.0, 1.0])


def _grid(users: int, items: int) -> list[tuple[str, str]]:
    return [(f"u{user}", f"i{item}") for user in range(users) for item in range(items)]


def test_a_metric_that_is_not_defined_is_none_with_a_reason():
    split = make(build("no ratings", *zip(*_grid(3, 5), strict=True), ordered=True), {"name": "last-out"})
    found = measure(["rmse", "mae"], evaluation.rank(Fixed(_constant), split.test), context_of(split))
    for name in ("rmse", "mae"):
        assert found[name].value is None
        assert found[name].reason


def _spoiled(**changes: Any) -> TopK:
    """Good lists of three places for two questions with seen item 0, spoiled in one place."""
    items = np.array([[5, 4, 3], [5, 4, 3]], np.int32)
    scores = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    for name, value in changes.items():
        target = scores if name.startswith("score") else items
        target[1, int(name[-1])] = value
    return TopK(items, scores)


ASKED = query([[0], [0]], 6)


def test_good_lists_pass():
    evaluation.check_lists(_spoiled(), ASKED, 3)
    evaluation.check_lists(_spoiled(item_2=-1, score_2=np.nan), ASKED, 3)  # fewer than k
    evaluation.check_lists(_spoiled(score_1=3.0), ASKED, 3)  # a tie


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        (_spoiled(item_1=5), "question 8: an item twice"),
        (_spoiled(item_1=6), "question 8: unknown item numbers"),
        (_spoiled(item_1=-2), "question 8: unknown item numbers"),
        (_spoiled(item_0=-1, score_0=np.nan), "question 8: unknown item numbers"),  # a gap
        (_spoiled(item_1=0), "question 8: seen items"),
        (_spoiled(score_1=np.nan), "question 8: NaN scores"),
        (_spoiled(score_2=9.0), "question 8: scores not in falling order"),
        (_spoiled(score_0=np.inf), "question 8"),
    ],
)
def test_wrong_lists_are_refused_with_counts_and_examples(lists: TopK, message: str):
    with pytest.raises(InvalidOutput, match=f"1 of 2 lists are wrong: {message}"):
        evaluation.check_lists(lists, ASKED, 3)


def test_no_more_than_five_examples_are_given():
    asked = query([[0]] * 9, 6)
    with pytest.raises(InvalidOutput) as caught:
        evaluation.check_lists(TopK(np.zeros((9, 1), np.int32), np.zeros((9, 1))), asked, 1)
    assert "9 of 9 lists" in str(caught.value)
    assert str(caught.value).count("seen items") == 5


@pytest.mark.parametrize(
    "lists",
    [
        TopK(np.zeros((2, 4), np.int32), np.zeros((2, 4))),  # too many places
        TopK(np.zeros((1, 3), np.int32), np.zeros((1, 3))),  # a question without a list
        TopK(np.zeros((2, 3)), np.zeros((2, 3))),  # item numbers that are no whole numbers
        None,
        ([5, 4, 3], [5, 4, 3]),
    ],
)
def test_what_is_no_list_is_refused(lists: Any):
    with pytest.raises(InvalidOutput, match="recommend"):
        evaluation.check_lists(lists, ASKED, 3)


RATED = held_out(query([[0], [0]], 6), [[1, 2], [3]], ratings=True)


def test_refused_predictions_become_the_mean_and_are_counted():
    found, refused = evaluation.predict(Fixed(lambda rows, items: np.array([4.0, np.nan, 9.0])), RATED, 3.25)
    assert found.tolist() == [4.0, 3.25, 9.0]
    assert refused == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.array([1.0, np.inf, -np.inf]), "2 infinite ratings of 3"),
        (np.array([1.0, 2.0]), r"shape \(2,\), not floating point of shape \(3,\)"),
        (np.array([1, 2, 3]), "int64"),
        (None, "object"),
    ],
)
def test_what_is_no_prediction_is_refused(answer: Any, message: str):
    with pytest.raises(InvalidOutput, match=message):
        evaluation.predict(Fixed(lambda rows, items: answer), RATED, 3.0)


def test_the_default_of_recommend_leaves_out_what_cannot_be_scored():
    scores = np.array([[np.nan, 1.0, np.nan]], np.float32)
    best = Fixed(lambda q: scores).recommend(query([[]], 3), 3)
    assert best.items.tolist() == [[1, -1, -1]]
    assert top_k(scores, query([[]], 3), 3).items[0, 0] == 1
