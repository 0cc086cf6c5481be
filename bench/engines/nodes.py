"""The nodes of a cluster: which can be used, how many cells fit on each, and which is next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.errors import BadConfig, StoreError

LOOK = 1.0  # seconds between looks at the cluster
AGAIN = 10.0  # seconds until a node that did not answer is asked again
FIRST = 120.0  # seconds until the first nodes have told what they have
PATIENCE = 600.0  # seconds without any node, after which the run ends


@dataclass
class Node:
    """A node that has what the cells need."""

    name: str
    slots: int  # cells at a time
    memory: float  # bytes for all of them
    busy: int = 0
    troubles: int = 0  # attempts that were lost there
    doubted: bool = False  # it lost one, and has not answered since


@dataclass
class _Asked:
    """A node that was asked what it has."""

    slots: int
    answer: Any  # a reference


class Nodes:
    """Asks every node that appears what is installed there, and again when it has lost a cell; forgets those that go.

    `ask(name)` starts a task on a node and returns a reference to (facts, bytes of memory); `needed` is what a cell
    takes of each resource.
    """

    def __init__(
        self,
        ask: Callable[[str], Any],
        facts: dict[str, str],
        needed: dict[str, int],
        alone: bool,
        say: Callable[[str], None],
    ) -> None:
        self._ask, self._facts, self._needed, self._alone, self._say = ask, facts, needed, alone, say
        self._usable: dict[str, Node] = {}
        self._asked: dict[str, _Asked] = {}
        self._unfit: dict[str, str] = {}  # why it cannot be used
        self._silent: dict[str, float] = {}  # when it is asked again
        self._room = threading.Condition()
        self._place: dict[str, str] = {}  # as a person knows it
        self._looked = 0.0
        self._there = time.monotonic()  # when a usable node was last seen

    def wait_for_first(self) -> float:
        """Wait until all nodes have answered; the least memory that a cell has on any of them.

        Raises BadConfig, with what each lacks, where none can be used.
        """
        deadline = time.monotonic() + FIRST
        self.slots()
        while self._asked and time.monotonic() < deadline:
            time.sleep(0.1)
            self._looked = 0
            self.slots()
        if not self._usable:
            reasons = list(self._unfit.values()) or ["none answers"]
            raise BadConfig("no node of the cluster can run these cells: " + "; ".join(dict.fromkeys(reasons)))
        return min(node.memory / node.slots for node in self._usable.values())

    def slots(self) -> int:
        """Cells that fit on the nodes of now, at least one. Raises StoreError when none could be used for long."""
        with self._room:
            self._look()
            return max(1, sum(node.slots for node in self._usable.values()))

    def take(self, stopped: Callable[[], bool]) -> Node | None:
        """A place on the node with the fewest troubles and the most room; None when stopped first.

        Raises StoreError when no node could be used for long.
        """
        with self._room:
            while not stopped():
                self._look()
                free = [node for node in self._usable.values() if node.busy < node.slots and not node.doubted]
                if free:
                    node = min(free, key=lambda one: (one.troubles, one.busy / one.slots))
                    node.busy += 1
                    return node
                self._room.wait(0.5)
        return None

    def give(self, node: Node, *, lost: bool) -> None:
        """The place is free again; after an attempt was `lost` there, the node has to answer before it gets another."""
        with self._room:
            node.busy -= 1
            node.troubles += lost
            if lost and node.name in self._usable:
                node.doubted = True
                self._asked.setdefault(node.name, _Asked(node.slots, self._ask(node.name)))
            self._room.notify()

    def _look(self) -> None:
        """Ask those that are new, hear those that have answered, forget those that are gone."""
        import ray

        if any(not node.doubted for node in self._usable.values()):
            self._there = time.monotonic()
        elif time.monotonic() - self._there > PATIENCE:
            raise StoreError(f"the cluster has had no usable node for {PATIENCE:.0f} s; what is finished is kept")

        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        nodes = [node for node in ray.nodes() if node["Alive"]]
        alive = {node["NodeID"]: node["Resources"] for node in nodes}
        self._place = {node["NodeID"]: f"node {node['NodeID'][:8]} ({node['NodeManagerAddress']})" for node in nodes}
        known: list[dict[str, Any]] = [self._usable, self._asked, self._unfit, self._silent]
        for group in known:
            for name in group.keys() - alive.keys():
                del group[name]
        waiting = {name for name, again in self._silent.items() if again > now}
        for name in sorted(alive.keys() - self._usable.keys() - self._asked.keys() - self._unfit.keys() - waiting):
            has = {what: int(alive[name].get(what, 0)) for what in self._needed}
            if slots := min(has[what] // count for what, count in self._needed.items()):
                self._asked[name] = _Asked(1 if self._alone else slots, self._ask(name))
            else:
                self._unfit[name] = f"has {_counted(has)}, and a cell needs {_counted(self._needed)}"
        for name, asked in list(self._asked.items()):
            if ray.wait([asked.answer], timeout=0)[0]:
                self._heard(name, self._asked.pop(name))

    def _heard(self, name: str, asked: _Asked) -> None:
        import ray
        from ray.exceptions import RayError

        try:
            facts, memory = ray.get(asked.answer)
        except RayError as error:  # it is going, or RecMatrix is not there
            self._usable.pop(name, None)
            if name not in self._silent:
                told = str(error).strip().splitlines() or [type(error).__name__]
                self._say(f"{self._place.get(name, name[:8])} does not answer as it should: {told[-1]}")
            self._silent[name] = time.monotonic() + AGAIN
            return
        if wrong := differences(self._facts, facts):
            self._usable.pop(name, None)
            self._unfit[name] = wrong
            self._say(f"{self._place.get(name, name[:8])} is not used: {wrong}")
            return
        self._silent.pop(name, None)
        self._usable.setdefault(name, Node(name, asked.slots, memory)).doubted = False
        self._room.notify_all()


def _counted(resources: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in resources.items())


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """What is not the same on a node, in words; empty when all is."""
    names = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    return ", ".join(
        f"{name} is {there.get(name, 'missing')} there, {here.get(name, 'missing')} here" for name in names
    )
