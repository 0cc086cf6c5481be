"""What an algorithm's code consists of, read from its source without importing anything.

Used for the cell key (a change in the code makes a stored result stale), for listing algorithms, and for saying which
package is missing before an import fails.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_HARNESS = "bench"
_OURS = {_HARNESS, "algorithms"}
# What of the harness can change an answer, besides the modules that an algorithm imports itself.
_NUMBERS = (
    "bench.algorithm",
    "bench.evaluation",
    "bench.handover",
    "bench.ragged",
    "bench.ranking_loops",
    "bench.sparse",
    "bench.texts",
    "bench.topk",
    "bench.types",
    "bench.validation",
)


@cache
def path_of(module: str) -> Path | None:
    """The source file of a dotted module name, or None. Imports no package, not even the parents."""
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations is None:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") and not rest else None
    for root in spec.submodule_search_locations:
        base = Path(root, *rest)
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path
    return None


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file. Raises SyntaxError or UnicodeDecodeError as Python would."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports_of(module: str, path: Path) -> frozenset[str]:
    """Dotted names that the file imports when it runs, and `from` names that may be modules."""
    return frozenset(_names(_statements(tree_of(path).body), module, path))


def _required_by(module: str, path: Path) -> set[str]:
    """The same, without what is imported in functions or only tried."""
    return set(_names(tree_of(path).body, module, path))


@cache
def closure(module: str, *, harness: bool = True) -> dict[str, Path]:
    """The modules that `module` is made of, name -> file: itself, and what it imports of its own package and of ours.

    Of the harness come the modules that these import themselves, and those that every answer depends on. Without
    `harness` they are left out, which is enough to find what an algorithm says of itself.
    """
    own = {module.partition(".")[0], "algorithms"} - {_HARNESS}
    found: dict[str, Path] = {}
    waiting = [module, *(_NUMBERS if harness else ())]
    while waiting:
        name = waiting.pop()
        path = path_of(name)
        if path is None or name in found:
            continue
        found[name] = path
        if name.partition(".")[0] in own or name == module:
            wanted = own | ({_HARNESS} if harness else set())
            waiting.extend(n for n in imports_of(name, path) if n.partition(".")[0] in wanted)
    return dict(sorted(found.items()))


def third_party(module: str) -> set[str]:
    """Top-level packages outside the standard library that the closure of `module` imports."""
    return _outside(module, {n for name, path in closure(module).items() for n in imports_of(name, path)})


def required(module: str) -> set[str]:
    """Those without which `module` cannot be imported, besides what the harness needs anyway."""
    files = closure(module, harness=False)
    return _outside(module, {n for name, path in files.items() for n in _required_by(name, path)})


def source_hash(*modules: str) -> str:
    """SHA-256 (hex) over names and contents of the closures of some modules."""
    total = hashlib.sha256()
    files = {name: path for module in modules for name, path in closure(module).items()}
    for name, path in sorted(files.items()):
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return total.hexdigest()


def _outside(module: str, names: set[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in names}
    return tops - _OURS - {module.partition(".")[0], "reports", "__main__", ""} - set(sys.stdlib_module_names)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """These statements and all inside them, but those that only a type checker sees."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, field, ()))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _statements(part.body)


def _names(nodes: Iterable[ast.AST], module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            base = ".".join(filter(None, [parent if node.level else "", node.module or ""]))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
