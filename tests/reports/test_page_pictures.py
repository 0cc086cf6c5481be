"""The pictures of the page: plotly accepts them, and what they draw is what stands in the table beside each."""

import json
import re

import plotly.graph_objects as go
import pytest
import synthetic_store as synthetic

from reports import pictures, ranks
from reports.columns import of_metric
from reports.figures import groups, numbers
from reports.load import load
from reports.model import Row
from reports.plots import curves, dots, names, points, tiles
from reports.plots.figure import axis, domain, hover, rounded
from reports.plots.figure import names as named
from reports.slices import Sliced

pytestmark = pytest.mark.usefixtures("no_files")

HOSTILE = "<b onclick=\"x()\">a & b</b> <a href='javascript:x()'>%{y}"
RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    store = synthetic.realistic(tmp_path_factory.mktemp("drawn") / "store", n_users=30, n_items=200, seeds=2)
    store.put_context("6" * 64, synthetic.context(8))
    for label in (HOSTILE, "ease", "random"):
        curve = [{"epoch": e, "ndcg": e / 10} for e in (1, 2, 3)]
        record = synthetic.record(label, family=label, dataset={"name": "other"}, split_hash="6" * 64, curve=curve)
        synthetic.put(store, record, synthetic.answers(RANKS if label == "ease" else [*RANKS[:7], [40]]))
    synthetic.put(store, synthetic.record("gone", dataset={"name": "other"}, split_hash="6" * 64, status="oom"))
    return {picture.name: picture for picture in pictures.draw(load(store))}


def test_plotly_accepts_every_picture(drawn):
    kinds = {name.rpartition("user-time-")[2] for name in drawn}
    expected = {"quality", "tradeoff", "memory", "latency", "differences-best", "wins", "similarity", "beyond"}
    assert expected | {"seeds", "cutoffs", "learning", "overview"} == kinds
    for picture in drawn.values():
        go.Figure(picture.plot)  # raises for whatever it does not know
        json.dumps(picture.plot, allow_nan=False)


def test_every_number_of_the_table_is_drawn(drawn):
    """Values to five digits, for each kind of picture."""
    for name, column in (("quality", "ndcg@10"), ("tradeoff", "ndcg@10"), ("differences-best", "difference")):
        picture = drawn[f"movielens-small-user-time-{name}"]
        axis_of = "y" if name == "tradeoff" else "x"
        found = [v for t in picture.plot["data"] if t["mode"] != "lines" for v in t[axis_of]]
        assert sorted(found) == sorted(rounded(entry[column]) for entry in picture.numbers)
    wins = drawn["movielens-small-user-time-wins"]
    rows = list(dict.fromkeys(entry["algorithm"] for entry in wins.numbers))
    for entry in wins.numbers:
        where = rows.index(entry["algorithm"]), rows.index(entry["other"])
        assert wins.plot["data"][0]["z"][where[0]][where[1]] == rounded(entry["share"], 3)
    cutoffs = drawn["movielens-small-user-time-cutoffs"]
    assert sum(len(trace["x"]) for trace in cutoffs.plot["data"]) == len(cutoffs.numbers)


def test_intervals_reach_from_low_to_high(drawn):
    picture = drawn["movielens-small-user-time-quality"]
    entries = {hover(entry, {}): entry for entry in picture.numbers}
    for trace in picture.plot["data"]:
        bar = trace["error_x"]
        for said, at, below, above in zip(trace["hovertext"], trace["x"], bar["arrayminus"], bar["array"], strict=True):
            assert at - below == pytest.approx(entries[said]["low"], abs=2e-5)
            assert at + above == pytest.approx(entries[said]["high"], abs=2e-5)


def test_no_text_is_read_as_markup(drawn):
    """Plotly reads b, i, a, br and entities in texts: all of them come from us, or are escaped."""

    def texts(value):
        if isinstance(value, str):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from texts(inner)

    found = [text for picture in drawn.values() for text in texts(picture.plot) if "onclick" in text]
    assert len(found) > 20
    for text in found:
        theirs = re.sub("<br>|</?b>|<extra></extra>", "", text)
        assert "<" not in theirs and "&lt;b onclick" in theirs and "a &amp; b" in theirs
        assert "'&gt;%{y}" not in theirs


def test_what_has_no_number_says_why(drawn):
    quality = drawn["other-user-time-quality"].plot
    assert "gone  oom" in quality["layout"]["yaxis"]["ticktext"]
    tile = drawn["overview"].plot["data"][0]
    rows = drawn["overview"].plot["layout"]["yaxis"]["ticktext"]
    assert tile["text"][rows.index("gone")] == ["", "▣"] and tile["z"][rows.index("gone")] == [None, None]


def test_hollow_is_what_no_test_tells_apart():
    looks = pictures.style.styles([])
    look = pictures.style.Style("#000000", "o", False, ())
    looks = {"a": look, "b": look, "c": look}
    entries = [
        {"algorithm": label, "difference": -0.1, "low": None, "high": None, "p_holm": p}
        for label, p in (("a", 0.01), ("b", 0.05), ("c", None))
    ]
    (trace,) = dots.draw(entries, "difference", "d", looks)["data"]
    assert trace["marker"]["symbol"] == ["circle", "circle-open", "circle-open"]
    assert not trace["error_x"]["visible"]


def test_the_frontier_is_joined_in_the_order_of_cost():
    looks = dict.fromkeys(("slow", "worse", "fast"), pictures.style.Style("#000000", "s", True, ()))
    entries = [
        {"algorithm": label, "family": "f", "cost": cost, "q": q, "low": None, "high": None, "frontier": best}
        for label, cost, q, best in (("slow", 100.0, 0.3, True), ("worse", 50.0, 0.1, False), ("fast", 0.5, 0.2, True))
    ]
    found = points.against_cost(entries, "q", "Q", "Time", "{:g} s".format, looks)
    stairs, beaten, best = found["data"]
    assert stairs["x"] == best["x"] == [0.5, 100] and beaten["x"] == [50]
    assert best["textposition"] == ["top center", "bottom center"]
    assert found["layout"]["xaxis"]["ticktext"] == ["1 s", "10 s", "100 s"]


def test_names_beside_points_cover_no_other_and_stay_inside():
    crowd = [(300.0 + n, 100.0, f"the {n}th of many points at one place") for n in range(9)]
    found = names.places(crowd, 640, 360)
    assert found[:2] == ["top center", "bottom center"]
    placed = [(point, place) for point, place in zip(crowd, found, strict=True) if place]
    assert 2 <= len(placed) < len(crowd)
    boxes = [names._around(x, y, names.LETTER * len(name))[place] for (x, y, name), place in placed]
    for number, (left, bottom, right, top) in enumerate(boxes):
        assert left >= 0 and right <= 640
        for other in boxes[:number]:
            assert right <= other[0] or other[2] <= left or top <= other[1] or other[3] <= bottom
    assert names.places([(2.0, 100.0, "at the left edge")], 640, 360) == ["middle right"]
    assert names.places([(320.0, 100.0, "n" * 200)], 640, 360) == [""]


def test_rows_of_tiles_have_room_for_their_names_however_long_those_of_columns_are():
    def height(length):
        entries = [{"algorithm": str(row), "other": "o" * length, "v": 0.5} for row in range(30)]
        return tiles.draw(entries, lambda e: e["other"], lambda e: e["v"], lambda e: "", "s")["layout"]["height"]

    assert height(30) - height(1) == pytest.approx(29 * tiles.LETTER, abs=1)
    assert height(1) >= 30 * tiles.SMALL


def test_tiles_keep_pairs_on_the_diagonal():
    entries = [{"algorithm": a, "other": b, "v": 0.5} for a, b in (("x", "y"), ("x", "z"), ("y", "x"), ("y", "z"))]
    entries += [{"algorithm": "z", "other": b, "v": 0.25} for b in ("x", "y")]
    found = tiles.draw(entries, lambda e: e["other"], lambda e: e["v"], lambda e: "", "share")
    assert found["data"][0]["z"] == [[None, 0.5, 0.5], [0.5, None, 0.5], [0.25, 0.25, None]]
    assert found["layout"]["xaxis"]["ticktext"] == found["layout"]["yaxis"]["ticktext"] == ["x", "y", "z"]


def test_bars_of_mean_ranks_are_critical_differences(tmp_path):
    store = synthetic.empty(tmp_path / "store")
    store.put_context("5" * 64, synthetic.context(8))
    for number in range(6):
        for label, answered in (("b", [[1]] * 8), ("a", [[0]] * 8), ("c", [[2]] * 8)):
            synthetic.put(store, synthetic.record(label, dataset={"name": str(number)}), synthetic.answers(answered))
    results = load(store)
    (found,) = (picture for picture in pictures.draw(results) if picture.name == "ranks")
    critical = ranks.table(results.groups).test.critical
    assert [(entry["algorithm"], entry["mean_rank"]) for entry in found.numbers] == [("a", 1), ("b", 2), ("c", 3)]
    (trace,) = found.plot["data"]
    assert trace["error_x"]["array"] == trace["error_x"]["arrayminus"] == [pytest.approx(critical / 2, rel=1e-4)] * 3
    (band,) = found.plot["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (
        pytest.approx(1 - critical / 2, rel=1e-4),
        pytest.approx(1 + critical / 2, rel=1e-4),
    )


def test_curves_of_many_are_grey_without_a_name():
    look = pictures.style.Style("#123456", "o", True, (5, 1.5))
    entries = [{"algorithm": a, "metric": "m", "k": k, "value": k / 10} for a in "ab" for k in (1, 2)]
    shown, other = curves.draw(
        entries, "k", {"m": "M"}, {"a": look, "b": look}, coloured={"a"}, bottom=lambda _: axis("k")
    )["data"]
    assert (
        shown["y"] == [0.1, 0.2]
        and shown["showlegend"]
        and shown["line"]
        == {
            "color": "#123456",
            "width": 1.5,
            "dash": "dash",
        }
    )
    assert not other["showlegend"] and other["mode"] == "lines" and other["line"]["color"] != "#123456"


def test_panels_share_the_width_and_names_are_bearable():
    assert [domain(n, 2, 0.1) for n in range(2)] == [[0, 0.45], [0.55, 1]]
    assert named(["x" * 60, "y"], {"y": "oom"})["ticktext"] == ["x" * 37 + "…", "y  oom"]
    assert rounded(float("nan")) is None and rounded(0.123456789) == 0.12346


def test_groups_of_users_are_shares_of_the_best_of_their_column():
    rows = [Row(label, "f", ()) for label in "ab"]
    found = [Sliced("activity", ("few", "many"), of_metric("rmse"), ((rows[0], (1.0, 2.0)), (rows[1], (0.5, None))))]
    shown = numbers.slices(found)
    assert [entry["share"] for entry in shown[:3]] == [0.5, 1.0, 1.0] and shown[3]["rmse"] is None
    tile = groups.draw(found).axes[0].collections[0].get_array()
    assert tile.filled(-1).tolist() == [[0.5, 1.0], [1.0, -1]]
    plot = tiles.draw(shown, lambda e: e["group"], lambda e: e["share"], lambda e: "", groups.SCALE)
    assert plot["data"][0]["z"] == [[0.5, 1.0], [1.0, None]]
