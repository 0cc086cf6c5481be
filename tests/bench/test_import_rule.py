"""Nothing flows back: which package may import which, and what a start of the command line must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import environment

import bench

ROOT = Path(bench.__file__).resolve().parent.parent
FORBIDDEN = {"bench": {"algorithms", "reports"}, "algorithms": {"reports"}, "reports": {"algorithms"}}
HEAVY = {"torch", "surprise", "implicit", "lightfm", "matplotlib", "plotly", "reports", "algorithms"}


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Top-level names that a file imports, and whether inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from ((name.partition(".")[0], id(node) in inside) for name in names)


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_no_package_imports_against_the_way_of_the_data(package: str):
    files = sorted((ROOT / package).rglob("*.py"))
    assert len(files) > 5
    wrong = []
    for path in files:
        command_line = path.is_relative_to(ROOT / "bench" / "cli")
        for name, lazy in _imports(path):
            allowed = command_line and lazy and name == "reports"
            if name in FORBIDDEN[package] and not allowed:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_every_package_imports_the_contract_somewhere():
    """The rule above would pass if it looked at the wrong files."""
    for package in ("algorithms", "reports"):
        assert any(name == "bench" for path in (ROOT / package).rglob("*.py") for name, _ in _imports(path))


@pytest.mark.parametrize("words", [["--help"], ["list", "algorithms"], ["list", "metrics"], ["run", "--help"]])
def test_the_command_line_starts_without_what_it_does_not_need(words: list[str], tmp_path: Path):
    code = (
        "import sys, atexit\n"
        "tops = lambda: sorted({name.partition('.')[0] for name in sys.modules})\n"
        "atexit.register(lambda: print('LOADED', *tops(), file=sys.stderr))\n"
        "from bench.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.rpartition("LOADED")[2].split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()
    if "--help" in words:
        assert loaded & {"numpy", "scipy", "pandas", "numba"} == set()


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path):
    code = "import sys, bench; print(sorted({n.partition('.')[0] for n in sys.modules} & {'numpy', 'numba', 'torch'}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_notebook_functions_are_there_and_others_are_not():
    assert bench.create("popularity").name == "popularity"
    with pytest.raises(AttributeError, match="no attribute 'creat'"):
        bench.creat  # noqa: B018
