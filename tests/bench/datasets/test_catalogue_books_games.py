"""Books and computer games: goodbooks-10k, Book-Crossing, Steam; and objects in Python's notation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import features, put, rows, told

from bench.datasets.readers.book_crossing import book_crossing
from bench.datasets.readers.goodbooks import goodbooks_10k
from bench.datasets.readers.literals import parse
from bench.datasets.readers.steam import steam
from bench.errors import BadData

GOODBOOKS = {
    "ratings.csv": "user_id,book_id,rating\n2,11,4\n1,10,5\n2,10,1\n",
    "books.csv": "book_id,goodreads_book_id,best_book_id,authors,original_title,title\n"
    '10,900,900,"A. Author, B. Bauer",,"Bees, and More (Hive, #1)"\n11,901,901,C. Cat,x,Cats\n',
    "book_tags.csv": "goodreads_book_id,tag_id,count\n900,1,5\n900,2,70\n901,2,-1\n999,1,3\n",
    "tags.csv": "tag_id,tag_name\n1,--1-\n2,fiction\n",
}


def test_goodbooks(tmp_path):
    dataset = goodbooks_10k(put(tmp_path, GOODBOOKS))
    assert rows(dataset) == [("1", "10", 5), ("2", "11", 4), ("2", "10", 1)]  # the order of the rows is that of time
    assert dataset.interactions.ordered
    title = "Bees, and More (Hive, #1)"
    assert told(dataset, "10") == (title, f"{title}. A. Author, B. Bauer. fiction, --1-")
    assert features(dataset, "10") == ["--1-", "fiction"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ratings.csv": "user_id,book_id,rating\n1,10,6\n"}, "line 2, column 'rating': expected a number from 1 to 5"),
        ({"books.csv": "id,title\n1,x\n"}, "books.csv, line 1: no column 'book_id'"),
        ({"tags.csv": ""}, "tags.csv: is empty"),
    ],
)
def test_damaged_goodbooks(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        goodbooks_10k(put(tmp_path, {**GOODBOOKS, **files}))
    assert message in str(caught.value)


IMAGES = ";".join(['"http://x"'] * 3)
CROSSING = {
    "BX-Book-Ratings.csv": '"User-ID";"ISBN";"Book-Rating"\r\n"276725";"034545104X";"0"\r\n'
    '"276726";"0155061224";"5"\r\n"276726";"n\\"34";"10"\r\n',
    "BX-Books.csv": (
        '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S";"Image-URL-M";"Image-URL-L"\r\n'
        f'"034545104X";"Caf\u00e9 \\"Flesh\\"; Tones &amp; Co";"M. J. Rose";"2002";"Ballantine";{IMAGES}\r\n'
        f'"0155061224";"Readers, Level 4\\";Ann Other";"2000";"DK";{IMAGES}\r\n'
        f'"9999999999";"Nobody met it";"N. N.";"0";"P";{IMAGES}\r\n'
    ).encode("latin-1"),
    "BX-Users.csv": '"User-ID";"Location";"Age"\r\n"276725";"tyler, texas, usa";NULL\r\n'
    '"276726";"seattle, washington, usa";"34"\r\n',
}


def test_book_crossing(tmp_path):
    dataset = book_crossing(put(tmp_path, CROSSING))
    assert rows(dataset) == [("276725", "034545104X", 0), ("276726", "0155061224", 5), ("276726", 'n"34', 10)]
    title = 'Caf\u00e9 "Flesh"; Tones & Co'
    assert told(dataset, "034545104X") == (title, f"{title}. M. J. Rose")
    assert told(dataset, "0155061224") == ("Readers, Level 4", "Readers, Level 4. Ann Other")
    assert told(dataset, 'n"34') == ('n"34', 'n"34')  # not in BX-Books.csv
    assert "9999999999" not in dataset.items.ids
    assert dataset.users.feature_names == ("age=30s", "country=usa")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("BX-Book-Ratings.csv", '"User-ID";"ISBN";"Book-Rating"\n"1";"2";"11"\n', "line 2: expected ids and a rating"),
        ("BX-Book-Ratings.csv", '"User-ID";"ISBN";"Book-Rating"\n"1";"";"1"\n', "line 2: expected ids and a rating"),
        ("BX-Book-Ratings.csv", '"User-ID";"ISBN";"Book-Rating"\n"1";"2"\n', "line 2: expected 3 cells, found 2"),
        ("BX-Book-Ratings.csv", '"User-ID";"Rating"\n', "line 1: expected the header User-ID;ISBN;Book-Rating"),
        ("BX-Users.csv", '"User-ID";"Location";"Age"\n"1";"open;NULL\n', "not a row of a table"),
    ],
)
def test_damaged_book_crossing(tmp_path, name, text, message):
    with pytest.raises(BadData) as caught:
        book_crossing(put(tmp_path, {**CROSSING, name: text}))
    assert message in str(caught.value)


STEAM = {
    "steam_reviews.json.gz": (
        "{u'username': u'Gr\\xfcner Drache', u'hours': 0.1, u'product_id': u'725280', u'page_order': 0, "
        "u'date': u'2017-12-17', u'text': u\"It's {u'fine': 1}, \\\"really\\\"\", u'early_access': False, u'page': 1}\n"
        "{u'username': u'\u9f8d', u'products': 41, u'product_id': u'10', u'compensation': None, "
        "u'date': u'2011-01-02', u'text': u'', u'early_access': True, u'page': 1}\n"
    ),
    "steam_games.json.gz": (
        "{u'publisher': u'P', u'genres': [u'Action', u'RPG'], u'app_name': u'Owls', u'title': u'Owls', u'tags': "
        "[u'RPG', u'Indie'], u'price': 4.99, u'early_access': False, u'id': u'725280', u'specs': []}\n"
        "{u'app_name': u'Untitled', u'id': u'10', u'price': u'Free to Play'}\n"
        "{u'app_name': u'No id'}\n{u'title': u'Unreviewed', u'id': u'11'}\n"
    ),
}


def test_steam(tmp_path):
    dataset = steam(put(tmp_path, STEAM))
    assert rows(dataset) == [("Gr\xfcner Drache", "725280", 1513468800), ("\u9f8d", "10", 1293926400)]
    assert told(dataset, "725280") == ("Owls", "Owls. Action, RPG, Indie")
    assert features(dataset, "725280") == ["Action", "Indie", "RPG"]
    assert told(dataset, "10") == ("Untitled", "Untitled")
    assert dataset.items.ids == ("10", "725280")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{u'username': u'a', u'product_id': u'1'}", "line 1: expected a text under 'date', found None"),
        ("{u'username': u'', u'product_id': u'1', u'date': u'2011-01-02'}", "line 1: expected a text under 'username'"),
        ("{u'username': u'a', u'product_id': 1, u'date': u'2011-01-02'}", "line 1: expected a text under 'product_id'"),
        ("{u'username': u'a', u'product_id': u'1', u'date': u'Jan 2'}", "expected dates such as 2017-12-17"),
        (
            "{u'username': u'a', __import__('os')}",
            "line 1: character 20: not in Python's notation: \" __import__('os')",
        ),
        ("[1]", "line 1: expected one object"),
        ("<html>", "line 1: character 1: not in Python's notation"),
    ],
)
def test_damaged_steam(tmp_path, line, message):
    with pytest.raises(BadData) as caught:
        steam(put(tmp_path, {**STEAM, "steam_reviews.json.gz": line + "\n"}))
    assert message in str(caught.value)


def test_a_file_cut_short(tmp_path):
    put(tmp_path, STEAM)
    path = tmp_path / "steam_reviews.json.gz"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(BadData, match=r"steam_reviews\.json\.gz: cannot be read"):
        steam(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ("{'a': [], 'b': [[u'x', 'y'], ()]}", None),
        ("{'a': [[u'x', 'y'], {\"b\": -1.5e3}], }", {"a": [["x", "y"], {"b": -1500.0}]}),
        (r"{'a': '\'\"\\ \n\x41\u00e9\U0001F600\q'}", {"a": "'\"\\ \nA\u00e9\U0001f600q"}),
        ("{'a': 12L, 'b': True, 'c': None}", {"a": 12, "b": True, "c": None}),
        ("{'a': 1} {'b': 2}", None),
        ("{'a': 1", None),
        ("{'a' 1}", None),
        ("{1: 2}", None),
        ("{'a': [1 2]}", None),
        ("{'a': ]}", None),
        ("{'a': open('x')}", None),
        ("{'a': " + "[" * 30 + "]" * 30 + "}", None),
        ("", None),
    ],
)
def test_python_s_notation_is_read_without_evaluating(text, value):
    if value is None:
        with pytest.raises(ValueError, match=r"expected|notation|nested"):
            parse(text)
    else:
        assert parse(text) == value


SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
NESTED = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab'", max_size=3), inner)
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text("xyz\"'\\ \n", max_size=4), NESTED, max_size=4))
def test_what_python_shows_is_read_back(value):
    assert parse(repr(value)) == value


@settings(max_examples=300, deadline=None)
@given(st.text("{}[]:,'\"\\u1e-. TrueNone", max_size=30))
def test_anything_else_is_refused_in_one_line(text):
    try:
        found = parse(text)
    except ValueError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, dict)
