"""How long the tests on a real cluster of three nodes take.

python tests/performance/ray_suite.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from measured import show

GOAL = 240.0  # seconds on two cores
TESTS = [
    Path(__file__).parents[1] / "bench" / f"test_{name}.py" for name in ("ray_engine", "cluster_nodes", "shipping")
]


def main() -> int:
    """Run them, print the time, and return 0 when they pass within the goal."""
    began = time.perf_counter()
    passed = subprocess.run([sys.executable, "-m", "pytest", "-q", *map(str, TESTS)], check=False).returncode == 0
    print(f"{'':<52}{'value':>12}{'goal':>13}")
    return 0 if show("tests of the cluster engine", time.perf_counter() - began, GOAL, "s") and passed else 1


if __name__ == "__main__":
    sys.exit(main())
