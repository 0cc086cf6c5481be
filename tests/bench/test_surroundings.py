"""What a record says about where and how it was made, and what it never says."""

from __future__ import annotations

import getpass
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import platform
import socket
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from command_line import Call
from harness import distribution, environment, popularity_matrix, run_here
from record_cases import rewritten
from threadpoolctl import threadpool_limits

from bench import energy, provenance, surroundings
from bench.errors import BadConfig
from bench.records import Record, digest
from bench.redaction import allowed, without_secrets
from bench.store import Store
from reports import reproduce


@pytest.fixture(scope="module")
def made(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Record]:
    """A cell run with secrets in the environment."""
    store = Store(tmp_path_factory.mktemp("surroundings") / "store", create=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_TOKEN", "hush-1")
        patch.setenv("PIP_INDEX_URL", "https://me:hush-2@index.example/simple")
        patch.setenv("LANG", "https://me:hush-3@odd.example")
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        (record,) = run_here(popularity_matrix(), store)
    return store, record


def test_a_record_tells_the_surroundings_of_its_process(made: tuple[Store, Record]):
    facts = made[1].provenance
    assert facts["python"] == platform.python_version()
    assert facts["kernel"] == platform.release()
    assert facts["usable_cores"] == len(os.sched_getaffinity(0))
    assert facts["blas"], "numpy brings one"
    assert set(facts["blas"].values()) == {1}
    assert facts["environment"]["OMP_NUM_THREADS"] == "1"
    assert facts["environment"]["PYTHONHASHSEED"] == "0"
    assert facts["environment"]["CUDA_VISIBLE_DEVICES"] == ""
    assert facts["gpu"] == "unavailable", "popularity loads no torch"
    assert set(made[1].load) == {"before", "after"}
    assert all(value is not None and value >= 0 for value in made[1].load.values())


def test_the_list_of_distributions_is_kept_once_and_named_by_its_hash(made: tuple[Store, Record]):
    store, record = made
    (kept,) = (store.folder / "environment").iterdir()
    listed = json.loads(kept.read_text(encoding="utf-8"))
    assert kept.name == f"{record.provenance['distributions']}.json"
    assert digest(listed) == record.provenance["distributions"]
    assert listed["numpy"] == importlib.metadata.version("numpy")
    assert listed["typing-extensions"], "names are written in one way"
    before = kept.stat().st_mtime_ns
    assert provenance.keep_installed(store.folder) == kept.stem
    assert kept.stat().st_mtime_ns == before


def test_no_secret_no_host_and_no_user_is_in_any_file(made: tuple[Store, Record]):
    store, record = made
    text = record.to_json() + "".join(p.read_text(encoding="utf-8") for p in (store.folder / "environment").iterdir())
    assert "hush" not in text
    assert "HF_TOKEN" not in text
    assert record.provenance["environment"]["LANG"] == "https://***@odd.example"
    values = json.dumps(record.provenance)
    assert socket.gethostname() not in values
    assert f"/{getpass.getuser()}" not in values


def test_the_page_of_the_report_stays_short(made: tuple[Store, Record]):
    shown = reproduce.circumstances([made[1]])
    assert len(shown) < 60
    assert all(len(text) < 200 for _, text in shown)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://me:word@host/x", "https://***@host/x"),
        ("ssh://me@host", "ssh://***@host"),
        ("https://me:p@ss@host/a@b", "https://***@host/a@b"),
        ("get https://host/x?token=abc&page=2 now", "get https://host/x?token=***&page=2 now"),
        ("https://host/x?a=1&api_key=abc", "https://host/x?a=1&api_key=***"),
        ("https://host/me@home and a@b.example", "https://host/me@home and a@b.example"),
        ("no address", "no address"),
    ],
)
def test_addresses_lose_their_secrets_and_nothing_else(text: str, safe: str):
    assert without_secrets(text) == safe


@pytest.mark.parametrize(
    "name", ["HF_TOKEN", "aws_secret_x", "API_KEY", "DB_PASSWORD", "GOOGLE_APPLICATION_CREDENTIALS"]
)
def test_a_variable_named_as_a_secret_is_never_kept(name: str):
    assert allowed({name: "x", "LANG": "C"}, [name, "LANG"]) == {"LANG": "C"}


def test_every_variable_of_the_list_may_be_kept():
    variables = dict.fromkeys(surroundings.ENVIRONMENT, "x")
    assert allowed(variables, surroundings.ENVIRONMENT) == variables


def test_threads_are_those_that_hold_now():
    with threadpool_limits(1, user_api="blas"):
        assert set(surroundings.seen()["blas"].values()) == {1}


@pytest.mark.parametrize(("available", "gpu"), [(True, "Card 9000, CUDA 12.4"), (False, "none")])
def test_the_gpu_is_that_of_a_torch_that_is_loaded(available: bool, gpu: str, monkeypatch: pytest.MonkeyPatch):
    cuda = types.SimpleNamespace(is_available=lambda: available, get_device_name=lambda _: "Card 9000")
    torch = types.SimpleNamespace(cuda=cuda, version=types.SimpleNamespace(cuda="12.4"))
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert surroundings.seen()["gpu"] == gpu


# Energy: codecarbon is played by a module with the same names.


def _codecarbon(monkeypatch: pytest.MonkeyPatch, mode: str, kwh: Any, gpu: float = 0.0) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []

    class OfflineEmissionsTracker:
        def __init__(self, **options: Any) -> None:
            asked.append(options)
            self._hardware = [types.SimpleNamespace(_mode=mode), types.SimpleNamespace()]

        def start(self) -> None:
            self.began = True

        def stop(self) -> None:
            assert self.began
            self.final_emissions_data = types.SimpleNamespace(cpu_energy=kwh, gpu_energy=gpu, ram_energy=9.0)

    module = types.ModuleType("codecarbon")
    module.__spec__ = importlib.machinery.ModuleSpec("codecarbon", None)
    module.OfflineEmissionsTracker = OfflineEmissionsTracker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "codecarbon", module)
    return asked


@pytest.mark.parametrize(
    ("mode", "kind"), [("intel_rapl", "measured"), ("cpu_load", "estimated"), ("constant", "estimated")]
)
def test_energy_is_that_of_processor_and_gpu_and_says_what_it_is(mode: str, kind: str, monkeypatch: pytest.MonkeyPatch):
    asked = _codecarbon(monkeypatch, mode, 2e-6, 1e-6)
    with energy.metered() as spent:
        assert spent == {"joules": None, "kind": "unavailable"}
    assert spent == {"joules": pytest.approx(10.8), "kind": kind}  # 3e-6 kWh; the memory is only guessed
    assert asked[0]["output_methods"] == asked[0]["output_handlers"] == []
    assert asked[0]["electricitymaps_api_token"] == "", "with a token it asks a server"


@pytest.mark.parametrize("kwh", [float("nan"), 0.0, None, "broken"])
def test_a_meter_that_says_nothing_sensible_is_unavailable(kwh: Any, monkeypatch: pytest.MonkeyPatch):
    _codecarbon(monkeypatch, "intel_rapl", kwh)
    with energy.metered() as spent:
        pass
    assert spent == {"joules": None, "kind": "unavailable"}


def test_without_codecarbon_energy_is_unavailable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with energy.metered() as spent:
        pass
    assert spent == {"joules": None, "kind": "unavailable"}


def test_the_meter_is_stopped_and_the_error_stays_when_the_work_fails(monkeypatch: pytest.MonkeyPatch):
    _codecarbon(monkeypatch, "intel_rapl", 1e-6)
    with pytest.raises(ZeroDivisionError), energy.metered() as spent:
        raise ZeroDivisionError
    assert spent["joules"] == pytest.approx(3.6)


METER = """
class Part:
    _mode = "intel_rapl"


class Found:
    cpu_energy, gpu_energy = 1e-6, 0.0


class OfflineEmissionsTracker:
    def __init__(self, **options):
        self._hardware = [Part()]

    def start(self):
        print("meter started")

    def stop(self):
        print("meter stopped")
        self.final_emissions_data = Found()
"""


def test_the_energy_of_a_cell_is_in_its_record(small_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = distribution(tmp_path / "meter", "codecarbon", {}, {"codecarbon": METER})
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(popularity_matrix(), store)
    assert record.energy == {"joules": pytest.approx(3.6), "kind": "measured"}
    assert store.records()[0].energy == record.energy
    assert store.log(record).split("\n")[:2] == ["meter started", "meter stopped"]


METERED = """
import json, os, socket, sys, time
def refused(*values, **named):
    print("asked the network", values)
    raise OSError("no network here")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
from bench import energy
with energy.metered() as spent:
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        sum(range(1000))
import cpuinfo
print(json.dumps({**spent, "left": hasattr(cpuinfo, "get_cpu_info_json"), "files": os.listdir()}))
"""


@pytest.mark.skipif(importlib.util.find_spec("codecarbon") is None, reason="codecarbon, an extra, is not installed")
def test_codecarbon_itself_measures_without_a_word_a_file_or_a_request(tmp_path: Path):
    """Whatever it is configured to do; and a plug-in finds py-cpuinfo as it is."""
    config = ["[codecarbon]", "output_methods=csv,logger", "save_to_file=True", "save_to_api=True", "log_level=debug"]
    (tmp_path / ".codecarbon.config").write_text("\n".join(config), encoding="utf-8")
    variables = {"CODECARBON_ELECTRICITYMAPS_API_TOKEN": "abc", "CODECARBON_OUTPUT_METHODS": "csv"}
    done = subprocess.run(
        [sys.executable, "-c", METERED],
        cwd=tmp_path,
        env=environment(**variables, HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["left"], found["files"]) == (True, [".codecarbon.config"])
    assert found["kind"] in ("measured", "estimated")
    assert 0.01 < found["joules"] < 2000, "half a second of one to a thousand watts, and time to start"


def test_a_driver_that_hangs_counts_as_no_gpu(monkeypatch: pytest.MonkeyPatch):
    asked: list[list[str]] = []

    def hangs(command: list[str], *, timeout: float | None = None, **_: Any) -> None:
        asked.append(command)
        raise subprocess.TimeoutExpired(command, timeout or 0)

    monkeypatch.setattr(subprocess, "run", hangs)
    assert surroundings.usable_device("auto") == "cpu"
    with pytest.raises(BadConfig, match="torch finds no GPU here"):
        surroundings.usable_device("cuda")
    assert surroundings.usable_device("cpu") == "cpu"
    assert [command[1] for command in asked] == ["-P", "-P"], "a torch.py in the working folder is not imported"


@pytest.mark.parametrize(("shared", "line"), [(True, "shared with other cells"), (False, "alone")])
def test_show_tells_whether_timings_were_taken_beside_other_cells(
    shared: bool, line: str, call: Call, kept_store: Store
):
    (old,) = kept_store.records()
    new = rewritten(kept_store, old, provenance={**old.provenance, "shared": shared})
    lines = call("show", new.key[:8], "--store", kept_store.folder).stdout.splitlines()
    assert [text.split(maxsplit=1)[1] for text in lines if text.startswith("timings ")] == [line]
