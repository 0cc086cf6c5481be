"""Archives from elsewhere: harmless, or refused whole."""

import bz2
import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from bench.datasets.fetching.archive import extract
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
        ([(entry(""), "x")], "leads out of the folder"),
        ([(entry("\u00e9" * 128), "x")], "has a name that is too long"),
        ([(entry("a/" * 500 + "b"), "x")], "has a name that is too long"),
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


def member(name, content=b"x", kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content) if kind == tarfile.REGTYPE else 0
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def tar(path, *members):
    with tarfile.open(path, "w:bz2" if path.suffix == ".bz2" else "w:gz", format=tarfile.PAX_FORMAT) as made:
        for info, content in [member("good.txt", b"good"), *members]:
            made.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture(params=["a.tar.gz", "a.tar.bz2"])
def tar_path(request, tmp_path):
    return tmp_path / request.param


def test_a_harmless_tar_file(tar_path, tmp_path):
    folders = [member(".", kind=tarfile.DIRTYPE), member("./folder", kind=tarfile.DIRTYPE)]
    tar(tar_path, *folders, member("./folder/\u00e4.txt", b"x" * 5000), member("n" * 150, b"long name"))
    extract(tar_path, tmp_path / "new" / "out", max_bytes=LIMIT)
    assert (tmp_path / "new" / "out" / "folder" / "\u00e4.txt").read_bytes() == b"x" * 5000
    assert (tmp_path / "new" / "out" / ("n" * 150)).read_bytes() == b"long name"
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([member("../evil")], "leads out of the folder"),
        ([member("a/../../evil")], "leads out of the folder"),
        ([member("././evil/../x")], "leads out of the folder"),
        ([member("/evil")], "leads out of the folder"),
        ([member("..\\evil")], "leads out of the folder"),
        ([member("C:/evil")], "leads out of the folder"),
        ([member("..", kind=tarfile.DIRTYPE)], "leads out of the folder"),
        ([member("x" * 256)], "has a name that is too long"),
        ([member("link", kind=tarfile.SYMTYPE, linkname="/etc/passwd")], "is a link or a device"),
        ([member("link", kind=tarfile.LNKTYPE, linkname="good.txt")], "is a link or a device"),
        ([member("device", kind=tarfile.CHRTYPE)], "is a link or a device"),
        ([member("device", kind=tarfile.BLKTYPE)], "is a link or a device"),
        ([member("pipe", kind=tarfile.FIFOTYPE)], "is a link or a device"),
        ([member("Data.csv"), member("data.CSV")], "would be the same file"),
        ([member("good.txt", b"other")], "would be the same file"),
        ([member("\u00e9"), member("e\u0301")], "would be the same file"),
        ([member("x"), member("X/y")], "is a file and a folder"),
        ([member("bomb", b"0" * (2 * LIMIT))], "at most"),
        ([member(f"{n}", b"0" * 1000) for n in range(1100)], "at most"),
    ],
)
def test_harmful_tar_files_leave_nothing_behind(tar_path, tmp_path, members, message):
    tar(tar_path, *members)
    (tmp_path / "in").mkdir()
    with pytest.raises(BadData, match=message):
        extract(tar_path, tmp_path / "in" / "out", max_bytes=LIMIT)
    assert list((tmp_path / "in").iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([tar_path.name, "in"])


def test_more_members_than_allowed(tmp_path):
    tar(tmp_path / "a.tar.gz", *(member(f"{n}", b"") for n in range(10_001)))
    with pytest.raises(BadData, match="10001 or more files"):
        extract(tmp_path / "a.tar.gz", tmp_path / "out", max_bytes=LIMIT)


def test_a_tar_bomb_is_not_unpacked_to_find_its_size(tmp_path):
    # one member that says 2 TiB; the compressed data behind it go on for 256 MiB
    info, _ = member("bomb")
    info.size = 2 << 40
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(256):
            file.write(bytes(1 << 20))
    with pytest.raises(BadData, match="at most 10000 and 1048576"):
        extract(path, tmp_path / "out", max_bytes=LIMIT)
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar.gz"]


def test_a_header_that_is_a_bomb(tmp_path):
    # an extended header of 256 MiB, which a library would read as a whole
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 256 << 20
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(info.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(256):
            file.write(bytes(1 << 20))
    with pytest.raises(BadData, match="larger than at most"):
        extract(path, tmp_path / "out", max_bytes=LIMIT)


def test_a_sparse_member_is_refused(tmp_path):
    info, _ = member("sparse")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40)}
    content = b"1\n0\n1\n".ljust(512, b"\0")
    info.size = len(content)
    with pytest.raises(BadData, match=r"at most|link or a device"):
        extract(tar(tmp_path / "a.tar.gz", (info, content)), tmp_path / "out", max_bytes=LIMIT)


def test_damaged_tar_files(tar_path, tmp_path):
    whole = tar(tar_path, member("b", b"text " * 1000)).read_bytes()
    pack = bz2.compress if tar_path.suffix == ".bz2" else gzip.compress
    unpacked = (bz2.decompress if tar_path.suffix == ".bz2" else gzip.decompress)(whole)
    for content in (b"<html>not found</html>", whole[:-30], pack(b"no tar file" * 100), pack(unpacked[:1800]), b""):
        tar_path.write_bytes(content)
        with pytest.raises(BadData, match=rf"{tar_path.name}: a damaged archive"):
            extract(tar_path, tmp_path / "out", max_bytes=LIMIT)
        assert [p.name for p in tmp_path.iterdir()] == [tar_path.name]
