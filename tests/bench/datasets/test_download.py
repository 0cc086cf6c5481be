"""Downloads over a stand-in for the network."""

import errno
import gzip
import hashlib
from urllib.error import URLError

import pytest
from stand_in import Answer, Network, tarred, zipped

from bench.datasets import catalogue, sources
from bench.datasets.fetching import download, pins
from bench.datasets.fetching.download import Unreachable, fetch
from bench.datasets.source import Part
from bench.errors import BadData, StoreError

URL = "https://example.org/file"
CONTENT = b"the published file" * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()
HTML = b"<html><body>Please log in</body></html>"


class Broken(Answer):
    """An answer that ends with an error of the network, which is an OSError like those of the disk."""

    def read(self, size=-1):
        raise OSError(errno.EHOSTUNREACH, "No route to host")


def test_a_good_file(tmp_path):
    network = Network(Answer(CONTENT))
    assert fetch(URL, tmp_path / "new" / "file", SHA, max_bytes=10**6, opener=network) == SHA
    assert (tmp_path / "new" / "file").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]


@pytest.mark.parametrize(
    "bad", [Answer(CONTENT[:-1]), Answer(HTML, kind="text/html"), URLError("reset"), TimeoutError()]
)
def test_one_retry(tmp_path, bad):
    network = Network(bad, Answer(CONTENT))
    fetch(URL, tmp_path / "file", SHA, max_bytes=10**6, opener=network)
    assert len(network.asked) == 2
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "message", "kind"),
    [
        (lambda: Answer(CONTENT[:-1]), "17999 bytes of application/zip, SHA-256 .* instead of", BadData),
        (lambda: Answer(b"X" + CONTENT[1:]), "not the expected file", BadData),
        (lambda: Answer(HTML, kind="text/html"), "39 bytes of text/html", BadData),
        (lambda: Answer(b"0" * 2_000_000), "larger than 1000000 bytes", BadData),
        (lambda: Answer(CONTENT, url="http://example.org/file"), "which is not https", BadData),
        (lambda: URLError("no route"), "no route", Unreachable),
        (lambda: Broken(CONTENT), "cannot be had .*No route to host", Unreachable),
    ],
)
def test_two_bad_answers(tmp_path, answer, message, kind):
    network = Network(answer(), answer(), Answer(CONTENT))
    (tmp_path / "file").write_bytes(b"what was there before")
    with pytest.raises(kind, match=message) as caught:
        fetch(URL, tmp_path / "file", SHA, max_bytes=10**6, opener=network)
    assert type(caught.value) is kind
    assert len(network.asked) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"what was there before"


def test_only_https(tmp_path):
    with pytest.raises(BadData, match="only https"):
        fetch("http://example.org/file", tmp_path / "file", SHA, max_bytes=10, opener=Network())


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("a.csv", lambda: Answer(HTML, kind="text/csv"), "a web page came instead of the file"),
        ("a.csv", lambda: Answer(b"\n  <!DOCTYPE HTML><p>", kind="text/csv"), "a web page came"),
        ("a.csv", lambda: Answer(b"Sorry", kind="text/html; charset=utf-8"), "a web page came"),
        ("a.csv", lambda: Answer(b""), "nothing came"),
        ("a.csv", lambda: Answer(b"1,2,3", length=6), "5 bytes came of 6"),
        ("a.zip", lambda: Answer(zipped({"a": b"1" * 999})[:-30]), "damaged on the way or no such archive"),
        ("a.zip", lambda: Answer(b'{"error": 404}'), "damaged on the way or no such archive"),
        ("a.json.gz", lambda: Answer(gzip.compress(CONTENT)[:-9]), "damaged on the way"),
        ("a.json.gz", lambda: Answer(gzip.compress(CONTENT)[:-8] + b"12345678"), "damaged on the way"),
        ("a.tar.bz2", lambda: Answer(tarred({"a": CONTENT}, "w:bz2")[:-20]), "damaged on the way"),
    ],
)
def test_a_file_of_unknown_hash_must_be_what_its_name_says(tmp_path, name, answer, message):
    network = Network(answer(), answer())
    with pytest.raises(BadData, match=message):
        fetch(f"https://example.org/{name}", tmp_path / name, "", max_bytes=10**6, opener=network)
    assert list(tmp_path.iterdir()) == []


RATINGS = b"userID\tartistID\tweight\r\n2\t51\t13\r\n"
ARTISTS = b"id\tname\turl\tpictureURL\n51\tOwl\tx\ty\n"
MEMBERS = {"user_artists.dat": RATINGS, "artists.dat": ARTISTS, "readme.txt": b"terms"}
HERE = "https://example.org/lastfm"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    return tmp_path / "recmatrix"


@pytest.fixture
def lastfm(home, monkeypatch):
    """The entry `lastfm-2k` with other parts: a function of them that registers and returns it."""

    def made(*parts, **fields):
        source = sources.Source(**{**vars(sources.SOURCES["lastfm-2k"]), "parts": parts, **fields})
        monkeypatch.setitem(sources.SOURCES, "lastfm-2k", source)
        return source

    return made


FORMS = {
    "zip": (zipped(MEMBERS), "zip", ""),
    "zip with a folder": (zipped({f"top/{name}": content for name, content in MEMBERS.items()}), "zip", "top"),
    "tar.gz": (tarred({f"./{name}": content for name, content in MEMBERS.items()}, "w:gz"), "tar.gz", ""),
    "tar.bz2": (tarred({f"a/b/{name}": content for name, content in MEMBERS.items()}, "w:bz2"), "tar.bz2", "a/b"),
}


@pytest.mark.parametrize("form", FORMS)
def test_archives_of_all_kinds(home, lastfm, form):
    content, kind, member = FORMS[form]
    source = lastfm(Part(f"{HERE}.{kind}", kind=kind, member=member))
    place, _ = download.get(source, Network(Answer(content)))
    assert place == home / "hetrec2011-lastfm-2k"
    assert {path.name: path.read_bytes() for path in place.iterdir()} == MEMBERS
    assert sorted(path.name for path in home.iterdir()) == ["hetrec2011-lastfm-2k", "pins.json"]
    assert len(catalogue.load("lastfm-2k").interactions) == 1


def test_plain_files_join_those_of_other_data_sets(home, lastfm):
    source = lastfm(Part(f"{HERE}/user_artists.dat"), Part(f"{HERE}/artists.dat"))
    (home / source.folder).mkdir(parents=True)
    (home / source.folder / "other.txt").write_text("of another data set")
    place, _ = download.get(source, Network(Answer(RATINGS), Answer(ARTISTS)))
    assert sorted(path.name for path in place.iterdir()) == ["artists.dat", "other.txt", "user_artists.dat"]


def test_an_unknown_hash_is_pinned_with_a_notice(home, lastfm, monkeypatch):
    content, kind, _ = FORMS["zip"]
    source = lastfm(Part(f"{HERE}.zip", kind=kind))
    _, said = download.get(source, Network(Answer(content)))
    digest = hashlib.sha256(content).hexdigest()
    assert said == [f"{HERE}.zip: SHA-256 unknown until now; pinned, and a later download must be the same ({digest})"]
    assert pins.read()[f"{HERE}.zip"] == digest
    assert pins.read()["hetrec2011-lastfm-2k/artists.dat"] == hashlib.sha256(ARTISTS).hexdigest()
    assert download.get(source, Network(Answer(content)))[1] == []
    other = zipped({**MEMBERS, "artists.dat": ARTISTS + b"52\tKauz\tx\ty\n"})
    way_out = r"another edition, delete its line in .*pins\.json"
    with pytest.raises(BadData, match=rf"not the expected file .* instead of {digest[:16]}.*{way_out}"):
        download.get(source, Network(Answer(other), Answer(other)))
    assert (home / "hetrec2011-lastfm-2k" / "artists.dat").read_bytes() == ARTISTS
    assert sorted(path.name for path in home.iterdir()) == ["hetrec2011-lastfm-2k", "pins.json"]


def test_a_pinned_file_that_changed_is_refused(home, lastfm):
    place, _ = download.get(lastfm(Part(f"{HERE}.zip", kind="zip")), Network(Answer(FORMS["zip"][0])))
    with (place / "artists.dat").open("ab") as file:
        file.write(b"52\tKauz\tx\ty\n")
    for act in (catalogue.load, catalogue.get):
        with pytest.raises(BadData, match=r"artists\.dat: not the file that was downloaded first"):
            act("lastfm-2k")


def test_files_put_there_by_hand_are_not_pinned(home, lastfm, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "mine"))
    download.get(lastfm(Part(f"{HERE}.zip", kind="zip")), Network(Answer(FORMS["zip"][0])))
    for name, content in {**MEMBERS, "user_artists.dat": RATINGS + b"3\t51\t7\r\n"}.items():
        (tmp_path / "mine" / "hetrec2011-lastfm-2k").mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / "hetrec2011-lastfm-2k" / name).write_bytes(content)
    assert len(catalogue.load("lastfm-2k").interactions) == 2


@pytest.mark.parametrize(
    ("parts", "answers", "message"),
    [
        ([Part(f"{HERE}.zip", kind="zip")], [zipped({"artists.dat": ARTISTS})], "holds no user_artists.dat"),
        ([Part(f"{HERE}.zip", kind="zip", member="top")], [zipped(MEMBERS)], "has no folder top"),
        ([Part(f"{HERE}.zip", kind="zip")], [zipped({"../x": b"1", **MEMBERS})], "leads out of the folder"),
        ([Part(f"{HERE}.zip", kind="zip", unpacked=30)], [zipped(MEMBERS)], "at most 10000 and 30"),
        ([Part(f"{HERE}.zip", SHA, kind="zip")], [zipped(MEMBERS)] * 2, "not the expected file"),
        ([Part(f"{HERE}.zip", size=20, kind="zip")], [zipped(MEMBERS)] * 2, "larger than 20 bytes"),
        ([Part(f"{HERE}.zip", most=30, kind="zip")], [zipped(MEMBERS)] * 2, "larger than 30 bytes"),
        ([Part(f"{HERE}/user_artists.dat"), Part(f"{HERE}/artists.dat")], [RATINGS, HTML, HTML], "a web page came"),
    ],
)
def test_a_failed_download_changes_nothing(home, lastfm, parts, answers, message):
    with pytest.raises(BadData, match=message):
        download.get(lastfm(*parts), Network(*map(Answer, answers)))
    assert list(home.iterdir()) == []


def test_what_cannot_be_reached_names_the_way_out(home, lastfm):
    source = lastfm(Part(f"{HERE}.zip", kind="zip"))
    with pytest.raises(BadData, match=r"lastfm\.zip: cannot be had .*no route.*BENCH_DATA"):
        download.get(source, Network(URLError("no route"), URLError("no route")))


def test_a_data_folder_that_cannot_be_written(lastfm, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match=r"cannot write .* MB free there"):
        download.get(lastfm(Part(f"{HERE}.zip", kind="zip")), Network())


def test_terms_come_before_the_download(home, lastfm, monkeypatch):
    source = lastfm(Part(f"{HERE}.zip", kind="zip"))
    told = []

    def opener(request, timeout):
        assert [line for line in told if "HetRec 2011" in line and line.startswith("licence: ")]
        assert [line for line in told if line.startswith("cite: Ivan Cantador")]
        assert told[-1] == f"downloading {HERE}.zip (size unknown, SHA-256 unknown)"
        return Answer(FORMS["zip"][0])

    whole = download.get
    monkeypatch.setattr(download, "get", lambda source: whole(source, opener))
    assert catalogue.get("lastfm-2k", told.append) == home / source.folder
    assert "pinned" in told[-1]
    count = len(told)
    catalogue.get("lastfm-2k", told.append)
    assert len(told) == count  # nothing is said of what is here


def test_a_damaged_file_of_pins(home):
    home.mkdir()
    for text in ("{", "[]", '{"a": 1}'):
        (home / "pins.json").write_text(text)
        with pytest.raises(BadData, match=r"pins\.json: .*delete it to pin later downloads anew"):
            pins.read()


def test_the_pin_is_among_what_is_told_before_a_download(home, lastfm, monkeypatch):
    content = FORMS["zip"][0]
    source = lastfm(Part(f"{HERE}.zip", kind="zip"))
    place, _ = download.get(source, Network(Answer(content)))
    (place / "artists.dat").unlink()
    whole, told = download.get, []
    monkeypatch.setattr(download, "get", lambda source: whole(source, Network(Answer(content))))
    catalogue.get("lastfm-2k", told.append)
    digest = hashlib.sha256(content).hexdigest()
    assert told[-1] == f"downloading {HERE}.zip (size unknown, SHA-256 {digest} as of the first download)"


def test_damaged_pins_do_not_matter_to_what_has_a_published_hash(home):
    home.mkdir()
    (home / "pins.json").write_text("{")
    assert len(catalogue.load("movielens-small").interactions) == 100_004
