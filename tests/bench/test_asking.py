"""Words in the place of a history: what they find, who refuses them, and what becomes of odd ones."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from command_line import Call, one_line
from fastapi.testclient import TestClient
from harness import run_here, write_csv

from bench.datasets.formats.roles import ItemColumns
from bench.datasets.imported import import_file
from bench.errors import BadConfig, Unsupported
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.serving import Served, open_cell
from bench.serving.cell import WORDS
from bench.serving.web import service
from bench.store import Store

SEA = ("whales", "sailors", "a harbour", "a submarine", "pirates", "a coral reef", "fishermen", "a drowned ship")
SPACE = ("rockets", "astronauts", "planets", "a galaxy", "satellites", "aliens", "a moon landing", "a black hole")
ABOUT = [about for pair in zip(SEA, SPACE, strict=True) for about in pair]  # even: the sea
ENCODING = importlib.util.find_spec("sentence_transformers") is not None
READERS = ["content-tfidf", "content-bm25", *(["text-knn"] if ENCODING else [])]


@pytest.fixture(scope="module")
def asked(own_data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the kept models of algorithms that read texts, and of one that does not."""
    folder = tmp_path_factory.mktemp("asking")
    rows = [
        (f"u{user:02}", f"i{item:02}", 4.0, 100 + (item * 5 + user) % 16)
        for user in range(12)
        for item in range(user % 2, 16, 2)
    ]
    items = [
        f"i{number:02},Film {number},A film about {about} and {ABOUT[number - 2]}" for number, about in enumerate(ABOUT)
    ]
    (folder / "items.csv").write_text("\n".join(["item,title,text", *items]) + "\n", encoding="utf-8")
    import_file(
        write_csv(folder / "rows.csv", rows),
        "films-in-words",
        user="user",
        item="item",
        rating="rating",
        time="time",
        time_unit="s",
        scale=(1, 5),
        items_file=folder / "items.csv",
        item_columns=ItemColumns(id="item", title="title", text="text"),
    )
    axes = Axes(datasets=[{"name": "films-in-words"}], splits=[{"name": "user-time"}])
    specs = [AlgorithmSpec(name=name) for name in ("popularity", *READERS)]
    store = Store(folder / "store", create=True)
    records = run_here(Matrix(matrix=axes, algorithms=specs), store, keep_models=True, jobs=1)
    assert [record.status for record in records] == ["ok"] * len(specs), [record.reason for record in records]
    return store


@pytest.fixture(scope="module")
def opened(asked: Store) -> Callable[[str], Served]:
    """The cells of the store, each opened once."""
    return cache(lambda name: open_cell(asked, name))


def kinds(found: list, of: int) -> list[int]:
    """0 for the sea and 1 for space, of the first `of`."""
    return [int(one.item[1:]) % 2 for one in found[:of]]


@pytest.mark.parametrize("name", READERS)
def test_words_find_what_they_are_about(opened: Callable[[str], Served], name: str):
    cell = opened(name)
    for query, kind in (("whales and pirates", 0), ("astronauts and planets", 1)):
        found = cell.ask(query, 4)
        assert kinds(found, 3) == [kind] * 3, found
        scores = [one.score for one in found]
        assert scores == sorted(scores, reverse=True)
    assert len(cell.ask("a film about whales", 1)) == 1


@pytest.mark.skipif(not ENCODING, reason="the extra `language` is not installed")
def test_an_encoder_finds_what_is_meant_in_other_words(opened: Callable[[str], Served]):
    cell = opened("text-knn")
    assert kinds(cell.ask("the ocean and its boats"), 4) == [0] * 4
    assert kinds(cell.ask("the universe beyond the earth"), 4) == [1] * 4
    assert opened("content-tfidf").ask("oceans") == [], "no item has the word"


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "query",
    ["[SEP] </s> <|im_end|> {title} {{7*7}}", "\x00\x1b[2J", "七人の侍 \U0001f40b", "half \ud83d a pair", "x" * WORDS],
    ids=["control", "terminal", "scripts", "surrogate", "long"],
)
def test_odd_words_are_answered_or_find_nothing(opened: Callable[[str], Served], name: str, query: str):
    found = opened(name).ask(query, 16)
    assert len({one.item for one in found}) == len(found)
    assert all(one.score == one.score for one in found), "what has no score is left out"


def test_who_cannot_answer_says_so(opened: Callable[[str], Served]):
    with pytest.raises(Unsupported, match=r"^popularity ranks by histories, and does not answer words$"):
        opened("popularity").ask("whales")
    cell = opened("content-tfidf")
    for query, said in (
        ("", "a query needs words, this one is empty"),
        (" \t\n", "a query needs words, this one is empty"),
        ("x" * (WORDS + 1), "a query has at most 1,000 characters, this one has 1,001"),
    ):
        with pytest.raises(BadConfig, match=said):
            cell.ask(query)
    with pytest.raises(BadConfig, match="k = 0"):
        cell.ask("whales", 0)


def test_the_command(asked: Store, opened: Callable[[str], Served], call: Call):
    words = ("recommend", "content-tfidf", "--store", asked.folder)
    done = call(*words, "--query", "whales", "-k", 2, "--json")
    told = json.loads(done.stdout)
    assert told["query"] == "whales"
    assert [one["item"] for one in told["items"]] == [one.item for one in opened("content-tfidf").ask("whales", 2)]
    assert all(one["title"] in call(*words, "--query", "whales", "-k", 2).stdout for one in told["items"])
    assert call(*words, "--query", "zebras").stdout == "Nothing has a score.\n"
    for more, said in (
        ((), "bench: expected --user or --query, and only one of them"),
        (("--user", "u01", "--query", "whales"), "bench: expected --user or --query, and only one of them"),
        (
            ("--query", "whales", "--explain"),
            "bench: --explain names reasons in the history of a user; it goes with --user",
        ),
        (("--query", ""), "bench: a query needs words, this one is empty"),
    ):
        done = call(*words, *more)
        assert (done.code, one_line(done)) == (2, said)
    done = call("recommend", "popularity", "--store", asked.folder, "--query", "whales")
    assert (done.code, one_line(done)) == (2, "bench: popularity ranks by histories, and does not answer words")


def test_over_http(opened: Callable[[str], Served]):
    client = TestClient(service(opened("content-tfidf")), base_url="http://127.0.0.1")
    expected = [one.item for one in opened("content-tfidf").ask("whales", 2)]
    for answer in (
        client.get("/recommend", params={"query": "whales", "k": 2}),
        client.post("/recommend", json={"query": "whales", "k": 2}),
    ):
        assert (answer.status_code, [one["item"] for one in answer.json()["items"]]) == (200, expected)
    for params, status, said in (
        ({"query": "x" * (WORDS + 1)}, 422, "query: String should have at most 1000 characters"),
        ({"query": ""}, 422, "query: String should have at least 1 character"),
        ({"query": "whales", "user": "u01"}, 422, "expected `user`, `history` or `query`, and only one of them"),
        ({"query": " "}, 400, "a query needs words, this one is empty"),
    ):
        answer = client.get("/recommend", params=params)
        assert answer.status_code == status
        assert said in answer.json()["detail"]
    assert client.get("/explain", params={"query": "whales", "item": "i00"}).status_code == 422
    deaf = TestClient(service(opened("popularity")), base_url="http://127.0.0.1")
    answer = deaf.get("/recommend", params={"query": "whales"})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "popularity ranks by histories, and does not answer words",
    )


@pytest.mark.skipif(not ENCODING, reason="the extra `language` is not installed")
def test_the_encoder_must_be_the_one_that_read_the_items(asked: Store, tmp_path: Path, encoder_folder: Path):
    cell = _served_by(asked, tmp_path, encoder_folder)
    assert len(cell.ask("whales", 5)) == 5
    key, config = cell.record.key, encoder_folder / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(Unsupported, match="is another one than that which read the items"):
        open_cell(tmp_path / "store", key).ask("whales")
    later = open_cell(tmp_path / "store", key)
    assert len(later.recommend("u01", 3)) == 3, "users are served without it"
    shutil.rmtree(encoder_folder)
    with pytest.raises(BadConfig, match="no packaged model and no folder"):
        later.ask("whales")
    with pytest.raises(BadConfig, match="no packaged model and no folder"):
        open_cell(tmp_path / "store", key)


@pytest.fixture
def encoder_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small model of BERT type, made on the spot."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).parents[1] / "algorithms" / "language")])
    from small_language_models import small_encoder

    return small_encoder(tmp_path / "encoder")


def _served_by(asked: Store, tmp_path: Path, encoder: Path) -> Served:
    axes = Axes(datasets=[{"name": "films-in-words"}], splits=[{"name": "user-time"}])
    specs = [AlgorithmSpec(name="text-knn", params={"model": str(encoder)})]
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(Matrix(matrix=axes, algorithms=specs), store, keep_models=True, jobs=1)
    assert record.status == "ok", record.reason
    return open_cell(store, record.key)
