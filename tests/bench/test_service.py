"""The HTTP service: the benchmark's own lists, explanations, limits on what comes in, one line for a mistake."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from command_line import Call, one_line
from fastapi.testclient import TestClient
from harness import environment
from serving_cases import benchmark_lists, key_of, served_store

from bench.serving import open_cell
from bench.serving.asking import HISTORY, ID_LENGTH
from bench.serving.web import service
from bench.store import Store

LOCAL = "http://127.0.0.1"


@pytest.fixture(scope="module")
def served(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return served_store(tmp_path_factory.mktemp("service") / "store", "ease", "popularity")


@pytest.fixture(scope="module")
def client(served: Store) -> TestClient:
    return TestClient(service(open_cell(served, key_of(served, "ease"))), base_url=LOCAL)


def test_it_gives_the_lists_of_the_benchmark(served: Store, client: TestClient):
    for user, told in benchmark_lists(served, "ease").items():
        for answer in (client.get("/recommend", params={"user": user}), client.post("/recommend", json={"user": user})):
            assert answer.status_code == 200
            assert [one["item"] for one in answer.json()["items"]] == told


def test_a_newcomer_gives_a_history_either_way(client: TestClient):
    history = ["i003", "i010"]
    one = client.get("/recommend", params={"history": history, "k": 5})
    other = client.post("/recommend", json={"history": history, "k": 5, "ratings": [5, 4]})
    assert one.status_code == other.status_code == 200
    assert one.json() == other.json()
    assert len(one.json()["items"]) == 5


def test_an_explanation_comes_with_a_sentence_about_its_reasons_only(client: TestClient):
    item = client.get("/recommend", params={"user": "u003", "k": 1}).json()["items"][0]
    why = client.get("/explain", params={"user": "u003", "item": item["item"], "n": 2}).json()
    assert 1 <= len(why["reasons"]) <= 2
    assert f"“{item['title']}” is recommended because of “{why['reasons'][0]['title']}”" in why["text"]
    assert (why["by"], why["unfounded"]) == ("template", 0)
    assert client.post("/explain", json={"user": "u003", "item": item["item"], "n": 2}).json() == why


def test_health_and_description(served: Store, client: TestClient):
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert (health["algorithm"], health["users"], health["items"]) == ("ease", 40, 60)
    assert (health["writer"], health["sentences"]) == ("template", {"written": 0, "caught": 0, "said_nothing": 0})
    assert set(client.get("/openapi.json").json()["paths"]) == {"/health", "/recommend", "/explain"}
    page = client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "POST /recommend" in page.text
    assert re.findall(r"(?:src|href)=[\"']([^\"']*)", page.text) == ["openapi.json"], (
        "nothing is fetched from elsewhere"
    )
    assert "<script" not in page.text


WRONG = [
    ({"user": "nobody"}, 404, "unknown user 'nobody'"),
    ({"history": ["i0003"]}, 404, "unknown item 'i0003'; did you mean 'i003'?"),
    ({"user": "u001", "k": 0}, 422, "k: Input should be greater than or equal to 1"),
    ({"user": "u001", "k": 101}, 422, "k: Input should be less than or equal to 100"),
    ({"user": "u001", "k": "many"}, 422, "k: Input should be a valid integer"),
    ({}, 422, "expected `user`, `history` or `query`, and only one of them"),
    ({"user": "u001", "history": ["i003"]}, 422, "expected `user`, `history` or `query`, and only one of them"),
    ({"user": "u" * (ID_LENGTH + 1)}, 422, "user: String should have at most 1000 characters"),
    ({"user": "u001", "explain": True}, 422, "explain: Extra inputs are not permitted"),
    ({"history": ["i003"] * (HISTORY + 1)}, 422, "history: List should have at most 1000 items"),
    ({"history": ["i003"], "ratings": [1, 2]}, 400, "2 ratings for 1 items"),
]


@pytest.mark.parametrize(("asked", "status", "said"), WRONG)
def test_a_mistake_is_one_line(client: TestClient, asked: dict, status: int, said: str):
    answer = client.post("/recommend", json=asked)
    assert answer.status_code == status
    told = answer.json()["detail"]
    assert said in told
    assert "\n" not in told
    assert len(told) < 300


def test_an_algorithm_that_cannot_is_a_mistake_too(served: Store):
    client = TestClient(service(open_cell(served, key_of(served, "popularity"))), base_url=LOCAL)
    answer = client.get("/explain", params={"user": "u001", "item": "i003"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "popularity does not explain its recommendations")


def test_what_the_model_raises_is_one_line(served: Store, monkeypatch: pytest.MonkeyPatch):
    cell = open_cell(served, key_of(served, "ease"))

    def fails(query: object) -> None:
        raise ValueError("no\nluck")

    monkeypatch.setattr(cell.algorithm, "score", fails)
    answer = TestClient(service(cell), base_url=LOCAL).get("/recommend", params={"user": "u001"})
    assert (answer.status_code, answer.json()["detail"]) == (500, "ease failed: ValueError: no luck")


def test_large_bodies_and_foreign_hosts_are_refused(served: Store, client: TestClient):
    large = json.dumps({"user": "x" * (1 << 21)}).encode()
    for body in (large, iter([large[: 1 << 20], large[1 << 20 :]])):
        answer = client.post("/recommend", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["detail"]) == (413, "a request has at most 1,048,576 bytes")
    assert client.get("/health", headers={"host": "rebound.example"}).status_code == 400
    opened = TestClient(
        service(open_cell(served, key_of(served, "ease")), "0.0.0.0"), base_url="http://machine.example"
    )
    assert opened.get("/health").status_code == 200


def test_the_command_serves_until_it_is_interrupted(served: Store, tmp_path: Path):
    command = [
        sys.executable,
        "-m",
        "bench",
        "serve",
        key_of(served, "ease")[:12],
        "--store",
        str(served.folder),
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        place = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert place is not None
        with urllib.request.urlopen(f"{place[0]}/recommend?user=u007", timeout=60) as answer:
            told = [one["item"] for one in json.load(answer)["items"]]
        assert told == benchmark_lists(served, "ease")["u007"]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, errors) == (130, "")


def test_an_address_that_is_taken_is_told(served: Store, call: Call):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = call("serve", key_of(served, "ease")[:12], "--store", served.folder, "--port", port)
    assert done.code == 2
    assert f"cannot listen at 127.0.0.1, port {port}" in one_line(done)
