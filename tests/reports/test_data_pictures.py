"""The pictures of a data set show its numbers, also where there is little to show."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from bench.datasets.build import build
from bench.datasets.profile import profile
from reports.figures import data, style


@pytest.fixture(scope="module")
def pictures():
    users = ["a"] * 30 + ["b"] * 30 + ["c"] * 4
    items = [f"i{n}" for n in range(30)] * 2 + [f"i{n}" for n in range(4)]
    made = build("many", users, items, ratings=[1, 2] * 32, times=range(0, 64 * 86_400, 86_400))
    return data.draw(profile(made))


def heights(figure):
    (patch,) = figure.axes[0].patches
    values, edges, _ = patch.get_data()
    return values, edges


def test_the_curve_of_the_long_tail(pictures):
    curve = pictures["long-tail"].axes[0].get_lines()[0]
    x, y = curve.get_data()
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, pytest.approx(1))
    assert np.interp(4 / 30, x, y) == pytest.approx(12 / 64)  # four items of three interactions, the others have two
    assert (np.diff(y, 2) <= 1e-12).all()


def test_users_by_their_number_of_interactions(pictures):
    values, edges = heights(pictures["users"])
    assert {(low, high): n for low, high, n in zip(edges[:-1], edges[1:], values, strict=True) if n} == {
        (3.5, 4.5): 1,
        (edges[-2], 30.5): 2,
    }
    assert [text.get_text() for text in pictures["users"].axes[0].texts] == ["median 30"]


def test_time_and_ratings(pictures):
    values, edges = heights(pictures["time"])
    assert values.sum() == 64
    assert (edges[0], edges[-1]) == (0, 63 * 86_400)
    assert pictures["time"].axes[0].get_xticklabels()[-1].get_text() == "1970-03-05"
    bars = pictures["ratings"].axes[0].patches
    assert [bar.get_height() for bar in bars] == [32, 32]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({}, {"long-tail", "users"}),
        ({"times": [5, 5, 5]}, {"long-tail", "users"}),
        ({"times": [5, 5, 6], "ratings": [1, 1, 1]}, {"long-tail", "users", "time", "ratings"}),
        ({"times": [-(10**17), 0, 10**17]}, {"long-tail", "users", "time"}),
        ({"ratings": [1e-30, 0, 1e30]}, {"long-tail", "users", "ratings"}),
    ],
)
def test_small_and_odd_data_have_pictures_without_warnings(columns, names, recwarn):
    found = data.files(profile(build("$x_1$ <b> 电影", ["a", "a", "b"], ["x", "y", "x"], **columns)))
    assert set(found) == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    for name in names:
        svg = found[f"{name}.svg"]
        assert b"<svg" in svg and b"<b>" not in svg
        shape = imread(io.BytesIO(found[f"{name}.png"])).shape[:2]
        assert shape == (data.HEIGHT * style.DPI, data.WIDTH * style.DPI)
    assert len(recwarn) == 0


def test_pictures_are_the_same_whenever_drawn():
    def drawn():
        return data.files(profile(build("x", ["a", "b"], ["x", "x"], times=[1, 9])))

    assert drawn() == drawn()


def test_a_range_of_many_ratings():
    made = build("many", ["a"] * 50, list(map(str, range(50))), ratings=range(50))
    values, edges = heights(data.draw(profile(made))["ratings"])
    assert (values.sum(), edges[0], edges[-1]) == (50, 0, 49)
