"""Names of metrics: what is understood, and what is said about what is not."""

import pytest
from metric_cases import answers_from, context_of

from bench.errors import BadConfig
from bench.metrics.registry import Metric, definition, describe, measure, names, parse


@pytest.mark.parametrize("name", names())
def test_every_written_name_is_parsed_back(name):
    label = next(d for d in describe() if d.name == name).label
    written = label.replace("@k", "@17")
    assert parse(written) == Metric(name, 17 if "@" in label else None)
    assert str(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ndgc@10", "did you mean 'ndcg'?"),
        ("NDCG@10", "unknown name"),
        ("recal@5", "did you mean 'recall'?"),
        ("zzz", "known are precision, recall"),
        ("", "unknown name"),
        ("@10", "unknown name"),
        ("rmse@10", "rmse has no cut-off; write 'rmse'"),
        ("rmse@", "rmse has no cut-off"),
        ("auc@5", "auc has no cut-off"),
        ("ndcg", "as in 'ndcg@10'"),
        ("ndcg@", "cut-off from 1"),
        ("ndcg@0", "cut-off from 1"),
        ("ndcg@-3", "cut-off from 1"),
        ("ndcg@1.5", "cut-off from 1"),
        ("ndcg@010", "cut-off from 1"),
        ("ndcg@ten", "cut-off from 1"),
        ("ndcg@١٠", "cut-off from 1"),
        ("ndcg@10 ", "cut-off from 1"),
        ("ndcg@10\n", "cut-off from 1"),
        ("ndcg@1000001", "cut-off from 1 to 1000000"),
        ("ndcg@99999999999999999999", "cut-off from 1 to 1000000"),
        ("ndcg@10@10", "cut-off from 1"),
    ],
)
def test_a_wrong_name_is_explained(text, said):
    with pytest.raises(BadConfig) as caught:
        parse(text)
    assert said in str(caught.value)
    assert repr(text) in str(caught.value)


def test_list_metrics_end_where_the_stored_lists_end():
    assert parse("coverage@100", list_length=100) == Metric("coverage", 100)
    for text in ("coverage@101", "novelty@101"):
        with pytest.raises(BadConfig, match="stored with 100 items"):
            parse(text, list_length=100)
    assert parse("recall@101", list_length=100).k == 101


def test_metrics_of_one_kind_stand_together_and_say_what_they_need():
    kinds = [d.kind for d in describe()]
    assert [kind for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind] == list(dict.fromkeys(kinds))
    assert all(kinds)
    needs = {d.name: d.needs for d in describe()}
    assert (needs["ndcg"], needs["ndcg_graded"], needs["calibration"]) == ("", "ratings", "features and histories")


def test_which_direction_is_better():
    directions = {d.name: d.better for d in describe()}
    errors = {"rmse", "mae", "rmse_raw", "mae_raw"}
    assert {name for name, better in directions.items() if better == "lower"} == errors | {"gini", "calibration"}
    undecided = {"novelty", "popularity", "popularity_lift", "activity_gap"}
    assert {name for name, better in directions.items() if better == "neither"} == undecided
    assert definition(parse("rmse")).better == "lower"


def test_measure_names_its_results_and_takes_texts_and_metrics():
    answers = answers_from([([0, 1], [1.0, 0.0], [0])])
    found = measure(["hit_rate@1", Metric("auc"), "hit_rate@1"], answers, context_of(answers))
    assert list(found) == ["hit_rate@1", "auc"]
    assert all(result.metric == name for name, result in found.items())
    with pytest.raises(BadConfig):
        measure(["hit_rat@1"], answers, context_of(answers))
