"""F31: data larger than memory are refused before they are read, with what they need and what there is."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.imported import import_file
from bench.datasets.size import BYTES_PER_ROW, WRAP, _unwrapped, needed
from bench.errors import Unsupported

ROWS = 5000
TEXT = "u,i\n" + "123,4567\n" * ROWS


def test_text_needs_itself_and_its_rows(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(TEXT, encoding="ascii")
    assert needed(path) == pytest.approx(len(TEXT) + BYTES_PER_ROW * ROWS, rel=0.001)
    packed = tmp_path / "r.csv.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert needed(packed) == needed(path)


def test_the_length_in_a_gzip_file_wraps_around():
    # 9 GB of text, of which the first bytes let expect 7 to 11
    for about in (7e9, 9e9, 11e9):
        assert _unwrapped(9 * 10**9 % WRAP, about) == 9 * 10**9
    assert _unwrapped(1000, 10.0) == _unwrapped(1000, 3000.0) == 1000


def test_parquet_says_how_many_rows_it_has(tmp_path):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"u": ["a"] * ROWS}), path)
    assert needed(path) == BYTES_PER_ROW * ROWS


def test_what_cannot_be_opened_is_left_to_the_reader(tmp_path):
    broken = tmp_path / "r.parquet"
    broken.write_bytes(b"PAR1")
    cut = tmp_path / "r.csv.gz"
    cut.write_bytes(b"\x1f\x8b\x08")
    flipped = tmp_path / "flipped.csv.gz"
    packed = bytearray(gzip.compress(bytes(range(256)) * 9))
    packed[12:40] = b"\xff" * 28
    flipped.write_bytes(packed)
    for path in (broken, cut, flipped, tmp_path / "nothing.csv", tmp_path):
        assert needed(path) == 0


@pytest.mark.parametrize("name", ["r.csv", "r.parquet"])
def test_too_much_is_refused(tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_text(TEXT, encoding="ascii")
    if name == "r.parquet":
        pq.write_table(pa.table({"u": ["123"] * ROWS, "i": ["4567"] * ROWS}), path)
    assert len(tables.read(path, [Column("u", "id"), Column("i", "id")])) == ROWS
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1")
    with pytest.raises(Unsupported, match=rf"reading .*{name} needs .* kB of memory, 0 bytes are available") as caught:
        import_file(path, "large", user="u", item="i")
    assert "\n" not in str(caught.value)
