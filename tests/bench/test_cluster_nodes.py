"""Which nodes of a cluster get cells, with a cluster that only says what a test wants."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from harness import Bench

from bench.engines import nodes
from bench.engines.nodes import Nodes
from bench.errors import BadConfig, StoreError

HERE = {"numpy": "2.1"}


class RayError(Exception):
    """As Ray's."""


class Cluster:
    """Nodes with their cores, and what they answer."""

    def __init__(self, cores: dict[str, int]) -> None:
        self.cores = cores
        self.answers: dict[str, Any] = dict.fromkeys(cores, (HERE, 8e9))
        self.said: list[str] = []

    def nodes(self) -> list[dict[str, Any]]:
        found = {"Alive": True, "NodeManagerAddress": "10.0.0.1"}
        return [{**found, "NodeID": name, "Resources": {"CPU": cores}} for name, cores in self.cores.items()]

    def get(self, name: str) -> Any:
        if isinstance(self.answers[name], Exception):
            raise self.answers[name]
        return self.answers[name]

    def seen(self, **needed: int) -> Nodes:
        return Nodes(lambda name: name, HERE, needed or {"CPU": 1}, False, self.said.append)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster({"one": 1, "two": 2})
    ray = SimpleNamespace(nodes=made.nodes, get=made.get, wait=lambda asked, timeout: (asked, []))
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setitem(sys.modules, "ray.exceptions", SimpleNamespace(RayError=RayError))
    monkeypatch.setattr(nodes, "LOOK", -1.0)
    return made


def never() -> bool:
    return False


def test_cells_go_where_there_is_most_room_and_least_trouble(cluster: Cluster):
    seen = cluster.seen()
    assert seen.wait_for_first() == 4e9, "the share of a cell on the node with two"
    assert seen.slots() == 3
    taken = [seen.take(never) for _ in range(3)]
    assert sorted(node.name for node in taken) == ["one", "two", "two"]
    assert seen.take(lambda: True) is None
    for node in taken:
        seen.give(node, lost=node.name == "two")
    assert seen.take(never).name == "one"


def test_a_node_that_lost_a_cell_and_has_other_versions_now_gets_no_more(cluster: Cluster):
    seen = cluster.seen()
    seen.wait_for_first()
    cluster.answers["two"] = ({"numpy": "9"}, 8e9)
    two = next(node for node in (seen.take(never) for _ in range(3)) if node.name == "two")
    seen.give(two, lost=True)
    assert seen.slots() == 1
    assert cluster.said == ["node two (10.0.0.1) is not used: numpy is 9 there, 2.1 here"]


def test_a_node_that_does_not_answer_is_asked_again(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nodes, "AGAIN", -1.0)
    cluster.answers["two"] = RayError("gone\nfor now")
    seen = cluster.seen()
    seen.wait_for_first()
    assert seen.slots() == 1
    assert cluster.said == ["node two (10.0.0.1) does not answer as it should: for now"]
    cluster.answers["two"] = (HERE, 8e9)
    assert max(seen.slots(), seen.slots()) == 3


def test_without_any_node_for_long_the_run_ends(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nodes, "PATIENCE", 0.2)
    seen = cluster.seen()
    seen.wait_for_first()
    cluster.cores.clear()
    with pytest.raises(StoreError, match=r"no usable node for 0 s; what is finished is kept"):
        while True:
            seen.take(never)


def test_nodes_that_are_too_small_are_named(cluster: Cluster):
    with pytest.raises(BadConfig, match=r"has 1 CPU, 0 GPU, and a cell needs 1 CPU, 1 GPU; has 2 CPU, 0 GPU"):
        cluster.seen(CPU=1, GPU=1).wait_for_first()


def test_without_a_cluster_one_line_says_what_to_do(bench: Bench):
    done = bench.run("--engine", "ray", "--algorithms", "popularity", RAY_ADDRESS="127.0.0.1:1")
    assert done.returncode == 2
    assert "no Ray cluster at 127.0.0.1:1 (" in done.stderr
    assert "ray start --head" in done.stderr
