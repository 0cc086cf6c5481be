"""JSON lines: both parsers read alike, and trouble has a line and a key."""

import gzip
import json

import numpy as np
import pytest

from bench.datasets.formats.by_name import Options, reader
from bench.datasets.formats.cells import Column
from bench.datasets.formats.json_lines import JsonLines
from bench.errors import BadConfig, BadData

COLUMNS = [Column("u", "id"), Column("i", "id"), Column("r", "number")]


@pytest.fixture
def file(tmp_path):
    def write(content, name="r.jsonl"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, columns=COLUMNS, **options):
    return reader(path, Options(**options)).read(columns)


def refused(path, columns=COLUMNS, **options):
    with pytest.raises(BadData) as caught:
        read(path, columns, **options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize(
    "content",
    [
        '{"u":"a","i":"b","r":1}\n{"u":"c","i":"d","r":2.5}\n',
        '\ufeff{"u":"a","i":"b","r":1}\r\n{"u":"c","i":"d","r":2.5}',
        '\n{"u":"a","i":"b","r":1}\n\n  {"r":2.5, "i":"d", "u":"c"}  \n\n',
        '{"u":"a","i":"b","r":"1"}\n{"u":"c","i":"d","r":"+2.50"}\n',
        '{"x":{"y":[1,{"z":null}]},"u":"a","i":"b","r":1}\n{"u":"c","i":"d","r":2.5,"x":"\\u2028"}\n',
        '{"x":"\u2028\u0085","u":"a","i":"b","r":1}\n{"u":"c","i":"d","r":25e-1}\n',
    ],
)
def test_harmless_variants_read_alike(file, content):
    table = read(file(content))
    assert table.columns[:2] == [["a", "c"], ["b", "d"]]
    assert table.columns[2].tolist() == [1, 2.5]
    assert table.skipped == 0


def test_names_compression_and_encoding(file):
    line = '{"u":"é","i":7,"r":1}\n'
    for name in ("r.json", "r.ndjson", "r.JSONL"):
        assert read(file(line, name)).columns[:2] == [["é"], ["7"]]
    assert read(file(gzip.compress(line.encode()), "r.jsonl.gz")).columns[:2] == [["é"], ["7"]]
    assert read(file(line.encode("latin-1")), encoding="latin-1").columns[:2] == [["é"], ["7"]]
    with pytest.raises(BadConfig, match="a separator belongs to CSV and TSV files, not to"):
        read(file(line), separator=";")
    assert read(file((line * 2).encode("utf-16")), encoding="utf-16").columns[:2] == [["é"] * 2, ["7"] * 2]
    with pytest.raises(BadConfig, match="unknown encoding 'klingon'"):
        read(file(line), encoding="klingon")
    with pytest.raises(BadConfig, match="'ignore' for bad rows"):
        read(file(line), on_bad_row="ignore")


@pytest.mark.parametrize("blank", ["", "\n"], ids=["pyarrow", "python"])
def test_whole_numbers_are_ids_and_stay_exact(file, blank):
    ids = [9007199254740993, -1, 0, 2**63 - 1]
    content = blank + "".join(json.dumps({"u": number, "i": number, "r": 1}) + "\n" for number in ids)
    assert read(file(content)).columns[0] == [str(number) for number in ids]
    larger = content + json.dumps({"u": 2**70, "i": "x", "r": 1})
    assert read(file(larger)).columns[0][-1] == str(2**70)


def test_both_parsers_agree_on_random_numbers(file):
    rng = np.random.default_rng(7)
    numbers = [*(rng.normal(size=300) * 10.0 ** rng.integers(-30, 18, 300)).tolist(), 0.1, 1e-320, 123456789012345]
    content = "".join(json.dumps({"u": "a", "i": "b", "r": number}) + "\n" for number in numbers)
    fast, exact = read(file(content)), read(file("\n" + content))
    assert fast.columns[2].tolist() == exact.columns[2].tolist() == numbers


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ('{"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, the key is missing"),
        ('{"u":null,"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, found null"),
        ('{"u":"","i":"b","r":1}', ", line 2, key 'u': expected an id, found an empty cell"),
        ('{"u":"a\\nb","i":"b","r":1}', ", line 2, key 'u': expected an id on one line"),
        ('{"u":7.0,"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, found the number 7.0"),
        ('{"u":1e5,"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, found the number 100000.0"),
        ('{"u":true,"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, found 'true'"),
        ('{"u":["a"],"i":"b","r":1}', ", line 2, key 'u': expected text or a whole number, found '[\"a\"]'"),
        ('{"u":"\\ud800","i":"b","r":1}', ", line 2, key 'u': expected text, found half a pair of surrogates"),
        ('{"u":"a","u":"b","i":"b","r":1}', ", line 2, key 'u': expected one value, found 2"),
        ('{"u":"a","i":"b","r":NaN}', ", line 2: NaN is not JSON"),
        ('{"u":"a","i":"b","r":-Infinity}', ", line 2: -Infinity is not JSON"),
        ('{"u":"a","i":"b","r":"nan"}', ", line 2, key 'r': expected a finite number, found 'nan'"),
        ('{"u":"a","i":"b","r":1e999}', ", line 2, key 'r': expected a finite number, found 'inf'"),
        ('{"u":"a","i":"b","r":"four"}', ", line 2, key 'r': expected a finite number, found 'four'"),
        ('{"u":"a","i":"b","r":null}', ", line 2, key 'r': expected a finite number, found null"),
        ('{"u":"a","i":"b"', ", line 2: expected one JSON object, but Expecting ',' delimiter at character 17"),
        ('{"u":"a","i":"b","r":1}{"u":"a","i":"b","r":1}', ", line 2: expected one JSON object, but Extra data"),
        ("{'u':'a','i':'b','r':1}", ", line 2: expected one JSON object, but Expecting property name"),
        ("7", ", line 2: expected one JSON object, found '7'"),
        ("[" * 100_000, ", line 2: expected one JSON object, found one that is nested too deeply"),
    ],
)
def test_trouble_is_named_with_its_place(file, second, message):
    first = '{"u":"a","i":"b","r":1}\n'
    path = file(f"{first}{second}\n{first}")
    assert message in refused(path)
    skipped = read(path, on_bad_row="skip")
    assert (len(skipped), skipped.skipped) == (2, 1)
    assert message in skipped.first_skipped


def test_files_that_are_something_else(file, tmp_path):
    assert "No such file" in refused(tmp_path / "nothing.jsonl")
    assert "cannot be read" in refused(file(b"{}", "r.jsonl.gz"))
    flipped = bytearray(gzip.compress(b'{"u":"a","i":"b","r":1}\n' * 99))
    flipped[12:20] = b"\xff" * 8
    assert "cannot be read (Error -3" in refused(file(bytes(flipped), "r.jsonl.gz"))
    for empty in ("", "\ufeff", "\n\n"):
        assert refused(file(empty)) == ": no objects"
    whole = '[{"u":"a","i":"b","r":1}]'
    assert "line 1: expected one JSON object, found a list (write its objects one a line)" in refused(file(whole))
    spread = '{\n "u": "a",\n "i": "b",\n "r": 1\n}\n'
    assert "line 1: expected one JSON object" in refused(file(spread))
    assert "all 5 were bad, the first: " in refused(file(spread), on_bad_row="skip")
    latin = b'{"u":"a","i":"b","r":1}\n{"u":"a","i":"b","r":1,"x":"caf\xe9"}\n'
    assert ", line 2, byte 32: byte 0xE9 is not utf-8" in refused(file(latin))


def test_a_wrong_key_is_told_with_those_that_there_are(file):
    path = file('{"u":"a","item":"b","r":1}\n')
    assert ", line 1: no key 'i'; the keys are 'u', 'item', 'r'" in refused(path)
    text = [Column("u", "id"), Column("titel", "text")]
    path = file('{"u":"a","title":"b"}\n{"u":"b"}\n')
    assert ": no key 'titel'; the keys are 'u', 'title'; did you mean 'title'?" in refused(path, text)


def test_texts_may_be_missing_and_lists_are_names(file):
    columns = [Column("u", "id"), Column("t", "text"), Column("g", "text")]
    path = file('{"u":"a","t":"x","g":["war","sci fi"]}\n{"u":"b","t":null,"g":[]}\n{"u":"c","t":7}\n')
    assert read(path, columns).columns[1:] == [["x", "", "7"], ["war|sci fi", "", ""]]
    assert "key 'g': expected names without |" in refused(file('{"u":"a","t":"","g":["a|b"]}\n'), columns)
    assert "key 'g': expected a list of texts" in refused(file('{"u":"a","t":"","g":[1]}\n'), columns)


def test_bounds_and_dates(file):
    bounded = [*COLUMNS[:2], Column("r", "number", 1, 5)]
    content = '{"u":"a","i":"b","r":5}\n{"u":"a","i":"b","r":5.5}\n'
    assert "line 2, key 'r': expected a number from 1 to 5, found '5.5'" in refused(file(content), bounded)
    dates = [*COLUMNS[:2], Column("r", "date")]
    content = '{"u":"a","i":"b","r":"1970-01-02"}\n{"u":"a","i":"b","r":"1970-01-01T00:00:01.5Z"}\n'
    path = file(content)
    assert read(path, dates).columns[2].tolist() == [86_400, 1.5]
    assert JsonLines(path).kind_of_times("r", None) == "date"
    assert JsonLines(file(content.replace('"1970-01-02"', "5"))).kind_of_times("r", None) == "number"
    assert "line 3, key 'r': expected a date such as" in refused(file(content + '{"u":"a","i":"b","r":"soon"}'), dates)
