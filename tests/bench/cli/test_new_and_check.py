"""`bench new` and `bench check`: what is written, what is refused, and a scaffold that is really installed."""

import json
import os
import site
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bench import registry
from bench.cli import check, new
from bench.errors import BadConfig

FILES = {
    "pyproject.toml",
    "README.md",
    "my_algorithm",
    "my_algorithm/__init__.py",
    "my_algorithm/recommender.py",
    "tests",
    "tests/test_my_algorithm.py",
}


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def bench(*arguments: str, python: str | Path = sys.executable, cwd: Path | None = None):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [str(python), "-m", "bench", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300)


# What `bench new` writes and refuses


def test_writes_a_package_and_nothing_else(tmp_path):
    new.write("my-algorithm", tmp_path / "deep" / "folder")
    assert files_in(tmp_path / "deep" / "folder") == FILES
    assert "$" not in "".join(path.read_text() for path in (tmp_path / "deep").rglob("*") if path.is_file())


def test_writes_into_an_empty_folder_that_is_there(tmp_path):
    new.write("my-algorithm", tmp_path)
    assert files_in(tmp_path) == FILES
    assert stat.S_IMODE((tmp_path / "my_algorithm").stat().st_mode) & stat.S_IRGRP  # not as private as a scratch folder


@pytest.mark.parametrize("occupied", ["file", "folder"])
def test_refuses_what_is_there(tmp_path, occupied):
    target = tmp_path / "taken"
    if occupied == "folder":
        target.mkdir()
        (target / "thesis.tex").write_text("mine")
    else:
        target.write_text("mine")
    before = files_in(tmp_path)
    with pytest.raises(BadConfig, match="exists and is not an empty folder"):
        new.write("my-algorithm", target)
    assert files_in(tmp_path) == before


def test_leaves_nothing_behind_when_the_disk_is_full(tmp_path, monkeypatch):
    real = Path.write_text

    def until_the_test(path, *arguments, **options):
        if path.name.startswith("test_"):
            raise OSError(28, "No space left on device")
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", until_the_test)
    with pytest.raises(BadConfig, match="mine cannot be written: No space left on device"):
        new.write("my-algorithm", tmp_path / "mine")
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("My-Algorithm", "is no name for an algorithm"),
        ("my_algorithm", "is no name for an algorithm"),
        ("my--algorithm", "is no name for an algorithm"),
        ("-algorithm", "is no name for an algorithm"),
        ("../algorithm", "is no name for an algorithm"),
        ("7-up", "is no name for an algorithm"),
        ("", "is no name for an algorithm"),
        ("my-algorithm\n", "is no name for an algorithm"),
        ("a" * 51, "at most 50"),
        ("class", "is a word of the Python language"),
        ("popularity", "is the name of an algorithm of recmatrix already"),
        ("numpy", "there is a Python module 'numpy' already"),
    ],
)
def test_refuses_names_that_cannot_work(name, reason):
    with pytest.raises(BadConfig, match=reason) as caught:
        new.check_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["my-algorithm", "a", "x1-y2", "none", "params", "a" * 50])
def test_accepts_names_that_can(name):
    new.check_name(name)
    assert new.class_of(name).isidentifier()


def test_a_refusal_is_one_line_and_exit_code_2(tmp_path):
    done = bench("new", "class", cwd=tmp_path)
    assert (done.returncode, done.stdout, files_in(tmp_path)) == (2, "", set())
    assert done.stderr.splitlines() == [
        "bench: 'class' is a word of the Python language and cannot be imported; choose another name"
    ]


# `bench check` with algorithms of ours


def test_check_prints_a_line_for_each_check():
    done = bench("check", "popularity")
    assert done.returncode == 0, done.stderr
    *lines, blank, summary = done.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert (blank, summary) == ("", f"popularity: {len(lines)} ok")


def test_check_of_an_unknown_name():
    done = bench("check", "populrity")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'popularity'" in done.stderr


def test_check_reports_failures(monkeypatch, capsys):
    """Random with PERSONALISE promised learns nothing: exit code 1, and each line says why."""
    import typer

    class Liar(registry.load("random")):
        """Promises too much."""

        can = registry.load("random").can | registry.load("item-knn").can.PERSONALISE

    monkeypatch.setattr(registry, "load", lambda name: Liar)
    with pytest.raises(typer.Exit) as end:
        check.command("random", json=True)
    assert end.value.exit_code == 1
    failed = {
        found["check"]: found["why"] for found in json.loads(capsys.readouterr().out) if found["state"] == "failed"
    }
    assert "checker-board" in failed
    assert "beats-random" in failed
    assert "only" in failed["checker-board"]
    with pytest.raises(typer.Exit):
        check.command("random")
    out = capsys.readouterr().out
    assert f"FAILED   checker-board         {failed['checker-board']}" in out
    assert f"{len(failed)} failed" in out.splitlines()[-1]


# The scaffold, installed into an environment of its own that sees the packages of this one


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("plug-in")
    done = bench("new", "my-algorithm", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "pip install -e my-algorithm" in done.stdout
    return folder / "my-algorithm"


@pytest.fixture(scope="module")
def python(project) -> Path:
    home = project.parent / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    here = [path for path in site.getsitepackages() if Path(path).is_dir()]
    own = next(home.glob("lib/python*/site-packages"))
    (own / "shared.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in here))
    command = [home / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--quiet", project]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (own / "my_algorithm" / "recommender.py").is_file()
    return home / "bin" / "python"


def test_the_scaffold_is_listed(python, tmp_path):
    done = bench("list", "algorithms", "--json", python=python, cwd=tmp_path)
    (entry,) = (entry for entry in json.loads(done.stdout) if entry["name"] == "my-algorithm")
    assert (entry["family"], entry["from"]) == ("neighbours", "my-algorithm")
    assert entry["what"]
    assert "unavailable" not in entry["what"]
    again = bench("new", "my-algorithm", python=python, cwd=tmp_path)
    assert "is the name of an algorithm of my-algorithm already" in again.stderr


def test_the_scaffold_passes_all_checks(python, tmp_path):
    done = bench("check", "my-algorithm", "--json", python=python, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {entry["state"] for entry in found} == {"ok"}
    assert {"checker-board", "beats-random", "new-users"} <= {entry["check"] for entry in found}


def test_the_scaffold_runs_in_the_matrix(python, tmp_path):
    store = tmp_path / "store"
    arguments = ["--algorithms", "my-algorithm,popularity", "--store", str(store)]
    done = bench("run", *arguments, python=python, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = json.loads(bench("show", "my-algorithm", "--store", str(store), "--json", python=python).stdout)
    plain = json.loads(bench("show", "popularity", "--store", str(store), "--json", python=python).stdout)
    assert shown["status"] == plain["status"] == "ok"
    assert shown["metrics"]["ndcg@10"] > plain["metrics"]["ndcg@10"]


def test_the_scaffold_passes_its_own_tests(python, project):
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=project, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "failed" not in done.stdout
