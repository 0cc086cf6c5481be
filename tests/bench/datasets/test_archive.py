"""Archives from elsewhere: harmless, or refused whole."""

import stat
import zipfile

import pytest

from bench.datasets.archive import extract
from bench.errors import BadData

LIMIT = 1 << 20


def entry(name, mode=0):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def archive(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(entry("good.txt"), "good")
        for info, content in members:
            made.writestr(info, content)
    return path


def test_a_harmless_archive(tmp_path):
    path = archive(tmp_path / "a.zip", (entry("folder/"), ""), (entry("folder/ä.txt"), "x" * 5000))
    extract(path, tmp_path / "new" / "out", max_bytes=LIMIT)
    assert (tmp_path / "new" / "out" / "folder" / "ä.txt").read_text(encoding="utf-8") == "x" * 5000
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([(entry("../evil"), "x")], "leads out of the folder"),
        ([(entry("a/../../evil"), "x")], "leads out of the folder"),
        ([(entry("/evil"), "x")], "leads out of the folder"),
        ([(entry("..\\evil"), "x")], "leads out of the folder"),
        ([(entry("C:/evil"), "x")], "leads out of the folder"),
        ([(entry("a//b"), "x")], "leads out of the folder"),
        ([(entry("link", stat.S_IFLNK | 0o777), "/etc/passwd")], "is a link or a device"),
        ([(entry("device", stat.S_IFCHR | 0o666), "")], "is a link or a device"),
        ([(entry("pipe", stat.S_IFIFO | 0o666), "")], "is a link or a device"),
        ([(entry("Data.csv"), "1"), (entry("data.CSV"), "2")], "would be the same file"),
        ([(entry("\u00e9"), "1"), (entry("e\u0301"), "2")], "would be the same file"),
        ([(entry("x"), "1"), (entry("X/y"), "2")], "is a file and a folder"),
        ([(entry("bomb"), "0" * (2 * LIMIT))], "at most"),
        ([(entry(f"{n}"), "0" * 1000) for n in range(1100)], "at most"),
    ],
)
def test_harmful_archives_leave_nothing_behind(tmp_path, members, message):
    path = archive(tmp_path / "a.zip", *members)
    (tmp_path / "in").mkdir()
    with pytest.raises(BadData, match=message):
        extract(path, tmp_path / "in" / "out", max_bytes=LIMIT)
    assert list((tmp_path / "in").iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "in"]


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = archive(tmp_path / "a.zip", (entry("bomb"), "0" * (4 * LIMIT + 0x1234)))
    raw = path.read_bytes()
    size = (4 * LIMIT + 0x1234).to_bytes(4, "little")
    assert raw.count(size) == 2  # in the local header and in the directory
    path.write_bytes(raw.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(BadData, match=r"damaged|larger than it says"):
        extract(path, tmp_path / "out", max_bytes=LIMIT)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_damaged_archives(tmp_path):
    whole = archive(tmp_path / "a.zip", (entry("b"), "text " * 1000)).read_bytes()
    flipped = bytearray(whole)
    flipped[whole.index(b"good.txt") + 9] ^= 0xFF
    for content in (b"", b"<html>not found</html>", whole[:-30], bytes(flipped)):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(BadData, match=r"a\.zip: a damaged archive"):
            extract(tmp_path / "a.zip", tmp_path / "out", max_bytes=LIMIT)
        assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_encrypted_members(tmp_path):
    path = archive(tmp_path / "a.zip")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(BadData, match="is encrypted"):
        extract(path, tmp_path / "out", max_bytes=LIMIT)
