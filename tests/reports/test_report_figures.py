import io
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
import synthetic_store as synthetic
from matplotlib import rcParams
from matplotlib.image import imread
from matplotlib.transforms import Bbox

from reports import differences
from reports import ranks as ranks_across
from reports.columns import of_metric
from reports.figures import (
    beyond,
    critical,
    cutoffs,
    forest,
    labels,
    learning,
    overview,
    pairs,
    quality,
    spread,
    style,
    tradeoff,
)
from reports.load import load
from reports.statistics.bootstrap import mean


@pytest.fixture(scope="module")
def group(tmp_path_factory):
    store = synthetic.realistic(tmp_path_factory.mktemp("many") / "store", n_users=30, n_items=200, copies=3)
    return load(store).groups[0]


@pytest.fixture(scope="module")
def looks(group):
    return style.styles(group.rows), style.families(group.rows)


def test_every_algorithm_has_a_look_of_its_own_in_the_colour_of_its_family(group, looks):
    styles, colours = looks
    assert len(group.rows) == 42
    assert len({(s.colour, s.marker, s.filled) for s in styles.values()}) == 42
    assert all(styles[row.label].colour == colours[row.family] for row in group.rows)


def test_looks_do_not_depend_on_the_order_of_rows(group, looks):
    assert style.styles(reversed(group.rows)) == looks[0]


def test_unknown_families_take_colours_that_are_free(group):
    rows = [synthetic.replace(group.rows[0], family=name) for name in ("factors", "zebra", "mine", "baseline")]
    assert len(set(style.families(rows).values())) == 4


def test_dot_plot_shows_values_and_intervals_best_on_top(group, looks):
    figure = quality.draw(group, *looks)
    lines = figure.axes[0].get_lines()
    dots = {line.get_ydata()[0]: line.get_xdata()[0] for line in lines if len(line.get_xdata()) == 1}
    bars = {line.get_ydata()[0]: tuple(line.get_xdata()) for line in lines if len(line.get_xdata()) == 2}
    values = [row.estimate("ndcg@10") for row in group.rows]
    assert [dots[place] for place in range(42)] == [e.value for e in values]
    assert bars == {place: e.interval for place, e in enumerate(values) if e.interval}
    assert figure.axes[0].yaxis_inverted()


def test_dot_plot_grows_with_the_number_of_algorithms(group, looks):
    few = synthetic.replace(group, rows=group.rows[:3])
    small, large = (quality.draw(g, *looks).get_size_inches() for g in (few, group))
    assert small[0] == large[0] and large[1] - small[1] == pytest.approx(39 * quality.ROW)


def test_frontier_is_what_nothing_quicker_beats(group):
    points = tradeoff.points(group, tradeoff.COSTS[0])
    kept = tradeoff.frontier(points, of_metric("ndcg@10"))
    for seconds, value, row in points:
        beaten = any(s <= seconds and v >= value and r is not row for s, v, r in points)
        assert (row in [r for _, _, r in kept]) == (not beaten)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(kept))


def test_names_in_the_picture_do_not_cover_each_other(group, looks):
    figure = tradeoff.draw(group, tradeoff.COSTS[0], *looks)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) > 10
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_names_without_room_are_left_out_and_counted():
    with style.canvas(2, 2) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1])
        crowd = [(0.5, 0.5, f"a long name {n}") for n in range(20)]
        left_out = labels.place(figure, axes, crowd, [(0.5, 0.5)])
    assert left_out == 20 - len(axes.texts) > 0


def test_names_keep_clear_of_strokes_where_they_can():
    with style.canvas(4, 4) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], linestyle="")
        labels.place(figure, axes, [(0.5, 0.5, "name")], [(0.5, 0.5)], [((0.5, 0.5), (1.0, 0.5))])
        stroke = Bbox(axes.transData.transform([(0.5, 0.5), (1.0, 0.5)]))
    assert not axes.texts[0].get_window_extent().overlaps(stroke)


def test_curves_show_the_best_and_the_best_of_each_family(group):
    shown, others = cutoffs.foremost(group)
    assert len(shown) == cutoffs.SHOWN and len(shown) + len(others) == 42
    assert {row.family for row in shown} == {row.family for row in group.rows}
    assert group.rows[0] in shown


def test_curves_pass_through_the_table(group, looks):
    figure = cutoffs.draw(group, looks[0])
    best = group.rows[0]
    line = next(line for line in figure.axes[0].get_lines() if line.get_label() == best.label)
    at = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert at[10] == pytest.approx(best.estimate("ndcg@10").value)


def test_long_names_stay_within_the_picture_of_curves(group, looks):
    named = {row.label: f"item-knn (neighbours={place + 200})" for place, row in enumerate(group.rows)}
    rows = tuple(replace(row, label=named[row.label]) for row in group.rows)
    figure = cutoffs.draw(replace(group, rows=rows), {named[label]: look for label, look in looks[0].items()})
    style.settle(figure)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == cutoffs.SHOWN + 1
    assert figure.bbox.containsx(legend.get_window_extent().x0)
    assert figure.bbox.containsx(legend.get_window_extent().x1)


def test_pictures_are_the_same_bytes_every_time_and_leave_settings_alone(group, looks):
    before = dict(rcParams)
    one, two = (style.save(quality.draw(group, *looks)) for _ in range(2))
    assert one == two
    assert dict(rcParams) == before
    assert b"<dc:date>" not in one[0]


def test_dollar_signs_are_characters(group, looks):
    rows = (synthetic.replace(group.rows[0], label="$x^2$"),)
    figure = quality.draw(synthetic.replace(group, rows=rows), {"$x^2$": looks[0][group.rows[0].label]}, looks[1])
    tick = figure.axes[0].get_yticklabels()[0]
    assert tick.get_text() == "$x^2$" and not tick.get_parse_math()
    style.save(figure)


def test_png_is_white_paper_at_print_resolution(group, looks):
    png = imread(io.BytesIO(style.save(quality.draw(group, *looks))[1]))
    assert png.shape[1] == round(quality.WIDTH * style.DPI)
    assert np.all(png[0, 0] == 1)


def test_long_labels_are_cut():
    assert style.label("x" * 200) == "x" * (style.LONGEST - 1) + "…"


def test_costs_have_a_picture_each(group, looks):
    for cost, low, high in zip(tradeoff.COSTS, (1e-3, 1e-3, 1e8), (100, 1, 1e9), strict=True):
        spent = [x for x, _, _ in tradeoff.points(group, cost)]
        assert len(spent) == 42 and all(low <= x <= high for x in spent)
        axes = tradeoff.draw(group, cost, *looks).axes[0]
        assert axes.get_xlabel().startswith(cost.title) and len(axes.get_xticks()) > 1


def test_beaten_algorithms_are_grey(group, looks):
    points = tradeoff.points(group, tradeoff.COSTS[0])
    kept = {(x, y) for x, y, _ in tradeoff.frontier(points, of_metric("ndcg@10"))}
    figure = tradeoff.draw(group, tradeoff.COSTS[0], *looks)
    dots = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1]
    assert len(dots) == 42
    for dot in dots:
        beaten = (dot.get_xdata()[0], dot.get_ydata()[0]) not in kept
        assert (dot.get_markeredgecolor() == style.BEATEN) == beaten


def test_forest_is_filled_where_the_test_tells_two_apart(group, looks):
    (found,) = differences.of_group(group)
    figure = forest.draw(found, *looks)
    dots = {line.get_ydata()[0]: line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1}
    lines = sorted(found.lines, key=lambda line: -line[1].value)
    assert len(dots) == len(lines) == 41
    for place, (_, comparison) in enumerate(lines):
        assert dots[place].get_xdata()[0] == comparison.value
        assert (dots[place].get_markerfacecolor() != "white") == comparison.significant
    assert len({comparison.significant for _, comparison in lines}) == 2


def test_wins_are_shares_of_users(group):
    found = pairs.wins(group)
    np.testing.assert_allclose(found.values + found.values.T, 1)
    first, last = (mean(found.rows[place].parts).numerator for place in (0, 41))
    assert found.values[0, 41] == pytest.approx(np.mean(first > last) + np.mean(first == last) / 2)
    assert len(set(found.values[0])) > 10


def test_similarity_of_lists_by_hand():
    lists = [np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]), np.array([[1, 3, 11, 12, 13, 14, 15, 16, 17, 18]])]
    overlap, early = pairs.similarity([*lists, np.full((1, 10), -1)])
    assert overlap[0, 1] == pytest.approx(0.2) and overlap[0, 0] == pytest.approx(1) and overlap[0, 2] == 0
    shared = [1, 1, 2, 2, 2, 2, 2, 2, 2, 2]
    assert early[0, 1] == pytest.approx(np.mean([n / (d + 1) for d, n in enumerate(shared)]))


def test_tiles_of_forty_algorithms_have_no_numbers_and_few_have(group):
    few = replace(group, rows=group.rows[:3])
    for of, draw in ((pairs.wins, pairs.draw_wins), (pairs.alike, pairs.draw_alike)):
        assert len(draw(of(few)).axes[0].texts) == 6 and not draw(of(group)).axes[0].texts


def test_overview_shows_shares_of_the_best_and_statuses(tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for name in ("one", "two"):
        for label, ranks in (("a", [[0]] * 8), ("b", [[0], [60]] * 4)):
            synthetic.put(store, synthetic.record(label, dataset={"name": name}), synthetic.answers(ranks))
    synthetic.put(store, synthetic.record("c", dataset={"name": "one"}, status="oom"))
    axes = overview.draw(load(store).groups).axes[0]
    assert axes.collections[0].get_array().filled(-1).tolist() == [[1, 1], [0.5, 0.5], [-1, -1]]
    assert [text.get_text() for text in axes.texts] == ["1.0000", "1.0000", "0.5000", "0.5000", "▣"]
    assert overview.marks(load(store).groups) == " White tiles have no number: ▣ oom."


def test_critical_differences_are_the_bars(tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for number in range(6):
        for label, ranks in (("a", [[0]] * 8), ("b", [[1]] * 8), ("c", [[2]] * 8)):
            synthetic.put(store, synthetic.record(label, dataset={"name": str(number)}), synthetic.answers(ranks))
    groups = load(store).groups
    table = ranks_across.table(groups)
    axes = critical.draw(table, style.styles(groups[0].rows)).axes[0]
    bars = [line.get_xdata() for line in axes.get_lines() if len(line.get_xdata()) == 2]
    assert [(low + high) / 2 for low, high in bars] == [1, 2, 3]
    assert all(high - low == pytest.approx(table.test.critical) for low, high in bars)


def test_learning_curves_and_seeds(tmp_path, looks):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for seed in range(3):
        curve = [{"epoch": e, "loss": 1.0, "ndcg": [0.1, 0.3, 0.2][e - 1]} for e in (1, 2, 3)]
        ranks = [[seed + user % 3] for user in range(8)]
        synthetic.put(store, synthetic.record("net", seed=seed, curve=curve), synthetic.answers(ranks))
    synthetic.put(store, synthetic.record("plain"), synthetic.answers([[0]] * 8))
    group = load(store).groups[0]
    styles, colours = style.styles(group.rows), style.families(group.rows)
    assert [row.label for row in learning.of_group(group)["ndcg"]] == ["net"]
    lines = learning.draw(group, styles).axes[0].get_lines()
    assert [list(line.get_ydata()) for line in lines[:2]] == [[0.1, 0.3, 0.2], [0.3]]
    assert len(lines) == 6
    assert [row.label for row in spread.of_group(group)] == ["net"]
    strokes = spread.draw(group, styles, colours).axes[0].get_lines()[1]
    assert list(strokes.get_xdata()) == [part.value for part in group.rows[1].parts]


def test_accuracy_stands_against_coverage_and_novelty(group, looks):
    assert beyond.names(group) == ["coverage@10", "novelty@10"]  # without histories there is no popularity lift
    figure = beyond.draw(group, looks[0])
    for axes, name in zip(figure.axes, beyond.names(group), strict=True):
        found = {(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.get_lines()}
        assert found == {(row.beyond[name], row.estimate("ndcg@10").value) for row in group.rows}


def test_long_names_end_within_the_picture_of_pairs(group):
    rows = tuple(
        replace(row, label=f"wwwwwwwww mmmmmmmmm (neighbours={place})") for place, row in enumerate(group.rows)
    )
    png = imread(io.BytesIO(style.save(pairs.draw_wins(pairs.wins(replace(group, rows=rows))))[1]))
    for edge in (png[:, :3], png[:, -3:], png[:3], png[-3:]):
        assert np.all(edge == 1), "white"
