"""Numbers of text ids, from lists and from pyarrow arrays."""

import pyarrow as pa
import pytest

from bench.datasets.build import build
from bench.datasets.ids import encoded, number, texts
from bench.errors import BadData

IDS = ["b", "10", "b", "9", "é", "Z", "🎬", "\ufffd"]  # sorted by code point: 10 9 Z b é � 🎬


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        pa.array,
        lambda ids: pa.array(ids).dictionary_encode(),
        lambda ids: pa.array(ids, pa.large_string()),
        lambda ids: pa.chunked_array([ids[:3], ids[3:]]),
        lambda ids: pa.chunked_array([pa.array(part).dictionary_encode() for part in (ids[:3], ids[3:])]),
        lambda ids: pa.array(["x", *ids]).dictionary_encode()[1:],  # a word in the dictionary that no row has
    ],
)
def test_all_forms_give_the_same_numbers(form):
    ordered, numbers = number("x", "item", form(IDS), [["cold"]])
    assert ordered == ("10", "9", "Z", "b", "cold", "é", "\ufffd", "🎬")
    assert [ordered[n] for n in numbers] == IDS
    assert numbers.dtype == "int32"


def test_a_dictionary_may_name_a_word_twice():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["a", "b", "a"]))
    assert number("x", "user", twice)[0] == ("a", "b")
    assert number("x", "user", twice)[1].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a", 7], "x: user ids are text, not 7"),
        (["a", None], "x: user ids are text, not None"),
        ([b"a", b"b"], "x: user ids are text, not b'a'"),
        (["a", ""], "x: an empty user id"),
        (["a", "\ud800"], r"x: the user id '\\ud800' is no valid Unicode text"),
        (pa.array([1, 2]), "x: user ids are text, not 1"),
        (pa.array(["a", None]), "x: user ids are text, not None"),
        (pa.array(["a", ""]).dictionary_encode(), "x: an empty user id"),
    ],
)
def test_what_is_no_id(ids, message):
    with pytest.raises(BadData, match=message):
        build("x", ids, ["i", "j"])


def test_texts_are_what_was_encoded():
    assert texts(encoded(pa.array(IDS))) == IDS
    assert texts(pa.array(IDS)) == IDS
    assert texts(encoded(pa.chunked_array([], pa.string()))) == []
