"""Where a result was made: versions, commit, hardware. No host names, no user names, no paths."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from bench import sources
from bench.records import digest

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())


@cache
def versions(module: str) -> dict[str, str]:
    """Versions of the distributions that an algorithm's code comes from and imports, ours apart, by name."""
    tops = {*sources.third_party(module), module.partition(".")[0]} - {"algorithms"}
    names = {name for top in tops for name in _distributions().get(top, [])}
    return {name: importlib.metadata.version(name) for name in sorted(names)}


@cache
def installed() -> dict[str, str]:
    """Name -> version of every installed distribution; where one is there twice, the one that Python imports."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        facts = distribution.metadata
        if facts and "Name" in facts and "Version" in facts:  # a damaged installation has none
            found.setdefault(re.sub(r"[-_.]+", "-", facts["Name"]).lower(), facts["Version"])
    return dict(sorted(found.items()))


def keep_installed(store: Path, listed: dict[str, str] | None = None) -> str:
    """The SHA-256 of `listed`, or of `installed()`; it is written once per store, as environment/<hash>.json.

    Raises OSError when it cannot be written.
    """
    listed = installed() if listed is None else listed
    name = digest(listed)
    final = store / "environment" / f"{name}.json"
    if not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        half = final.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        half.write_text(json.dumps(listed, indent=1, ensure_ascii=False), encoding="utf-8")
        half.replace(final)
    return name


def load() -> float | None:
    """Processes that ran or waited for a core, mean of the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


@cache
def machine() -> dict[str, Any]:
    """Hardware and software of this machine, as far as they can change a number or a time."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "kernel": platform.release(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "recmatrix": importlib.metadata.version("recmatrix"),
        "commit": _commit(),
    }


def processor() -> str:
    """The model of the processor, where the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _commit() -> str:
    """The commit of this clone, with `+` when files differ from it; empty outside a clone."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return ""
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()
