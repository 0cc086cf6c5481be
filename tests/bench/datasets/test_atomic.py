"""RecBole's atomic files, in the format of its documentation; the values are invented."""

import gzip

import pytest

from bench.datasets.formats.roles import ItemColumns
from bench.datasets.imported import import_file
from bench.errors import BadConfig, BadData

INTER = (
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t007\t3\t20\nNA\t1e5\t4.5\t10\n1\t1e5\t1\t10.5\n"
)
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    '007\tThe First Film\t1995\tWar Sci-Fi\n1e5\tOther, the "second"\t1996\tWar\n9\tUnseen\t\t\n'
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def file(tmp_path):
    def write(content, name="x.inter"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_columns_need_no_names(file):
    dataset = import_file(file(INTER), "mine")
    assert dataset.users.ids == ("1", "NA")
    assert dataset.items.ids == ("007", "1e5")
    interactions = dataset.interactions
    assert interactions.users.tolist() == [0, 0, 1]
    assert interactions.items.tolist() == [1, 0, 1]
    assert interactions.ratings.tolist() == [1, 3, 4.5]
    assert interactions.times.tolist() == [10, 20, 10]


def test_variants(file):
    expected = import_file(file(INTER), "mine").fingerprint
    for name, content in {
        "a.inter": INTER.replace("\n", "\r\n"),
        "b.inter": "\ufeff" + INTER,
        "c.inter.gz": gzip.compress(INTER.encode()),
    }.items():
        assert import_file(file(content, name), name).fingerprint == expected
    only = "item_id:token\tuser_id:token\tlabel:float\n7\ta\t1\n"
    dataset = import_file(file(only), "only")
    assert (dataset.interactions.ratings, dataset.interactions.times) == (None, None)
    assert import_file(file(only), "label", rating="label").interactions.ratings.tolist() == [1]


def test_items_with_their_features(file):
    columns = ItemColumns(title="movie_title", features="class")
    items = import_file(file(INTER), "mine", items_file=file(ITEM, "x.item"), item_columns=columns).items
    assert items.ids == ("007", "1e5", "9")
    assert items.titles == ("The First Film", 'Other, the "second"', "Unseen")
    assert items.feature_names == ("Sci-Fi", "War")
    assert items.features.toarray().tolist() == [[1, 1], [0, 1], [0, 0]]
    years = ItemColumns(features="release_year")
    other = import_file(file(INTER), "years", items_file=file(ITEM, "x.item"), item_columns=years).items
    assert other.feature_names == ("1995", "1996")
    barred = file(ITEM.replace("Sci-Fi", "a|b"), "x.item")
    with pytest.raises(
        BadData, match=r"x\.item, column 'class': \| stands between names of features, found 'War a\|b'"
    ):
        import_file(file(INTER), "barred", items_file=barred, item_columns=columns)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1: expected name:type with one of the types token, float, token_seq, float_seq, found an empty"),
        ("user_id\titem_id\na\tb\n", "line 1: expected name:type .* found 'user_id'"),
        ("user_id:text\titem_id:token\na\tb\n", "line 1: expected name:type .* found 'user_id:text'"),
        ("user_id:float\titem_id:token\n1\tb\n", "line 1: ids are of type token, but 'user_id' is of type float"),
        (
            "user:token\titem_id:token\na\tb\n",
            "line 1: no column 'user_id'; the columns are 'user', 'item_id'; did you",
        ),
        (
            "user_id:token\titem_id_list:token_seq\titem_id:token\na\tb c\td\n",
            "line 1: the column 'item_id_list' makes each row a sequence and its next item",
        ),
        (INTER + "1\t007\n", "line 5: 2 columns, expected 4"),
        (INTER + "1\t007\tx\t5\n", "line 5, column 'rating:float': expected a finite number, found 'x'"),
        (INTER.encode() + b"\xe9\t7\t1\t5\n", "line 5, byte 1: byte 0xE9 is not utf-8"),
        (b"us\xe9r:token\n", "line 1, byte 3: byte 0xE9 is not utf-8"),
    ],
)
def test_trouble_is_named_with_its_place(file, content, message):
    with pytest.raises(BadData, match=r"x\.inter, " + message):
        import_file(file(content), "mine")


def test_other_trouble(file, tmp_path):
    with pytest.raises(BadData, match=r"nothing\.inter: cannot be read \(No such file"):
        import_file(tmp_path / "nothing.inter", "mine")
    with pytest.raises(BadData, match=r"x\.inter\.gz: cannot be read"):
        import_file(file(INTER, "x.inter.gz"), "mine")
    flipped = bytearray(gzip.compress(INTER.encode() * 99))
    flipped[12:20] = b"\xff" * 8
    with pytest.raises(BadData, match=r"x\.inter\.gz: cannot be read \(Error -3"):
        import_file(file(bytes(flipped), "x.inter.gz"), "mine")
    with pytest.raises(BadData, match=r"x\.inter.* is not utf-16"):
        import_file(file(INTER), "mine", encoding="utf-16")
    with pytest.raises(BadConfig, match="unknown encoding"):
        import_file(file(INTER), "mine", encoding="klingon")
    with pytest.raises(BadConfig, match=r"a separator belongs to CSV and TSV files, not to \.inter"):
        import_file(file(INTER), "mine", separator=",")
