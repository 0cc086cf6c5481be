"""Cells on a real cluster of three nodes on this machine: the same results, whatever is killed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from harness import ZOO, Bench, alive, kill, until

from bench import plan, registry, sources
from bench.engines import node, opening
from bench.errors import BadConfig
from bench.execute import Listener, execute
from bench.limits import Limits
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.options import Options
from bench.records import Record
from bench.store import Store

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
MEMORY = 80_000_000  # bytes of each node's object store
SECONDS = 5.0  # that a slow cell takes


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache folders of the nodes, one each, as if each had a disk of its own."""
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(scope="module")
def cluster(small_data: None, caches: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Three nodes of one core each, with the plug-ins of the zoo; this process is connected to the first."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ZOO), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("ZOO_NOTES", str(tmp_path_factory.mktemp("notes")))
        patch.syspath_prepend(str(ZOO))
        for cached in (registry.entries, sources.path_of):
            cached.cache_clear()
        head = {"num_cpus": 1, "object_store_memory": MEMORY, "include_dashboard": False}
        made = Cluster(initialize_head=True, head_node_args={**head, **on_disk(caches / "head")})
        for number in range(2):
            made.add_node(num_cpus=1, object_store_memory=MEMORY, **on_disk(caches / f"node{number}"))
        patch.setenv("RAY_ADDRESS", made.address)
        ray.init(address=made.address, log_to_driver=False, logging_level="ERROR")
        yield made
        ray.shutdown()
        made.shutdown()
        for cached in (registry.entries, sources.path_of):
            cached.cache_clear()


def on_disk(folder: Path) -> dict[str, Any]:
    """A node whose cache is this folder."""
    return {"env_vars": {**os.environ, "RECMATRIX_CACHE": str(folder)}}


@pytest.fixture
def notes() -> Path:
    """Where slow cells say that they have begun: seconds-variant-process."""
    folder = Path(os.environ["ZOO_NOTES"])
    for path in folder.iterdir():
        path.unlink()
    return folder


def matrix(*algorithms: AlgorithmSpec) -> Matrix:
    return Matrix(matrix=Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time"}]), algorithms=[*algorithms])


def slow(variants: int, seconds: float = SECONDS) -> Matrix:
    grid = {"variant": [*range(variants)], "seconds": [seconds]}
    return matrix(AlgorithmSpec(name="zoo-slow", grid=grid))


class Told(Listener):
    """What a run has said."""

    def __init__(self) -> None:
        self.jobs, self.notices = 0, []  # type: ignore[var-annotated]
        self.phases: set[str] = set()

    def planned(self, decisions: list[plan.Decision], jobs: int) -> None:
        self.jobs = jobs

    def noticed(self, text: str) -> None:
        self.notices.append(text)

    def progress(self, cell: plan.Cell, phase: str, seconds: float, memory: int) -> None:
        self.phases.add(phase)


def run(wanted: Matrix, store: Store, engine: str = "ray", told: Told | None = None) -> list[Record]:
    outcome = execute(plan.cells(wanted), store, Options(engine=engine, limits=LIMITS), told or Told())
    assert outcome.complete
    return outcome.records


LIMITS = Limits.model_construct(time=120.0, memory=2e9)


def during(wanted: Matrix, store: Store, notes: Path, begun: int, happens: Callable[[list[int]], None]) -> list[Record]:
    """Run a matrix; when so many cells are in `fit` at the same time, something happens to their processes."""
    found: list[Record] = []
    thread = threading.Thread(target=lambda: found.extend(run(wanted, store)))
    thread.start()
    until(lambda: len(fitting(notes)) >= begun, "cells are in fit")
    happens(fitting(notes))
    thread.join(120)
    assert not thread.is_alive()
    return found


def fitting(notes: Path) -> list[int]:
    """The processes of the cells that have begun and live."""
    return [number for path in notes.iterdir() if alive(number := int(path.name.split("-")[2]))]


def answers(store: Store) -> dict[str, Any]:
    """The hashes of all answers."""
    return {
        record.label + str(record.slot.seed): {n: f["sha256"] for n, f in record.files.items() if n != "log.txt"}
        for record in store.best().values()
    }


def test_a_cluster_gives_the_same_answers_as_this_machine(cluster: Any, tmp_path: Path):
    names = ["popularity", "item-knn", "ease", "zoo-tame", "zoo-segfaults", "zoo-raises-in-fit"]
    wanted = matrix(*[AlgorithmSpec(name=name) for name in names])
    here, there = Store(tmp_path / "here", create=True), Store(tmp_path / "there", create=True)
    run(wanted, here, "local")
    told = Told()
    records = run(wanted, there, told=told)
    assert told.jobs == 3
    assert told.notices == []
    assert answers(here) == answers(there)
    assert len(answers(there)) == len(names)
    assert {r.label: (r.status, r.reason) for r in records} == {
        r.label: (r.status, r.reason) for r in here.best().values()
    }
    assert {r.status for r in records} == {"ok", "crashed", "failed"}
    assert there.log(next(r for r in records if r.label == "zoo-raises-in-fit")).count("Traceback") == 1
    for record in records:
        assert record.provenance["processor"]
        assert (
            set(record.provenance) >= {"distributions", "usable_cores", "versions", "threads"} or record.status != "ok"
        )
        name = record.provenance["distributions"]
        assert (there.folder / "environment" / f"{name}.json").exists()
    assert list((there.folder / "tmp").iterdir()) == []


def test_models_come_back_from_a_node(cluster: Any, tmp_path: Path):
    wanted = matrix(AlgorithmSpec(name="hybrid-weighted"))  # a model with folders in its folder
    here, there = Store(tmp_path / "here", create=True), Store(tmp_path / "there", create=True)
    for store, engine in ((here, "local"), (there, "ray")):
        outcome = execute(plan.cells(wanted), store, Options(engine=engine, limits=LIMITS, keep_models=True))
        assert [record.model for record in outcome.records] == ["kept"], outcome.records[0].warnings
    assert answers(here) == answers(there)
    assert any(name.startswith("model/first/") for name in there.records()[0].files)


def test_what_a_cell_breaks_on_a_node_harms_no_other_cell(cluster: Any, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    names = ["zoo-segfaults", "zoo-leaves-quietly", "zoo-spawns", "zoo-tame"]
    records = {record.label: record for record in run(matrix(*[AlgorithmSpec(name=name) for name in names]), store)}
    assert {name: record.status for name, record in records.items()} == {
        "zoo-segfaults": "crashed",
        "zoo-leaves-quietly": "no_result",
        "zoo-spawns": "ok",
        "zoo-tame": "ok",
    }
    assert "SIGSEGV" in records["zoo-segfaults"].reason
    assert len(store.records()) == len(names), "a crash of the plug-in is its result, and not tried again"


def test_a_killed_worker_is_no_fault_of_the_cell(cluster: Any, notes: Path, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    killed: list[int] = []

    def happens(cells: list[int]) -> None:
        killed.append(cells[0])
        kill(psutil.Process(cells[0]).ppid())
        until(lambda: not alive(cells[0]), "the cell dies with its worker")

    records = during(slow(3), store, notes, 2, happens)
    assert [record.status for record in records] == ["ok"] * 3
    assert len(store.records()) == 3
    assert len(list(notes.iterdir())) == 4, "one cell was begun twice"


def test_a_node_that_vanishes_and_one_that_comes(cluster: Any, caches: Path, notes: Path, tmp_path: Path):
    store = Store(tmp_path / "store", create=True)
    victim = cluster.list_all_nodes()[-1]

    def happens(cells: list[int]) -> None:
        cluster.remove_node(victim, allow_graceful=False)
        cluster.add_node(num_cpus=2, object_store_memory=MEMORY, **on_disk(caches / "new"))
        until(lambda: len(fitting(notes)) == 4, "the new node runs two cells")

    records = during(slow(12), store, notes, 3, happens)
    assert [record.status for record in records] == ["ok"] * 12
    assert len(store.records()) == 12
    begun = [path.name.split("-")[1] for path in notes.iterdir()]
    assert len(begun) > len(set(begun)) == 12, "what ran on the lost node was begun again"
    assert sum(node["Alive"] for node in ray.nodes()) == 3


def test_the_data_of_a_split_are_fetched_once_per_node(cluster: Any, caches: Path, notes: Path, tmp_path: Path):
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time", "test": 0.3}])
    grid = {"variant": [*range(8)], "seconds": [2.0]}
    cells = plan.cells(Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="zoo-slow", grid=grid)]))
    store = Store(tmp_path / "store", create=True)
    folders = [tmp_path / str(number) for number in range(len(cells))]
    for folder in folders:
        folder.mkdir()
    with opening.opened(Options(engine="ray", limits=LIMITS), cells, store, lambda text: None) as (engine, _):
        nodes = sum(node["Alive"] for node in ray.nodes())
        with ThreadPoolExecutor(engine.slots()) as pool:
            records = list(pool.map(lambda cell, folder: engine.run(cell, folder, lambda *_: None), cells, folders))
    assert [record.status for record in records] == ["ok"] * len(cells)
    fingerprint = cells[0].split.fingerprint
    assert engine.fetched == {fingerprint: nodes}
    copies = list(caches.glob(f"*/node/cache/training/{fingerprint}"))
    assert len(copies) == nodes == 3
    sent = store.folder / "cache" / "training" / fingerprint
    for copy in copies:
        assert {path.name: path.read_bytes() for path in copy.iterdir()} == {
            path.name: path.read_bytes() for path in sent.iterdir()
        }


def test_a_cell_that_is_lost_again_and_again_is_interrupted_and_runs_another_time(
    cluster: Any, notes: Path, tmp_path: Path
):
    store = Store(tmp_path / "store", create=True)
    over = threading.Event()

    def kills_all() -> None:
        seen: set[Path] = set()
        while not over.is_set():
            for path in set(notes.iterdir()) - seen:
                seen.add(path)
                kill(psutil.Process(int(path.name.split("-")[2])).ppid())
            over.wait(0.05)

    killer = threading.Thread(target=kills_all)
    killer.start()
    try:
        (record,) = run(slow(1, 30.0), store)
    finally:
        over.set()
        killer.join()
    assert (record.status, record.files.keys()) == ("interrupted", set())
    assert record.reason.startswith("lost 4 times, the last time because its node or worker was lost (")
    (decision,) = plan.decide(plan.cells(slow(1, 30.0)), store, "missing", LIMITS)
    assert decision.runs


def test_a_killed_driver_loses_nothing_and_goes_on(cluster: Any, notes: Path, tmp_path: Path):
    bench = Bench(tmp_path, (ZOO,), {"ZOO_NOTES": str(notes), "RAY_ADDRESS": cluster.address})
    text = '[matrix]\ndatasets = ["tiny"]\n[[algorithms]]\nname = "zoo-slow"\n'
    path = bench.matrix(text + f"grid = {{ variant = [0, 1, 2, 3, 4, 5], seconds = [{SECONDS}] }}\n")
    driver = bench.start(path, "--engine", "ray")
    until(lambda: len(list(bench.store.glob("cells/*/*/record.json"))) >= 2, "two cells are done")
    kill(driver.pid)
    driver.communicate()
    for note in notes.iterdir():
        number = int(note.name.split("-")[2])
        until(lambda number=number: not alive(number), "the cells die with the driver")  # type: ignore[misc]
    done = len(bench.records())
    assert 2 <= done < 6
    again = bench.run(path, "--engine", "ray")
    assert again.returncode == 0, again.stderr
    assert f"{6 - done} cells to run, {done} done already" in again.stdout
    assert sorted(record.status for record in bench.records()) == ["ok"] * 6
    local = Store(tmp_path / "local", create=True)
    run(slow(6), local, "local")
    assert answers(local) == answers(Store(bench.store))


def test_a_stopped_run_leaves_no_process_on_the_nodes(cluster: Any, notes: Path, tmp_path: Path):
    (cell,) = plan.cells(slow(1, 300.0))
    store = Store(tmp_path / "store", create=True)
    with opening.opened(Options(engine="ray", limits=LIMITS), [cell], store, lambda text: None) as (engine, _):
        found: list[Record] = []
        thread = threading.Thread(target=lambda: found.append(engine.run(cell, tmp_path, lambda *_: None)))
        thread.start()
        until(lambda: len(fitting(notes)) == 1, "the cell is in fit")
        (number,) = fitting(notes)
        worker = psutil.Process(number).ppid()
        engine.stop()
        thread.join(60)
    assert [(record.status, record.reason) for record in found] == [("interrupted", "stopped")]
    assert not alive(number)
    assert alive(worker), "it was asked to end its cell and did, and was not killed before it could"


def test_nodes_that_have_other_versions_get_no_cell(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    here = node.facts(["popularity"])
    monkeypatch.setattr(node, "facts", lambda names: here | {"numpy": "0.1"})  # of this process, not of the nodes
    told = Told()
    with pytest.raises(BadConfig, match=r"no node of the cluster can run these cells: numpy is .* there, 0\.1 here"):
        run(matrix(AlgorithmSpec(name="popularity")), Store(tmp_path / "store", create=True), told=told)
    assert len(told.notices) == 3
    assert all("is not used: numpy is" in text for text in told.notices)
