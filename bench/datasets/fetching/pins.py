"""Files whose SHA-256 nobody published: what came first is written down, and what comes later must be the same.

<data folder>/pins.json   address, or path below the data folder -> SHA-256
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from bench.datasets.source import own_folder
from bench.errors import BadData

NAME = "pins.json"


def read() -> dict[str, str]:
    """All pins. Raises BadData where the file of pins is damaged."""
    path = own_folder() / NAME
    try:
        pins = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadData(f"{path}: cannot be read ({error}); delete it to pin later downloads anew") from None
    if not isinstance(pins, dict) or not all(isinstance(value, str) for value in pins.values()):
        raise BadData(f"{path}: expected a JSON object of texts; delete it to pin later downloads anew")
    return pins


def add(pins: dict[str, str]) -> None:
    """Write down more pins; the file is complete at any moment."""
    if not pins:
        return
    folder = own_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".pins-", delete=False, encoding="utf-8") as file:
        json.dump({**read(), **pins}, file, indent=1, sort_keys=True)
    Path(file.name).replace(folder / NAME)


def key(path: Path) -> str:
    """What a file is called among the pins; empty for one outside our data folder, which is never pinned."""
    folder = own_folder()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
