"""Which algorithms there are, whatever state their distributions are in; and what their code consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import distribution

from bench import describe as descriptions
from bench import provenance, registry, sources
from bench.errors import BadConfig, Unsupported

CLASS = """
from bench.algorithm import Algorithm
from bench.params import Params

class Good(Algorithm[Params]):
    name = "good"
    family = "test"
    def fit(self, train): ...
    def score(self, query): ...
"""
GOOD = "'''What it is, in a line.\n\nMore.\n'''\n" + CLASS
Install = Callable[..., None]


def _forget() -> None:
    registry.entries.cache_clear()
    provenance._distributions.cache_clear()
    for function in (sources.path_of, sources.tree_of, sources.imports_of, sources.closure):
        function.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution for this process and for those that it starts."""

    def installs(name: str, points: dict[str, str], modules: dict[str, str]) -> None:
        folder = distribution(tmp_path / name, name, points, modules)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
        _forget()

    yield installs
    monkeypatch.undo()
    _forget()


def test_an_entry_tells_what_its_source_says(install: Install):
    install("alpha", {"good": "alpha_code.good:Good"}, {"alpha_code.good": GOOD})
    entry = registry.find("good")
    assert (entry.family, entry.summary, entry.problem) == ("test", "What it is, in a line.", "")
    assert (entry.distribution, entry.module) == ("alpha", "alpha_code.good")
    assert registry.load("good").name == "good"


def test_our_own_algorithms_register_in_the_same_way():
    assert registry.find("popularity").distribution == "recmatrix"


def test_a_typo_is_answered_with_the_nearest_name():
    with pytest.raises(BadConfig, match=r"unknown algorithm 'populraity'; did you mean 'popularity'\?"):
        registry.find("populraity")


def test_a_name_that_two_distributions_claim_names_both(install: Install):
    install("alpha", {"good": "alpha_code:Good"}, {"alpha_code": GOOD})
    install("beta", {"good": "beta_code:Good", "other": "beta_code:Good"}, {"beta_code": GOOD})
    problem = registry.find("good").problem
    assert "alpha (alpha_code:Good)" in problem
    assert "beta (beta_code:Good)" in problem
    with pytest.raises(Unsupported, match=r"alpha.*beta"):
        registry.load("good")
    assert registry.find("other").problem == ""


@pytest.mark.parametrize(
    ("target", "source", "reason"),
    [
        ("gone_module:Good", None, "module 'gone_module' is not found"),
        ("odd_syntax:Good", "class Good(:\n", "SyntaxError.*line 1"),
        ("odd_needs:Good", "import surely_not_installed\n" + GOOD, "package 'surely_not_installed' is not installed"),
        ("odd_bytes:Good", "x = '\udcff'\n", "Unicode"),
    ],
)
def test_what_is_broken_is_listed_with_the_reason(target: str, source: str | None, reason: str, install: Install):
    module = target.partition(":")[0]
    install("broken", {"odd": target}, {})
    if source is not None:
        path = Path(next(iter(__import__("sys").path)), f"{module}.py")
        path.write_text(source, encoding="utf-8", errors="surrogateescape")
        _forget()
    entry = registry.find("odd")
    assert entry.problem
    with pytest.raises(Unsupported, match=f"algorithm 'odd' is unavailable: .*{reason}"):
        registry.load("odd")
    assert registry.load("popularity").name == "popularity"


@pytest.mark.parametrize("damage", ["entry points", "metadata", "bytes", "target"])
def test_a_broken_distribution_harms_no_other(damage: str, install: Install, tmp_path: Path):
    install("broken", {"odd": "broken_code:Good"}, {"broken_code": GOOD})
    info = tmp_path / "broken" / "broken-1.0.dist-info"
    match damage:
        case "entry points":
            (info / "entry_points.txt").write_text("[bench.algorithms]\nno equals sign here\n", encoding="utf-8")
        case "metadata":
            (info / "METADATA").unlink()
        case "bytes":
            (info / "entry_points.txt").write_bytes(b"[bench.algorithms]\nodd = \xff\xfe:Good\n")
        case "target":
            (info / "entry_points.txt").write_text("[bench.algorithms]\nodd = ;;:\n", encoding="utf-8")
    _forget()
    assert registry.find("popularity").problem == ""
    assert registry.load("popularity").name == "popularity"
    assert isinstance(provenance.versions("algorithms.baselines.popularity"), dict)


def test_a_package_that_is_only_tried_need_not_be_there(install: Install):
    optional = "try:\n    import surely_not_installed\nexcept ImportError:\n    surely_not_installed = None\n"
    typing = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import neither_installed\n"
    install("optional", {"opt": "opt_code:Good"}, {"opt_code": optional + typing + CLASS})
    assert registry.find("opt").problem == ""
    assert registry.load("opt").name == "good"


def test_what_is_no_algorithm_is_refused(install: Install):
    source = GOOD + "\ndef function(): ...\nclass Other: ...\n"
    points = {"fn": "alpha_code:function", "cls": "alpha_code:Other", "none": "alpha_code:Missing"}
    install("alpha", points, {"alpha_code": source})
    for name in points:
        with pytest.raises(Unsupported, match=f"algorithm '{name}' is unavailable"):
            registry.load(name)


# What happens while a plug-in is imported, in a process of its own.

AT_IMPORT = {
    "raises": ("raise RuntimeError('not today')", "RuntimeError: not today"),
    "needs": ("from numpy import surely_not_there", "ImportError"),
    "aborts": ("import os; os.abort()", "SIGABRT"),
    "exits": ("import sys; sys.exit(0)", "exit code 0"),
    "prints": ("import os; os.write(1, b'{}\\n[1]\\n7\\n'); print('{}')", ""),
    "closes": ("import os, sys; sys.stdin.read(); sys.stdout.close()", ""),
}


def test_a_fault_at_import_makes_one_algorithm_unavailable_and_no_other(install: Install):
    modules = {f"at_{name}": f"{line}\n{GOOD}" for name, (line, _) in AT_IMPORT.items()}
    install("imports", {f"at-{name}": f"at_{name}:Good" for name in AT_IMPORT}, modules)
    wanted = [("popularity", {}), *((f"at-{name}", {}) for name in AT_IMPORT), ("bias", {"nonsense": 1})]
    found = dict(zip([name for name, _ in wanted], descriptions.describe(wanted), strict=True))
    for name, (_, reason) in AT_IMPORT.items():
        said = found[f"at-{name}"].unavailable
        assert (reason in said) if reason else not said, f"{name}: {said!r}"
        assert found[f"at-{name}"].family == ("" if reason else "test"), name
    assert found["popularity"].family == "baseline"
    assert found["popularity"].unavailable == ""
    assert "unknown parameter 'nonsense'" in found["bias"].wrong


def test_an_import_that_never_ends_is_given_up(install: Install, monkeypatch: pytest.MonkeyPatch):
    install("hangs", {"hangs": "hang_code:Good"}, {"hang_code": "import time\ntime.sleep(600)\n" + GOOD})
    monkeypatch.setattr(descriptions, "TIME_LIMIT", 6)
    first, second = descriptions.describe([("popularity", {}), ("hangs", {})])
    assert first.family == "baseline"
    assert "no answer in 6 s" in second.unavailable


def test_files_in_the_folder_of_the_person_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("json", "types", "algorithms", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported the wrong file')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (found,) = descriptions.describe([("popularity", {})])
    assert found.family == "baseline", found.unavailable


# What an algorithm's code consists of.

PARTS = {
    "gamma.__init__": "",
    "gamma.main": "from gamma.near import x\nfrom . import beside\nimport json\nimport scipy.sparse\n" + GOOD,
    "gamma.near": "from gamma.far import y as x",
    "gamma.far": "y = 1\nimport pandas",
    "gamma.beside": "",
    "gamma.unused": "import torch",
}


def test_the_code_of_an_algorithm_is_all_that_it_imports_of_its_own(install: Install, tmp_path: Path):
    install("gamma", {"g": "gamma.main:Good"}, PARTS)
    closure = set(sources.closure("gamma.main"))
    assert {"gamma.main", "gamma.near", "gamma.far", "gamma.beside", "bench.topk"} <= closure
    assert "gamma.unused" not in closure
    assert not [name for name in closure if name.startswith(("bench.cli", "reports"))]
    assert {"scipy", "pandas"} <= sources.third_party("gamma.main")
    assert "torch" not in sources.third_party("gamma.main")
    hashes = {"before": sources.source_hash("gamma.main")}
    for name in ("far", "unused", "main"):
        path = tmp_path / "gamma" / "gamma" / f"{name}.py"
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        _forget()
        hashes[name] = sources.source_hash("gamma.main")
    assert hashes["before"] != hashes["far"] == hashes["unused"] != hashes["main"]


def test_versions_are_those_of_the_imported_distributions(install: Install):
    install("gamma", {"g": "gamma.main:Good"}, PARTS)
    versions = provenance.versions("gamma.main")
    assert {"scipy", "pandas", "numpy"} <= set(versions)
    assert "torch" not in versions


@pytest.mark.parametrize("name", [name for name, entry in registry.entries().items() if not entry.problem])
def test_the_list_says_what_the_classes_say(name: str):
    """Read from the source, without an import."""
    listed, loaded = registry.find(name), registry.load(name)
    assert (listed.family, listed.paper) == (loaded.family, loaded.paper)
    assert set(listed.needs) == {flag.name for flag in loaded.needs}
    assert set(listed.can) == {flag.name for flag in loaded.can}


def test_the_docs_name_every_algorithm_of_ours():
    text = (Path(__file__).resolve().parents[2] / "docs" / "algorithms.md").read_text(encoding="utf-8")
    ours = {name: entry for name, entry in registry.entries().items() if entry.distribution == "recmatrix"}
    assert f"{len(ours)} algorithms in" in text
    for name, entry in ours.items():
        assert f"| `{name}` | {entry.summary.rstrip('.')} | {entry.paper} |" in text
