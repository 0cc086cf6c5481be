"""The text of an item, from a template."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from algorithms.language.texts import rendered
from algorithms.language.vectors import VectorParams
from bench.errors import BadConfig
from bench.params import build
from bench.types import Side

FEATURES = csr_matrix(np.array([[1, 1], [0, 1], [0, 0]], np.float32))
ITEMS = Side(
    ("a", "b", "c"), ("Heat (1995)", "b", "c"), ("Heat (1995). Crime. loud", "  ", "c"), FEATURES, ("Crime", "Drama")
)


def test_fields_are_filled_in():
    assert rendered(ITEMS, "{title}") == ["Heat (1995)", "", ""]
    assert rendered(ITEMS, "{text}") == ["Heat (1995). Crime. loud", "", ""]
    assert rendered(ITEMS, "{title} is {features}.") == ["Heat (1995) is Crime, Drama.", "is Drama.", ""]


def test_nothing_but_an_id_is_no_text():
    assert rendered(Side(("a", "b"), ("a", "b"), ("a", "b")), "Film: {title} {text}") == ["", ""]
    assert rendered(Side(("a",)), "{title}{features}{text}") == [""]


def test_white_space_and_what_no_encoding_knows():
    items = Side(("a", "b"), texts=("one\n\t two  ", "half \ud83d a pair"))
    assert rendered(items, "{text}") == ["one two", "half ? a pair"]


def test_braces_in_a_text_are_text():
    assert rendered(Side(("a",), texts=("{title} {0.__class__}",)), "{text}") == ["{title} {0.__class__}"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{titel}", r"unknown field {titel}; did you mean 'title'\?"),
        ("a film", "names at least one of {title}, {features}, {text}"),
        ("{title.__class__}", "unknown field"),
    ],
)
def test_a_wrong_template_is_refused(template, said):
    with pytest.raises(BadConfig, match=said):
        build(VectorParams, {"template": template}, "text-knn")
