"""Sentences of a language model over HTTP: who spoke, what is counted, and who need not wait while one is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from command_line import Call, Done, one_line
from fastapi.testclient import TestClient
from serving_cases import Parrot, key_of, served_store

from bench.models import writer
from bench.serving import open_cell
from bench.serving.web import service
from bench.serving.writing import Teller
from bench.store import Store

LOCAL = "http://127.0.0.1"
WAITING = 50  # more than there are threads for what blocks
WHO = {"user": "u007"}


@pytest.fixture(scope="module")
def served(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return served_store(tmp_path_factory.mktemp("written-service") / "store", "ease", "popularity")


@pytest.fixture
def serve(served: Store, call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Done, TestClient | None]]:
    """`bench serve` with more words, which ends where the server would begin; its application, if it comes so far."""
    applications = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: applications.append(self.config.app))

    def begin(*words: object, algorithm: str = "ease") -> tuple[Done, TestClient | None]:
        done = call("serve", key_of(served, algorithm), "--store", served.folder, "--port", 0, *words)
        return done, TestClient(applications.pop(), base_url=LOCAL) if applications else None

    return begin


def best(client: TestClient) -> str:
    return client.get("/recommend", params={**WHO, "k": 1}).json()["items"][0]["item"]


def test_it_says_who_spoke_and_counts(serve: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer, "Writer", Parrot)
    done, client = serve("--sentences", "--writer", "any")
    assert (done.code, done.stderr) == (0, "")
    asked = {**WHO, "item": best(client)}
    first, second = client.get("/explain", params=asked).json(), client.post("/explain", json=asked).json()
    assert (first["by"], first["text"]) == ("parrot", f"You may like “{first['title']}”.")
    assert (second["by"], second["unfounded"]) == ("template", 0)
    assert " is recommended because of " in second["text"]
    health = client.get("/health").json()
    assert (health["writer"], health["sentences"]) == ("parrot", {"written": 1, "caught": 1, "said_nothing": 0})


def test_it_is_described(serve: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer, "Writer", Parrot)
    _, client = serve("--sentences")
    description = client.get("/openapi.json").json()
    for told in (client.get("/docs").text, description["paths"]["/explain"]["get"]["description"]):
        assert "`by` says who worded the `text`" in told
    for told in (client.get("/docs").text, description["info"]["description"]):
        assert "Reasons are worded by: parrot." in told


def test_without_the_model_the_template_speaks(serve: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path))
    done, client = serve("--sentences")
    assert done.code == 0
    assert "smollm2-135m-instruct' is not on this machine; `bench models get" in one_line(done)
    assert one_line(done).endswith("the template speaks in its place")
    assert client.get("/explain", params={**WHO, "item": best(client)}).json()["by"] == "template"
    assert client.get("/health").json()["writer"] == "template"


def test_mistakes_are_told_before_anything_is_served(serve: Callable, tmp_path: Path):
    for words, algorithm, said in (
        (("--writer", "parrot"), "ease", "it goes with --sentences"),
        (("--sentences", "--writer", tmp_path / "none"), "ease", "no packaged model and no folder"),
        (("--sentences",), "popularity", "popularity does not explain its recommendations"),
    ):
        done, client = serve(*words, algorithm=algorithm)
        assert (done.code, client) == (2, None)
        assert said in one_line(done)


def test_what_the_writer_raises_is_one_line(served: Store):
    def fails(prompt: str) -> str:
        raise ValueError("no\nluck")

    cell = open_cell(served, key_of(served, "ease"))
    client = TestClient(service(cell, teller=Teller(fails, cell.titles, "parrot")), base_url=LOCAL)
    answer = client.get("/explain", params={**WHO, "item": best(client)})
    assert (answer.status_code, answer.json()["detail"]) == (500, "parrot failed: ValueError: no luck")


def test_nobody_waits_for_a_sentence_but_who_asked_for_one(served: Store, monkeypatch: pytest.MonkeyPatch):
    cell = open_cell(served, key_of(served, "ease"))
    go_on, explained, explain = threading.Event(), threading.Semaphore(0), cell.explain
    parrots: set[int] = set()

    def counted(*asked: object) -> object:
        explained.release()
        return explain(*asked)

    def slow(prompt: str) -> str:
        parrots.add(threading.get_ident())
        assert len(parrots) == 1, "a writer is one thread's at a time"
        assert go_on.wait(60)
        parrots.clear()
        return f"See {prompt.rpartition('Recommended: ')[2].partition('.')[0]}."

    monkeypatch.setattr(cell, "explain", counted)
    app = service(cell, teller=Teller(slow, cell.titles, "slow"))
    with TestClient(app, base_url=LOCAL) as client, ThreadPoolExecutor(WAITING + 1) as pool:
        asked = {**WHO, "item": best(client)}
        waiting = [pool.submit(client.get, "/explain", params=asked) for _ in range(WAITING)]
        try:
            assert all(explained.acquire(timeout=30) for _ in range(WAITING)), "who waits holds no thread"
            health = pool.submit(client.get, "/health").result(timeout=30).json()
            assert health["sentences"]["written"] == 0
            assert pool.submit(client.get, "/recommend", params=WHO).result(timeout=30).status_code == 200
            assert not any(one.done() for one in waiting)
        finally:
            go_on.set()
        assert {one.result().json()["by"] for one in waiting} == {"slow"}
        assert client.get("/health").json()["sentences"]["written"] == WAITING
