"""The quick matrix as a user runs it: wall time including the report, and the peak memory of the whole process tree.

    python tests/performance/quick_matrix.py [--store FOLDER]

The floor is the processor time that the cells themselves report for their phases, spread over all cores: what would be
left if starting processes, planning and reporting cost nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.store import Store

TIME_GOAL = 150.0  # seconds on two cores
MEMORY_GOAL = 1.5e9  # bytes


def tree_memory(process: psutil.Process) -> int:
    """Resident bytes of a process and its descendants; shared pages count once for each process."""
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def main() -> int:
    """Run, print, and pass on the exit code of the run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, default=Path(tempfile.mkdtemp()) / "results")
    store = parser.parse_args().store
    began = time.perf_counter()
    running = subprocess.Popen([sys.executable, "-m", "bench", "run", "--store", str(store)])
    process, peak = psutil.Process(running.pid), 0
    while running.poll() is None:
        try:
            peak = max(peak, tree_memory(process))
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    code = running.wait()
    wall = time.perf_counter() - began
    records = Store(store).records()
    floor = sum(phase.cpu for record in records for phase in record.phases.values()) / (os.cpu_count() or 1)
    ok = sum(record.status == "ok" for record in records)
    print(f"\n{'quick matrix':<16} {'value':>10} {'goal':>10} {'floor':>10} {'ratio':>7}")
    print(f"{'wall time':<16} {wall:>8.1f} s {TIME_GOAL:>8.0f} s {floor:>8.1f} s {wall / floor:>6.1f}x")
    print(f"{'peak memory':<16} {peak / 1e6:>7.0f} MB {MEMORY_GOAL / 1e6:>7.0f} MB")
    print(f"{'cells ok':<16} {ok:>10} {'12 or more':>10}   of {len(records)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
