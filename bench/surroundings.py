"""What the process of a cell sees around it: usable cores, thread pools, GPU, environment. No paths, no names."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from threadpoolctl import threadpool_info

from bench.errors import BadConfig
from bench.provenance import THREAD_VARIABLES
from bench.redaction import allowed

DEVICES = ("auto", "cpu", "cuda")
PATIENCE = 60.0  # seconds that torch may take to look for a GPU
# Variables that can change a number or a time and that hold neither paths nor secrets.
ENVIRONMENT = (
    *THREAD_VARIABLES,
    "OMP_PROC_BIND",
    "OMP_SCHEDULE",
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
    "NUMBA_DISABLE_JIT",
    "NUMBA_CPU_NAME",
    "PYTHONHASHSEED",
    "PYTHONOPTIMIZE",
    "CUDA_VISIBLE_DEVICES",
    "CUBLAS_WORKSPACE_CONFIG",
    "PYTORCH_CUDA_ALLOC_CONF",
    "LANG",
    "LC_ALL",
    "TZ",
)


def seen() -> dict[str, Any]:
    """What holds for this process now, as JSON values; call it when the libraries are loaded."""
    return {
        "usable_cores": usable_cores(),
        "blas": _pools("blas"),
        "openmp": _pools("openmp"),
        "gpu": _gpu(),
        "environment": allowed(os.environ, ENVIRONMENT),
    }


def usable_device(asked: str) -> str:
    """`cpu` or `cuda`; `auto` means a GPU where there is one. Raises BadConfig for `cuda` where there is none."""
    if asked == "cpu":
        return asked
    code = "import sys, torch; sys.exit(not torch.cuda.is_available())"  # in a process of its own: the harness has none
    try:
        done = subprocess.run([sys.executable, "-P", "-c", code], check=False, capture_output=True, timeout=PATIENCE)
        found = done.returncode == 0
    except subprocess.TimeoutExpired:  # a driver that hangs is of no use
        found = False
    if asked == "cuda" and not found:
        raise BadConfig("--device cuda: torch finds no GPU here; leave the option out, or say auto")
    return "cuda" if found else "cpu"


def usable_cores() -> int:
    """Cores on which this process may run, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pools(kind: str) -> dict[str, int]:
    """Loaded libraries of a kind with their versions -> threads, the most where one is loaded twice."""
    found: dict[str, int] = {}
    for pool in threadpool_info():
        if pool["user_api"] == kind:
            name = f"{pool['internal_api']} {pool.get('version') or ''}".strip()
            found[name] = max(found.get(name, 0), pool["num_threads"])
    return found


def _gpu() -> str:
    """Name of the first visible GPU and version of CUDA; torch is asked only where the algorithm has loaded it."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return "unavailable"
    try:
        return f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}" if torch.cuda.is_available() else "none"
    except (RuntimeError, AssertionError, AttributeError):
        return "unavailable"
