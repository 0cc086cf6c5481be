"""Small files of lists and held-out items, and `bench score` on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from command_line import Call

LISTS = """user,item,rank
1,D,1
1,C,2
1,E,3
2,C,1
2,G,2
2,D,3
3,D,1
9,D,1
"""
TEST = """user_id,item_id,rating
1,C,4
1,F,2
2,C,5
2,D,3
2,E,4
2,F,3.5
3,A,1
5,B,2
"""


def text_file(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def toy_files(folder: Path) -> tuple[Path, Path]:
    """Lists and held-out items of four users; users 1 and 2 are those of docs/metrics.md."""
    return text_file(folder / "lists.csv", LISTS), text_file(folder / "test.csv", TEST)


def scored(call: Call, *words: object) -> dict[str, Any]:
    """What `bench score … --json` says."""
    done = call("score", *words, "--json")
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)
