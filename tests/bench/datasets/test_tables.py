"""The strict reader: what it keeps exactly, and what it refuses with which words."""

import csv
import gzip
import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column, seconds
from bench.datasets.formats.decoded import line_blocks
from bench.datasets.formats.quotes import well_quoted
from bench.errors import BadConfig, BadData

COLUMNS = [Column("u", "id"), Column("i", "id"), Column("r", "number")]
HOSTILE = [
    "NA",
    "null",
    "NaN",
    "None",
    "007",
    "1e5",
    "9007199254740993",
    "🎬👨‍👩‍👧",
    "\u200f\u05e9\u05dc\u05d5\u05dd\u200e",
    "x" * 10_000,
    " a ",
    "#",
    "'",
    "é",
    "\\N",
    "-",
]


@pytest.fixture
def file(tmp_path):
    def write(content, name="r.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(path, **options):
    with pytest.raises(BadData) as caught:
        tables.read(path, COLUMNS, **options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize("quote", [False, True])
def test_ids_are_kept_exactly(file, quote):
    rows = "".join(f'"{text}",{text},1\n' if quote else f"{text},{text},1\n" for text in HOSTILE)
    table = tables.read(file(f"u,i,r\n{rows}"), COLUMNS)
    assert table.columns[0] == HOSTILE
    assert table.columns[1] == HOSTILE


def test_ids_are_kept_exactly_in_parquet(tmp_path):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"u": HOSTILE, "i": pa.array(HOSTILE).dictionary_encode(), "r": [1] * len(HOSTILE)}), path)
    table = tables.read(path, COLUMNS)
    assert table.columns[:2] == [HOSTILE, HOSTILE]
    np.testing.assert_array_equal(table.columns[2], np.ones(len(HOSTILE)))


def test_whole_numbers_in_parquet_are_ids(tmp_path):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"u": [9007199254740993, -1], "i": ["a", "b"], "r": [1.5, 2]}), path)
    assert tables.read(path, COLUMNS).columns[0] == ["9007199254740993", "-1"]


@pytest.mark.parametrize(
    "content",
    [
        "u,i,r\na,b,1\nc,d,2.5\n",
        "\ufeffu,i,r\na,b,1\nc,d,2.5\n",
        "u,i,r\r\na,b,1\r\nc,d,2.5\r\n",
        "u,i,r\ra,b,1\rc,d,2.5",
        "\n\nu,i,r\na,b,1\n\nc,d,2.5\n\n",
        '"u","i","r"\n"a",b,"1"\nc,"d", +2.5e0 ',
        'x,r,i,u\n"a ""quoted"" title, with commas",1,b,a\n"two\nlines",2.5,d,c\n',
    ],
)
def test_harmless_variants_read_alike(file, content):
    table = tables.read(file(content), COLUMNS)
    assert table.columns[:2] == [["a", "c"], ["b", "d"]]
    assert table.columns[2].tolist() == [1, 2.5]
    assert table.skipped == 0


def test_separators_compression_and_encodings(file):
    expected = [["é"], ["b"]]
    assert tables.read(file("u\ti\tr\né\tb\t1\n", "r.tsv"), COLUMNS).columns[:2] == expected
    assert tables.read(file(gzip.compress("u\ti\tr\né\tb\t1\n".encode()), "r.tsv.gz"), COLUMNS).columns[:2] == expected
    assert tables.read(file("u;i;r\né;b;1\n"), COLUMNS, separator=";").columns[:2] == expected
    assert tables.read(file("u,i,r\né,b,1\n".encode("latin-1")), COLUMNS, encoding="latin-1").columns[:2] == expected
    assert tables.read(file(gzip.compress("u\ti\tr\né\tb\t1\n".encode()), "R.TSV.GZ"), COLUMNS).columns[:2] == expected
    numbered = [Column("1", "id"), Column("2", "id"), Column("4", "number")]
    assert tables.read(file("é,b,x,1\n"), numbered, header=False).columns[:2] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": is empty; expected a header line with the columns 'u', 'i', 'r'"),
        ("\ufeff", ": is empty; expected"),
        ("\n\n", ": is empty; expected"),
        ("u,i,r\n", ": no rows below the header"),
        ("u,i,r\na,b,1\na,b\n", ", line 3: 2 columns, expected 3"),
        ("u,i,r\r\na,b,1\r\na,b,1,2\r\n", ", line 3: 4 columns, expected 3"),
        ("u,i,r\na,b,1\n,b,1\n", ", line 3, column 'u': expected an id, found an empty cell"),
        ('u,i,r\na,"",1\n', ", line 2, column 'i': expected an id, found an empty cell"),
        ('u,i,r\n"a\nb",c,1\n', r", line 2, column 'u': expected an id on one line, found 'a\nb'"),
        ('u,i,r\na,b,1\nc,"d,1\ne,f,1\n', ", line 3: not a row of a table (unexpected end of data)"),
        ('u,i,r\na,b,1\nc,"d"x,1\n', ", line 3: not a row of a table"),
        ('x,u,i,r\n"1\n2\n3",a,b,1\n1,a,b,no\n', ", line 5, column 'r': expected a finite number, found 'no'"),
        ("u,i,r\na,b,\n", ", line 2, column 'r': expected a finite number, found an empty cell"),
        ("u,i,r\na,b,1\na,b,nan\n", ", line 3, column 'r': expected a finite number, found 'nan'"),
        ("u,i,r\na,b,-inf\n", ", line 2, column 'r': expected a finite number, found '-inf'"),
        ("u,i,r\na,b,1e999\n", ", line 2, column 'r': expected a number from"),
        ("u,i,r\na,b,four\n", ", line 2, column 'r': expected a finite number, found 'four'"),
        ("u,i,r\na,b,1_0\n", ", line 2, column 'r': expected a finite number, found '1_0'"),
        ("u,i,r\na,b,٣\n", ", line 2, column 'r': expected a finite number, found '\\u0663'"),
        ("u,i,r\na,b,0x1\n", ", line 2, column 'r': expected a finite number, found '0x1'"),
        (
            "u,item,r\na,b,1\n",
            ", line 1: no column 'i'; separated by a comma, the columns are 'u', 'item', 'r'",
        ),
        ("u;i;r\na;b;1\n", " the columns are 'u;i;r'; is the separator a semicolon?"),
        ("u\ti\tr\na\tb\t1\n", "; is the separator a tab?"),
        ("u,i,i,r\na,b,c,1\n", ", line 1: 2 columns are called 'i'"),
        ("u,i,r\na,b,1\nb,caf\xe9,1\n".encode("latin-1"), ", line 3, byte 6: byte 0xE9 is not utf-8"),
        ("u,i,r\na,b,1\n".encode("utf-16"), ", line 1, byte 1: byte 0xFF is not utf-8"),
    ],
)
def test_trouble_is_named_with_its_place(file, content, message):
    assert message in refused(file(content))


def test_other_trouble(file, tmp_path):
    assert "No such file" in refused(tmp_path / "nothing.csv")
    assert "Is a directory" in refused(tmp_path)
    assert "cannot be read" in refused(file(b"u,i,r\na,b,1\n", "r.csv.gz"))
    assert "cannot be read" in refused(file(gzip.compress(b"u,i,r\na,b,1\n")[:-6], "r.csv.gz"))
    flipped = bytearray(gzip.compress(b"u,i,r\n" + b"a,b,1\n" * 99))
    flipped[12:20] = b"\xff" * 8
    assert "cannot be read (Error -3" in refused(file(bytes(flipped), "r.csv.gz"))
    assert "not a readable Parquet file" in refused(file("u,i,r\na,b,1\n", "r.parquet"))
    assert "not a readable Parquet file" in refused(file("u,i,r\na,b,1\n", "r.PARQUET"))
    assert refused(file("u,i,r\na,b,1\n"), encoding="utf-16").startswith(": is not utf-16")
    assert "separator" not in refused(file("u,i,r\na,b,1\n"), header=False).replace("separated", "")
    for wrong in (";;", "", '"', "\n"):
        with pytest.raises(BadConfig, match="separator is one character"):
            tables.read(file("u,i,r\na,b,1\n"), COLUMNS, separator=wrong)
    with pytest.raises(BadConfig, match="unknown encoding"):
        tables.read(file("u,i,r\na,b,1\n"), COLUMNS, encoding="klingon")
    with pytest.raises(BadConfig, match="'ignore' for bad rows; there are error and skip"):
        tables.read(file("u,i,r\na,b,1\n"), COLUMNS, on_bad_row="ignore")


def test_bounds_of_numbers(file):
    bounded = [*COLUMNS[:2], Column("r", "number", 1, 5)]
    assert len(tables.read(file("u,i,r\na,b,1\na,b,5\n"), bounded)) == 2
    with pytest.raises(BadData, match=r"line 3, column 'r': expected a number from 1 to 5, found '5.5'"):
        tables.read(file("u,i,r\na,b,1\na,b,5.5\n"), bounded)


def test_bad_rows_are_skipped_and_counted(file):
    path = file("u,i,r\na,b,1\na,b\n,b,1\na,b,x\nc,d,2\n")
    table = tables.read(path, COLUMNS, on_bad_row="skip")
    assert table.columns[:2] == [["a", "c"], ["b", "d"]]
    assert table.skipped == 3
    assert table.first_skipped == f"{path}, line 3: 2 columns, expected 3 as in the first line"


def test_skipping_does_not_hide_an_unclosed_quote_or_a_file_of_bad_rows(file):
    unclosed = refused(file('u,i,r\na,b,1\nc,"d,1\ne,f,1\n'), on_bad_row="skip")
    assert "line 3: not a row of a table" in unclosed
    assert "all 2 rows were bad, the first: " in refused(file("u,i,r\na,b\nb,c\n"), on_bad_row="skip")


def parquet(tmp_path, **columns):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"u": ["a", "b"], "i": ["c", "d"], "r": [1.0, 2.0], **columns}), path)
    return path


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"u": ["a", None]}, ", row 2, column 'u': expected an id, found an empty cell"),
        ({"u": [1.0, 2.0]}, ", column 'u': expected text or whole numbers, found the type double"),
        ({"r": [1.0, float("nan")]}, ", row 2, column 'r': expected a finite number"),
        ({"r": [1.0, None]}, ", row 2, column 'r': expected a finite number"),
        ({"r": ["1", "x"]}, ", row 2, column 'r': expected a finite number, found 'x'"),
        ({"r": [True, False]}, ", column 'r': expected numbers, found the type bool"),
        ({"r": [[1], [2]]}, ", column 'r': expected numbers, found the type list"),
    ],
)
def test_trouble_in_parquet(tmp_path, columns, message):
    assert message in refused(parquet(tmp_path, **columns))


def test_bad_rows_of_parquet_are_skipped(tmp_path):
    path = parquet(tmp_path, u=["a", None], r=[float("nan"), 1])
    said = refused(path, on_bad_row="skip")
    assert "all 2 rows were bad" in said
    table = tables.read(parquet(tmp_path, u=["a", None]), COLUMNS, on_bad_row="skip")
    assert (table.columns[0], table.columns[2].tolist(), table.skipped) == (["a"], [1], 1)


def test_a_missing_column_of_parquet(tmp_path):
    with pytest.raises(BadData, match="no column 'usr'; the columns are 'u', 'i', 'r'; did you mean 'u'"):
        tables.read(parquet(tmp_path), [Column("usr", "id")])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_two_colons_between_columns(file, end):
    # as in MovieLens 1M; a colon, a quote and a comma are parts of a title
    lines = ["1::Toy Story (1995)::Animation|Comedy", '2::"Alien, 3": x::Drama', "3:::::", ""]
    path = file(end.join(lines), "movies.dat")
    table = tables.read(path, [Column("1", "id"), Column("2", "text")], separator="::", header=False)
    assert table.columns == [["1", "2", "3"], ["Toy Story (1995)", '"Alien, 3": x', ""]]


def test_two_colons_in_a_plain_file(file):
    numbered = [Column("1", "id"), Column("2", "id"), Column("3", "number"), Column("4", "number")]
    path = file("1::007::5::978300760\n2::NA::3::-1\n\n", "ratings.dat")
    text = tables._open(path, numbered, "::", False, "utf-8")
    table = tables._fast(text)
    assert table is not None
    assert table.columns[:2] == [["1", "2"], ["007", "NA"]]
    assert [column.tolist() for column in table.columns[2:]] == [[5, 3], [978300760, -1]]
    for bad, message in (("3::4::5", "3 columns, expected 4"), ("3::4::x::1", "column '3': expected a finite number")):
        with pytest.raises(BadData, match=f"line 3.*{message}"):
            tables.read(file(f"1::2::3::4\n\n{bad}\n", "bad.dat"), numbered, separator="::", header=False)


def test_files_without_header_may_have_a_known_width(file):
    path = file("a b c\na b c\n")
    with pytest.raises(BadData, match="line 1: 3 columns, expected 2"):
        tables.read(path, [Column("1", "id")], separator=" ", header=False, width=2)
    assert len(tables.read(path, [Column("1", "id")], separator=" ", header=False, width=3)) == 2


def test_a_column_may_be_read_in_two_ways(file):
    path = file("u,i\n007,1\n8,2\n")
    columns = [Column("u", "id"), Column("u", "number"), Column("u", "text"), Column("u", "id")]
    found = tables.read(path, columns).columns
    assert found[1].tolist() == [7, 8]
    assert found[0] == found[2] == found[3] == ["007", "8"]


def test_plain_files_give_arrays_without_an_object_for_each_cell(file, tmp_path):
    path = file('"u","i","r"\na,x,1\nb,x,2\n')
    other = tmp_path / "r.parquet"
    pq.write_table(pa.table({"u": ["a", "b"], "i": ["x", "x"], "r": [1, 2]}), other)
    for table in (tables.read(path, COLUMNS), tables.read(other, COLUMNS)):
        users, items, ratings = table.arrays
        assert pa.types.is_dictionary(users.type)
        assert len(items.dictionary) == 1
        assert ratings.dtype == np.float64


DATES = ["2014-03-01", "2014-03-01T12:00:00.25", "1969-12-31 23:59:59"]


@pytest.mark.parametrize("zone", ["", "Z", "+02:00"])
def test_dates_read_fast_are_those_read_one_by_one(file, tmp_path, zone):
    dates = [f"{date}{zone}" if "T" in date or " " in date else f"{date}T00:00{zone}" for date in DATES]
    path = file("t\n" + "".join(f"{date}\n" for date in dates))
    expected = [seconds(date) for date in dates]
    assert tables.read(path, [Column("t", "date")]).columns[0].tolist() == expected
    mixed = [*dates, "20140301", " 2014-W09-6"]
    path = file("t\n" + "".join(f"{date}\n" for date in mixed))
    assert tables.read(path, [Column("t", "date")]).columns[0].tolist() == [*expected, *map(seconds, mixed[3:])]
    other = tmp_path / "t.parquet"
    pq.write_table(pa.table({"t": dates}), other)
    assert tables.read(other, [Column("t", "date")]).columns[0].tolist() == expected


def test_missing_dates_and_line_breaks_in_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"t": pa.array([0, None], pa.timestamp("ms")), "u": ["a", "b\nc"]}), path)
    with pytest.raises(BadData, match=r"row 2, column 't': expected a date .*, found an empty cell"):
        tables.read(path, [Column("t", "date")])
    with pytest.raises(BadData, match="row 2, column 'u': expected an id on one line"):
        tables.read(path, [Column("u", "id")])
    assert tables.read(path, [Column("t", "date")], on_bad_row="skip").columns[0].tolist() == [0]


def test_the_kind_of_times_needs_the_head_of_a_file_only(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "HEAD", 19)  # cuts the second é in two
    options = {"separator": None, "header": True, "encoding": "utf-8"}
    for name, pack in (("r.csv", bytes), ("r.csv.gz", gzip.compress)):
        path = tmp_path / name
        path.write_bytes(pack(("u,t\né,2014-03-01\n" + "é,no date\n" * 1000).encode()))
        assert tables.kind_of_times(path, "t", None, options) == "date"


CELL = st.text(alphabet='ab",\n\r ;\t1.é', max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab",\n\r 1.é', max_size=40))
def test_fast_and_exact_parser_agree(tmp_path_factory, body):
    path = tmp_path_factory.getbasetemp() / "agree.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"u,i\n{body}")
    text = tables._open(path, [Column("u", "id"), Column("i", "text")], None, True, "utf-8")
    fast = tables._fast(text)
    if fast is not None:
        exact = tables._exact(text, "error")
        assert fast.columns == exact.columns


QUOTED = re.compile(r'(?:^|,)("[^"\r\n]*(?:""[^"\r\n]*)*")(?=,|\r?$)', re.MULTILINE)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(["a", '"', '"', ",", "\n", "\r\n"]), max_size=25).map("".join))
def test_well_quoted_is_when_well_formed_cells_own_all_quotes(text):
    owned = sum(cell.count('"') for cell in QUOTED.findall(text))
    assert well_quoted(text.encode(), ",") == (owned == text.count('"'))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='ab",\n', max_size=40))
def test_a_file_is_plain_when_its_blocks_are(text):
    raw = text.encode()
    assert b"".join(line_blocks(raw)) == raw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.datasets.formats.decoded.HEAD", 3)
        blocks = list(line_blocks(raw))
    assert b"".join(blocks) == raw
    assert all(well_quoted(block, ",") for block in blocks) == well_quoted(raw, ",")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELL.filter(bool), CELL), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "back.csv"
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("a", "b"), *rows])
    path.write_bytes(written.getvalue().encode())
    table = tables.read(path, [Column("a", "text"), Column("b", "text")])
    assert list(zip(*table.columns, strict=True)) == rows
