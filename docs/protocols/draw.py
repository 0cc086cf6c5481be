"""Draw the pictures of docs/protocols.md beside this file:  python docs/protocols/draw.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.datasets.build import build
from bench.splits.catalogue import expand, make
from bench.types import Dataset, Split
from reports.figures import protocol

# For each user the items in order, and when; made up. A user comes late, and one has a single interaction.
HISTORIES = {
    "a": ("CAFBDGEHIJ", (1, 3, 5, 9, 12, 14, 20, 27, 33, 38)),
    "b": ("ABCDEFK", (2, 4, 6, 7, 10, 11, 13)),
    "c": ("BAGHCKL", (8, 15, 17, 19, 25, 31, 39)),
    "d": ("EDCBAFIK", (4, 11, 16, 22, 26, 29, 34, 36)),
    "e": ("ACH", (6, 18, 30)),
    "f": ("FBAGDJ", (13, 21, 24, 28, 35, 40)),
    "g": ("CHK", (36, 38, 41)),
    "h": ("A", (23,)),
}
PICTURES: dict[str, dict[str, dict[str, Any]]] = {
    "random": {'per = "user"': {"name": "random"}, 'per = "all"': {"name": "random", "per": "all"}},
    "k-fold": {"": {"name": "k-fold", "folds": 3}},
    "user-time": {"": {"name": "user-time"}},
    "last-out": {"": {"name": "last-out"}},
    "time-cut": {
        "new_users = false": {"name": "time-cut"},
        "new_users = true": {"name": "time-cut", "new_users": True},
    },
    "windows": {"": {"name": "time-cut", "windows": 3, "test": 0.2}},
    "user-holdout": {
        'by = "random"': {"name": "user-holdout", "test": 0.3},
        'by = "time"': {"name": "user-holdout", "test": 0.3, "by": "time"},
    },
    "cold-items": {
        'by = "random"': {"name": "cold-items"},
        'by = "time"': {"name": "cold-items", "by": "time"},
    },
    "cold-users": {f"shown = {n}": {"name": "cold-users", "shown": n, "test": 0.3} for n in (0, 3)},
}


def toy() -> Dataset:
    """The data set of all pictures."""
    users = [user for user, (items, _) in HISTORIES.items() for _ in items]
    items = [item for letters, _ in HISTORIES.values() for item in letters]
    times = [time for _, moments in HISTORIES.values() for time in moments]
    return build("toy", users, items, times=times)


def splits(name: str) -> dict[str, Split]:
    """The splits of one picture, by what is written above them."""
    data, found = toy(), {}
    for said, spec in PICTURES[name].items():
        for one in expand(spec):
            number = next((f"{key} = {one[key]}" for key in ("fold", "window") if spec.get(f"{key}s")), "")
            found[said or number or name] = make(data, one)
    return found


def picture(name: str) -> bytes:
    """One picture as SVG."""
    panels = splits(name)
    told = "\n\n".join(f"{said}\n{protocol.words(split)}" for said, split in panels.items())
    return protocol.save(protocol.draw(panels, "item" if name == "cold-items" else "time"), told)


def main() -> None:
    """Draw all of them."""
    for name in PICTURES:
        Path(__file__).with_name(f"{name}.svg").write_bytes(picture(name))


if __name__ == "__main__":
    main()
