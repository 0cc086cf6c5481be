"""How long the command line takes to start, beside the floor of starting Python at all.

python tests/performance/start_up.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 7
FLOOR = [sys.executable, "-c", "pass"]
COMMANDS = {
    "bench --help": ([sys.executable, "-m", "bench", "--help"], 0.4),
    "bench list algorithms": ([sys.executable, "-m", "bench", "list", "algorithms"], 0.6),
}
HEAVY = ("torch", "surprise", "implicit", "lightfm", "matplotlib")


def median(command: list[str]) -> float:
    """The median of ROUNDS runs, after one that is not counted; seconds."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def imported(arguments: list[str]) -> list[str]:
    """Which of the heavy packages a command imports."""
    code = (
        "import sys, contextlib, io\nsys.argv[1:] = " + repr(arguments) + "\nfrom bench.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main()\n"
        f"print(*[m for m in {HEAVY} if m in sys.modules])"
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


def main() -> None:
    """Print a line for each command."""
    floor = median(FLOOR)
    print(f"{'command':<24} {'value':>8} {'goal':>8} {'floor':>8} {'ratio':>7}  heavy packages imported")
    for name, (command, goal) in COMMANDS.items():
        value = median(command)
        heavy = imported(command[3:])
        print(f"{name:<24} {value:>6.2f} s {goal:>6.2f} s {floor:>6.2f} s {value / floor:>6.1f}x  {heavy or 'none'}")


if __name__ == "__main__":
    main()
