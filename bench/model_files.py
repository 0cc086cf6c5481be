"""The learnt state of a cell as files beside its answers: the folder `model` of an attempt.

An algorithm writes arrays and JSON there (`Algorithm.save`). In a record its files are named `model/state.json` and so
on; a name that leads anywhere else is no file of a model.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from bench.algorithm import Algorithm
from bench.errors import InvalidOutput

MODEL = "model"
KEPT, NOT_KEPT = "kept", "not kept"  # what a record says of a model that was asked for
_NAME = re.compile(rf"{MODEL}(/[A-Za-z0-9_][A-Za-z0-9_.+-]{{0,199}}){{1,8}}", re.ASCII)


def is_model_file(name: str) -> bool:
    """Whether a record may name a file of a model so."""
    return _NAME.fullmatch(name) is not None


def save(algorithm: Algorithm[Any], output: Path) -> str:
    """Write the model into `output`/model, which is there as a whole or not at all; KEPT.

    Raises InvalidOutput for a file that is a link or has an odd name, and whatever the algorithm raises.
    """
    partial = output / f"{MODEL}.partial"
    try:
        algorithm.save(partial)
        odd = [path for path in partial.rglob("*") if _is_odd(path, partial)]
        if odd or not any(path.is_file() for path in partial.rglob("*")):
            what = f"{odd[0].name!r}, which is no plain file with a plain name" if odd else "nothing"
            raise InvalidOutput(f"save wrote {what}")
        partial.rename(output / MODEL)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return KEPT


def files(output: Path) -> dict[str, Path]:
    """The files of the model in the folder of an attempt, by their names in a record; empty where none is kept."""
    found = {f"{MODEL}/{path.relative_to(output / MODEL).as_posix()}": path for path in _walk(output / MODEL)}
    return dict(sorted(found.items()))


def _walk(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _is_odd(path: Path, root: Path) -> bool:
    name = f"{MODEL}/{path.relative_to(root).as_posix()}"
    return path.is_symlink() or not (path.is_file() or path.is_dir()) or not is_model_file(name)
