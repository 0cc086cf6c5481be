"""The matrix of all misbehaving plug-ins, and what a run of it left behind."""

from __future__ import annotations

from pathlib import Path

from harness import ZOO, Bench, distribution

from bench.store import Store

MATRIX = """
[matrix]
datasets = ["tiny"]
metrics = ["ndcg@10", "hit_rate@10"]
"""
# The hanging ones first: they wait while others run.
QUICK_LIMIT = ["zoo-sleeps", "zoo-hangs-in-c"]
PLAIN = [
    "zoo-lingers",
    "zoo-memory-error",
    "zoo-tame",
    "zoo-raises-in-fit",
    "zoo-raises-in-score",
    "zoo-aborts-at-exit",
    "zoo-segfaults",
    "zoo-aborts",
    "zoo-leaves-quietly",
    "zoo-leaves-with-three",
    "zoo-calls-exit",
    "zoo-spawns",
    "zoo-noisy",
    "zoo-writes-training",
    "zoo-writes-query",
    "zoo-wanders",
    "zoo-wrong-shape",
    "zoo-wrong-type",
    "zoo-infinite",
    "zoo-nothing",
    "zoo-all-nan",
    "zoo-doubles",
    "zoo-constant",
    "missing-package",
    "raises-at-import",
    "aborts-at-import",
    "claimed-twice",
]
LIMIT_TIME, LIMIT_MEMORY = "12s", "600MB"


class Run:
    """What the run left behind."""

    def __init__(self, folder: Path) -> None:
        elsewhere = folder / "others"
        code = "from zoo.tame import Constant as Good\n"
        modules = {
            "others_missing": "import surely_not_installed\n" + code,
            "others_raises": code + "raise RuntimeError('not today')\n",
            "others_aborts": "import os\nos.abort()\n" + code,
            "others_twice": code,
        }
        points = {"missing-package": "others_missing:Good", "raises-at-import": "others_raises:Good"}
        points |= {"aborts-at-import": "others_aborts:Good", "claimed-twice": "others_twice:Good"}
        distribution(elsewhere, "others", points, modules)
        distribution(folder / "rivals", "rivals", {"claimed-twice": "zoo.tame:Tame"}, {})
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.bench = Bench(folder, (ZOO, elsewhere, folder / "rivals"), {"ZOO_NOTES": str(self.notes)})
        tables = [f'[[algorithms]]\nname = "{n}"\nlimits = {{ time = "{LIMIT_TIME}" }}\n' for n in QUICK_LIMIT]
        tables.append(
            '[[algorithms]]\nname = "zoo-greedy"\ngrid = { where = ["self", "child"] }\n'
            f'limits = {{ memory = "{LIMIT_MEMORY}" }}\n'
        )
        tables += [f'[[algorithms]]\nname = "{name}"\n' for name in PLAIN]
        path = self.bench.matrix(MATRIX + "".join(tables))
        self.done = self.bench.run(path, "--jobs", 3, "--limit-time", "120s")
        self.store = Store(self.bench.store)

    def status(self, label: str) -> tuple[str, str]:
        found = self.bench.record(label)
        return found.status, found.reason
