"""The three hybrids on parts with known scores, and against fusions written out item by item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hybrid_cases import N_ITEMS, Other, Told, question, register, training

from algorithms.hybrid.reciprocal_rank import FusionParams, ReciprocalRankHybrid, ranks
from algorithms.hybrid.switching import SwitchingHybrid, SwitchingParams
from algorithms.hybrid.weighted import WeightedHybrid, WeightedParams, normalised
from bench import registry
from bench.algorithm import Can, Needs
from bench.errors import BadConfig, InvalidOutput, Unsupported
from bench.params import build

NAN = np.nan
KINDS = [(WeightedHybrid, WeightedParams), (SwitchingHybrid, SwitchingParams), (ReciprocalRankHybrid, FusionParams)]


@pytest.fixture(autouse=True)
def two(monkeypatch):
    register(monkeypatch, Told, Other)
    monkeypatch.setattr(Told, "table", [[5.0, 3.0, 3.0, 1.0, NAN, NAN]])
    monkeypatch.setattr(Other, "table", [[10.0, 20.0, 60.0, 20.0, 40.0, NAN]])


def fitted(cls, params, first="told", second="other", **more):
    facts = {name: more.pop(name) for name in ("seed", "device", "threads") if name in more}
    model = cls(params(first=first, second=second, **more), **facts)
    model.fit(training())
    return model


def test_weighted_by_hand():
    found = fitted(WeightedHybrid, WeightedParams, weight=0.25).score(question(()))
    first, second = np.array([1, 0.5, 0.5, 0, 0]), np.array([0, 0.2, 1, 0.2, 0.6])
    np.testing.assert_allclose(found[0, :5], 0.25 * first + 0.75 * second, rtol=1e-6)
    assert np.isnan(found[0, 5])


def test_normalised_rows_do_not_depend_on_each_other():
    rows = np.array([[1, 2, 3], [7, 7, 7], [NAN, NAN, NAN], [NAN, -4, 0], [-1e30, 0, 1e30]])
    expected = [[0, 0.5, 1], [0, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0.5, 1]]
    np.testing.assert_array_equal(normalised(rows), expected)
    np.testing.assert_array_equal(normalised(rows.astype(np.float32)), expected)


def test_ranks_by_hand():
    new = np.array([1, 1, 0, 1, 1, 1, 0], bool)
    scores = np.array([9, 7, 8, 7, NAN, 1, 7])
    np.testing.assert_array_equal(ranks(scores, new), [1, 2.5, 2, 2.5, NAN, 4, 3])
    np.testing.assert_array_equal(ranks(np.full(7, NAN), new), np.full(7, NAN))


def test_fusion_by_hand():
    found = fitted(ReciprocalRankHybrid, FusionParams, k=60).score(question((2,)))
    # without item 2 the first part has 0, 1, 3, the second 4, then 1 and 3 alike, then 0
    ours = [1, 2, 2.5, 3, np.inf]  # item 2 of the history has the score of item 1 and moves nobody
    theirs = [4, 2.5, 1, 2.5, 1]
    np.testing.assert_allclose(found[0, :5], 1 / (60 + np.array(ours)) + 1 / (60 + np.array(theirs)), rtol=1e-12)
    assert np.isnan(found[0, 5])


def test_fusion_item_by_item(monkeypatch):
    rng = np.random.default_rng(0)
    tables = [rng.integers(0, 4, (9, N_ITEMS)).astype(float), rng.normal(size=(9, N_ITEMS))]
    monkeypatch.setattr(Told, "table", tables[0])
    monkeypatch.setattr(Other, "table", tables[1])
    histories = [tuple(rng.choice(N_ITEMS, 2, replace=False).tolist()) for _ in range(9)]
    found = fitted(ReciprocalRankHybrid, FusionParams, k=5).score(question(*histories))
    for row, history in enumerate(histories):
        new = [item for item in range(N_ITEMS) if item not in history]
        for item in new:
            expected = 0.0
            for table in tables:
                others = [table[row, other] for other in new if other != item]
                better = sum(other > table[row, item] for other in others)
                equal = sum(other == table[row, item] for other in others)
                expected += 1 / (5 + 1 + better + equal / 2)
            assert found[row, item] == pytest.approx(expected, rel=1e-12)


def test_switching():
    model = fitted(SwitchingHybrid, SwitchingParams, long_from=2)
    found = model.score(question((), (0, 1), (3,), (0, 1, 2)))
    np.testing.assert_array_equal(found[[0, 2]], np.repeat(Told.table, 2, axis=0))
    np.testing.assert_array_equal(found[[1, 3]], np.repeat(Other.table, 2, axis=0))
    assert (model.first.asked, model.second.asked) == ([0, 2], [1, 3])
    always = fitted(SwitchingHybrid, SwitchingParams, long_from=0)
    np.testing.assert_array_equal(always.score(question(())), Other.table)
    assert always.first.asked == []


def test_chosen_questions():
    query = question((0, 1), (), (2,), (3, 4, 5))
    query = replace(query, ratings=np.arange(6.0), times=np.arange(6), candidates=np.arange(8).reshape(4, 2))
    found = query.take(np.array([3, 0]))
    assert found.keys.tolist() == [3, 0]
    assert found.offsets.tolist() == [0, 3, 5]
    assert found.items.tolist() == [3, 4, 5, 0, 1]
    assert found.ratings.tolist() == [3, 4, 5, 0, 1] == found.times.tolist()
    assert found.candidates.tolist() == [[6, 7], [0, 1]]
    assert len(query.take(np.array([], np.int64)).items) == 0


@pytest.mark.parametrize(("cls", "params"), KINDS)
class TestEveryHybrid:
    def test_facts_of_the_run_and_names_reach_the_parts(self, cls, params, tmp_path):
        model = cls(params(first={"name": "told", "params": {"shift": 2}}, second="other"), seed=7, threads=3)
        reported = []
        model.fit(training(scratch=tmp_path, report=lambda epoch, **values: reported.append((epoch, values))))
        assert [(part.seed, part.threads, part.device) for part in (model.first, model.second)] == [(7, 3, "cpu")] * 2
        assert (model.first.params.shift, model.second.params.shift) == (2, 0)
        assert reported == [(1, {"first_loss": 0.5}), (1, {"second_loss": 0.5})]
        assert sorted(path.parent.name for path in tmp_path.rglob("kept")) == ["first", "second"]

    def test_scratch_of_a_selection(self, cls, params, tmp_path):
        model = cls(params(first="told", second="other"))
        seen = {}
        model_fit = Told.fit

        def looking(self, train):
            seen[self.name] = train.selection.scratch
            model_fit(self, train)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Told, "fit", looking)
            alone = training(scratch=tmp_path / "selection")
            model.fit(replace(training(scratch=tmp_path), selection=alone))
        assert seen == {"told": tmp_path / "selection" / "first", "other": tmp_path / "selection" / "second"}

    def test_new_users_only_where_the_part_that_is_asked_serves_them(self, cls, params):
        with pytest.raises(Unsupported, match="part 'other' serves no new users"):
            fitted(cls, params).score(question(tuple(range(6)), user=-1))
        both = fitted(cls, params, second="told").score(question(tuple(range(6)), user=-1))
        assert np.isfinite(both[0, :4]).all()

    @pytest.mark.parametrize("answer", [[[np.inf] * N_ITEMS], [[1.0] * (N_ITEMS - 1)]])
    def test_what_are_no_scores(self, cls, params, answer, monkeypatch):
        monkeypatch.setattr(Other, "table", answer)
        with pytest.raises(InvalidOutput, match="part 'other' gave infinite scores or not one for each item"):
            fitted(cls, params).score(question(tuple(range(6))))

    def test_unmet_needs(self, cls, params, monkeypatch):
        monkeypatch.setattr(Other, "needs", Needs.ITEM_TEXT | Needs.TIMES)
        with pytest.raises(Unsupported, match=f"{cls.name}: its part 'other' needs times, which is not there"):
            fitted(cls, params)

    def test_candidates_leave_the_scores_as_they_are(self, cls, params):
        model, query = fitted(cls, params), question((0,), (1, 2))
        some = replace(query, candidates=np.array([[3, 1], [0, -1]], np.int32))
        np.testing.assert_array_equal(model.score(some), model.score(query))

    def test_names_are_checked(self, cls, params):
        wrong = {"first": "itm-knn", "second": {"name": "item-knn", "params": {"neighbors": 3}}}
        with pytest.raises(BadConfig) as error:
            build(params, wrong, cls.name)
        first, second = str(error.value).splitlines()
        assert first.startswith(f"{cls.name}: parameter 'first': ")
        assert "unknown algorithm 'itm-knn'; did you mean 'item-knn'?" in first
        assert "unknown parameter 'neighbors'; did you mean 'neighbours'?" in second

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (3, "a part is the name of an algorithm"),
            ({"params": {}}, "a part is the name of an algorithm"),
            ({"name": "told", "parms": {}}, "unknown key 'parms' of a part; did you mean 'params'?"),
            ({"name": "told", "params": [1]}, "the parameters of a part are a table"),
            ({"name": "told", "params": {"shift": 1e6}}, "told: parameter 'shift'"),
        ],
    )
    def test_what_is_no_part(self, cls, params, value, said):
        with pytest.raises(BadConfig) as error:
            build(params, {"second": value}, cls.name)
        assert said in str(error.value)

    def test_a_name_alone_means_its_default_parameters(self, cls, params):
        short, long = (build(params, {"first": value}, "x") for value in ("told", {"name": "told"}))
        assert short.first == long.first == {"name": "told", "params": {"shift": 0.0}}

    def test_defaults_are_written_out_in_full(self, cls, params):
        """Two cells never share a key, and a default part is no change of parameters."""
        for name, field in params.model_fields.items():
            value = field.get_default(call_default_factory=True)
            assert params().model_dump(mode="json")[name] == value
            if isinstance(value, dict):
                assert value["params"] == registry.load(value["name"]).Params().model_dump(mode="json")

    def test_parts_of_parts_and_what_they_can(self, cls, params):
        inner = {"name": "hybrid-rrf", "params": {"first": "content-tfidf", "second": "told"}}
        nested = build(params, {"first": inner, "second": "attribute-knn"}, cls.name)
        assert cls.parts(nested) == ["attribute-knn", "content-tfidf", "hybrid-rrf", "told"]
        needs, can = cls.abilities(nested)
        assert needs == Needs.ITEM_TEXT | Needs.ITEM_FEATURES
        assert can == Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS
        _, unequal = cls.abilities(build(params, {"first": "told", "second": "other"}, "x"))
        assert Can.SERVE_NEW_USERS not in unequal
        assert (Can.SCORE_NEW_ITEMS in unequal) == (cls is not SwitchingHybrid)
        assert cls.abilities(params()) == (cls.needs, cls.can)

    def test_save_and_load(self, cls, params, tmp_path):
        model = cls(params(first="popularity", second="item-knn"))
        model.fit(training())
        model.save(tmp_path)
        loaded = cls.load(tmp_path)
        assert (tmp_path / "first" / "state.json").is_file()
        assert loaded.params == model.params
        np.testing.assert_array_equal(loaded.score(question((0,), ())), model.score(question((0,), ())))

    def test_a_second_fit_makes_new_parts(self, cls, params):
        model = fitted(cls, params)
        before = model.first
        model.fit(training())
        assert model.first is not before


def test_one_part_alone():
    """With all the weight, and with twice the same part, a hybrid orders as that part does."""
    weighted = fitted(WeightedHybrid, WeightedParams, weight=1).score(question(()))[0]
    fused = fitted(ReciprocalRankHybrid, FusionParams, second="told").score(question(()))[0]
    assert np.argsort(-weighted[:4], kind="stable").tolist() == [0, 1, 2, 3]
    assert np.argsort(-fused[:4], kind="stable").tolist() == [0, 1, 2, 3]
    assert fused[1] == fused[2]
