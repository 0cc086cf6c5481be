import csv
import io
import math

import numpy as np
import pytest
import synthetic_store as synthetic

from bench.errors import BadConfig
from bench.store import Store
from bench.types import TopK
from reports import columns, tables
from reports.escape import clean, csv_text, latex, markdown
from reports.load import load
from reports.model import Estimate, Row

ROW = Row("a", "baseline", ())

# ranks from 0 of the held-out items of six users, for two algorithms
BETTER = [[0, 3], [1], [0], [12, 40], [2, 5, 7], [4]]
WORSE = [[9], [30], [8], [55], [11, 12], [6]]
HOSTILE = "<script>alert(1)</script>|`{{7*7}}` $x$ \\ & % # _ [/] =1"


def ndcg(ranks, k=10):
    gain = sum(1 / math.log2(r + 2) for r in ranks if r < k)
    return gain / sum(1 / math.log2(r + 2) for r in range(min(k, len(ranks))))


@pytest.fixture
def store(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(6))
    synthetic.put(made, synthetic.record("better"), synthetic.answers(BETTER))
    errors = np.array([0.5, -0.5, 1, -1, 0.25, 0.75, 0])
    worse = synthetic.answers(WORSE, errors=errors)
    synthetic.put(made, synthetic.record("worse", memory=100_000_000), worse)
    return made


def by_algorithm(store, metrics=None):
    return {line["algorithm"]: line for line in tables.summary(store, metrics).records()}


def test_numbers_are_those_computed_by_hand(store):
    rows = by_algorithm(store)
    better, worse = rows["better"], rows["worse"]
    hits = [sum(r < 10 for r in user) for user in BETTER]
    assert better["precision@10"] == pytest.approx(np.mean(hits) / 10)
    assert better["hit_rate@10"] == pytest.approx(np.mean([h > 0 for h in hits]))
    assert better["recall@10"] == pytest.approx(np.mean([h / len(u) for h, u in zip(hits, BETTER, strict=True)]))
    assert better["ndcg@10"] == pytest.approx(np.mean([ndcg(user) for user in BETTER]))
    assert worse["ndcg@10"] == pytest.approx(np.mean([ndcg(user) for user in WORSE]))
    assert worse["rmse"] == pytest.approx(math.sqrt((0.25 + 0.25 + 1 + 1 + 0.0625 + 0.5625 + 0) / 7))
    assert better["rmse"] is None
    assert (better["training_seconds"], better["memory_bytes"]) == (0.5, 200_000_000)


def test_best_first_and_limits_around_the_value(store):
    lines = tables.summary(store).lines
    assert [line.row.label for line in lines] == ["better", "worse"]
    row = by_algorithm(store)["better"]
    assert row["ndcg@10_low"] < row["ndcg@10"] < row["ndcg@10_high"]
    assert "coverage@10_low" not in row


def test_best_is_marked_by_the_direction_of_each_column(store):
    better, worse = tables.summary(store).lines
    assert {"ndcg@10", "recall@10"} <= better.best
    assert "memory" in worse.best and "memory" not in better.best
    assert "training" in better.best & worse.best  # equal values are both best
    assert "rmse" not in worse.best  # nothing to be better than


def test_seeds_are_averaged_and_one_seed_shows_no_spread(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(6))
    synthetic.put(made, synthetic.record("a"), synthetic.answers(BETTER))
    synthetic.put(made, synthetic.record("a", seed=1), synthetic.answers(WORSE))
    row = by_algorithm(made)["a"]
    expected = np.mean([np.mean([ndcg(user) for user in ranks]) for ranks in (BETTER, WORSE)])
    assert row["ndcg@10"] == pytest.approx(expected)
    assert row["seeds"] == 2
    alone = tables.summary(made, ["coverage@10"]).lines[0].row.estimate("training")
    assert (alone.value, alone.low, alone.high) == (0.5, None, None)  # equal times: no ±0.000


def test_a_row_with_a_failed_seed_has_no_numbers(store):
    failed = synthetic.record("better", seed=1, status="timeout", reason="too slow", phases={})
    synthetic.put(store, failed)
    row = by_algorithm(store)["better"]
    assert row["ndcg@10"] is None and row["training_seconds"] is None
    assert row["status"] == "1 of 2 seeds ok, else timeout" and row["reason"] == "too slow"
    assert tables.summary(store).texts()[1][2:4] == ["better", "—"]


def test_asked_metrics_are_the_columns_even_when_empty(store):
    table = tables.summary(store, ["map@5", "auc", "mae"])
    assert [column.name for column in table.columns] == ["map@5", "auc", "training", "memory", "mae"]
    assert table.header[3] == "MAP@5 ↑" and table.header[-3] == "MAE ↓"


def test_unknown_metric_is_refused(store):
    with pytest.raises(BadConfig, match="ndgc"):
        tables.summary(store, ["ndgc@10"])


def test_lowest_first_where_lower_is_better(store):
    good = synthetic.answers(WORSE, errors=np.full(7, 0.1))
    synthetic.put(store, synthetic.record("precise"), good)
    assert [line.row.label for line in tables.summary(store, ["rmse"]).lines] == ["precise", "worse", "better"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_is_no_formula(start):
    assert csv_text(start + "cmd|' /C calc'!A0") == "'" + start + "cmd|' /C calc'!A0"
    assert csv_text("a" + start) == "a" + start


def test_csv_survives_hostile_labels(store):
    for label in ("=cmd|' /C calc'!A0", 'comma, "quote"\nline', "-1"):
        synthetic.put(store, synthetic.record(label, status="failed", reason="@SUM(A1)"))
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(tables.summary(store)))))
    labels = {row["algorithm"] for row in rows}
    assert {"'=cmd|' /C calc'!A0", 'comma, "quote" line', "'-1"} <= labels
    assert {row["reason"] for row in rows if row["status"] == "failed"} == {"'@SUM(A1)"}
    better = next(row for row in rows if row["algorithm"] == "better")
    assert float(better["ndcg@10"]) == by_algorithm(store)["better"]["ndcg@10"]  # numbers are neither cut nor quoted


def test_control_characters_and_direction_marks_go():
    assert clean("a\x1b[31mred\x1b[0m\x00\x9b b\nc\td\u202ee") == "a[31mred[0m b c de"


def test_markdown_escapes():
    assert markdown("a|b `c` <i> *d* _e_ [f](g) $h$ \\") == r"a\|b \`c\` &lt;i&gt; \*d\* \_e\_ \[f\](g) \$h\$ \\"


def test_markdown_table_keeps_its_shape(store):
    synthetic.put(store, synthetic.record(HOSTILE, status="failed"))
    text = tables.to_markdown(tables.summary(store))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    bars = [line.replace(r"\\", "").replace(r"\|", "").count("|") for line in rows]
    assert len(rows) == 5 and len(set(bars)) == 1
    assert "<script>" not in text and "**0." in text


def test_latex_escapes():
    assert latex("a_b & 5% #1 $x$ {y} \\z ~ ^ <>|") == (
        r"a\_b \& 5\% \#1 \$x\$ \{y\} \textbackslash{}z \textasciitilde{} \textasciicircum{} "
        r"\textless{}\textgreater{}\textbar{}"
    )
    assert latex("a-b --flag ---") == "a-b -{}-flag -{}-{}-"


def test_latex_table_is_balanced(store):
    synthetic.put(store, synthetic.record(HOSTILE, status="failed"))
    text = tables.to_latex(tables.summary(store))
    plain = text.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.replace(r"\&", "").count("&") for line in rows} == {len(load(store).metrics) + 2}
    assert r"\textbf{0." in text


def test_missing_cells_are_dashes_and_status(store):
    synthetic.put(store, synthetic.record("gone", status="oom", reason="4.1 of 4.0 GB"))
    last = tables.summary(store).texts()[-1]
    assert last[2] == "gone" and last[-1] == "oom"
    assert set(last[3:-2]) == {"—"}


def test_coverage_counts_the_catalogue(tmp_path):
    made: Store = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(5, n_items=50))
    found = synthetic.answers([[0]] * 5, n_items=50)
    items = np.tile(np.arange(50, dtype=np.int32), (5, 1))
    shown = TopK(items, found.lists.scores)
    synthetic.put(made, synthetic.record("a"), synthetic.replace(found, lists=shown))
    assert by_algorithm(made)["a"]["coverage@10"] == pytest.approx(10 / 50)


def test_titles_of_metrics_write_abbreviations_in_capitals():
    names = ("hit_rate@10", "ndcg_snips@5", "map_full@3", "ctr_proxy@1", "rmse_raw", "f1@10", "popularity_lift@10")
    assert [columns.metric_title(name) for name in names] == [
        *("Hit rate@10", "NDCG SNIPS@5", "MAP full@3", "CTR proxy@1", "RMSE raw", "F1@10", "Popularity lift@10")
    ]


def test_the_second_is_underlined_and_what_differs_from_the_best_has_a_star(tmp_path):
    made = synthetic.empty(tmp_path / "store")
    made.put_context("5" * 64, synthetic.context(12))
    for label, ranks in (("a", [[0]] * 12), ("b", [[0]] * 11 + [[1]]), ("c", [[60]] * 12)):
        synthetic.put(made, synthetic.record(label), synthetic.answers(ranks))
    table = tables.summary(made, ["ndcg@10"])
    assert [(line.best & {"ndcg@10"}, line.second & {"ndcg@10"}) for line in table.lines] == [
        ({"ndcg@10"}, set()),
        (set(), {"ndcg@10"}),
        (set(), set()),
    ]
    assert [line.differs for line in table.lines] == [False, False, True]
    marked = tables.to_markdown(table)
    assert "| a | **1.0000** |" in marked and "| b | <ins>0.9692</ins> |" in marked and "| c | 0.0000\\* |" in marked
    set_ = tables.to_latex(table)
    assert r"b & \underline{0.9692} &" in set_ and r"c & 0.0000\rlap{*} &" in set_
    said = "* NDCG@10 differs from that of a (randomization test, Holm's correction, p < 0.05)."
    assert said in table.lines[0].group.title + tables.caption(table.lines[0].group)


def test_nothing_is_second_to_several_best_ones():
    column = columns.of_metric("ndcg@10")

    def row(value):
        return synthetic.replace(ROW, estimates={"ndcg@10": Estimate(value)})

    rows = tuple(row(value) for value in (0.5, 0.50001, 0.4, None))
    assert (column.best(rows), column.second(rows)) == ({0, 1}, set())
    assert column.second((row(0.5), row(0.4), row(0.40001), row(0.3))) == {1, 2}
