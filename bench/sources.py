"""What an algorithm's code consists of, read from its source without importing anything.

Used for the cell key (a change in the code makes a stored result stale), for listing algorithms, and for saying which
package is missing before an import fails.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from functools import cache
from pathlib import Path

_HARNESS = "bench"
_OURS = {_HARNESS, "algorithms"}
_NOT_IN_KEYS = ("bench.cli", "reports")  # they show numbers and never make them


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
            if path.is_file() and (path.name != "__init__.py" or base.is_dir()):
                return path
    return None


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file. Raises SyntaxError or UnicodeDecodeError as Python would."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports_of(module: str, path: Path) -> frozenset[str]:
    """Dotted names that the file imports anywhere, and `from` names that may be modules."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            base = ".".join(filter(None, [parent if node.level else "", node.module or ""]))
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(found)


@cache
def closure(module: str, *, harness: bool = True) -> dict[str, Path]:
    """First-party modules that `module` is made of (itself, its own package, ours), name -> file.

    Without `harness` those of the package `bench` are left out: quick, and enough to find what an algorithm says of
    itself and which packages it needs besides those that the harness needs anyway.
    """
    first_party = (_OURS | {module.partition(".")[0]}) - (set() if harness else {_HARNESS})
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = path_of(name)
        if path is None or name in found or name.startswith(_NOT_IN_KEYS):
            continue
        found[name] = path
        waiting.extend(n for n in imports_of(name, path) if n.partition(".")[0] in first_party)
    return dict(sorted(found.items()))


def third_party(module: str, *, harness: bool = True) -> set[str]:
    """Top-level packages outside the standard library that the closure of `module` imports."""
    files = closure(module, harness=harness)
    names = {n.partition(".")[0] for name, path in files.items() for n in imports_of(name, path)}
    return names - _OURS - {module.partition(".")[0]} - set(sys.stdlib_module_names) - {""}


def source_hash(module: str) -> str:
    """SHA-256 (hex) over names and contents of the closure of `module`."""
    total = hashlib.sha256()
    for name, path in closure(module).items():
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return total.hexdigest()
