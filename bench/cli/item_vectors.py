"""`--item-vectors FILE.npy`: vectors of items that the user has, for all that reads the texts of items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.errors import BadConfig
from bench.matrix import Matrix
from bench.plan import check

_FILE, _WANTED = "vectors", "item_text"  # the parameters by which an algorithm says that it reads them


def with_vectors(matrix: Matrix, file: Path) -> Matrix:
    """The matrix with `file` as the parameter `vectors` of every algorithm that has one, parts of hybrids as well.

    One that has `item_text` reads vectors only where that is true. What the matrix says itself stays. Raises BadConfig
    as `check` does, and where there is no file, or nothing that would read it.
    """
    if not file.is_file():
        raise BadConfig(f"--item-vectors {file}: there is no such file")
    said = [params for spec in matrix.algorithms for params in spec.variants()]
    known = [described.params or params for described, params in zip(check(matrix), said, strict=True)]
    filled = [_filled(params, str(file.absolute())) for params in known]
    if filled == known:
        raise BadConfig(
            f"--item-vectors {file}: no algorithm of the matrix would read it; those do that have a parameter "
            f"{_FILE!r} which is not given, and with {_WANTED} = true where they have that"
        )
    changed = [
        {key: value for key, value in new.items() if value != old.get(key)}
        for new, old in zip(filled, known, strict=True)
    ]
    return matrix.with_params([params | more for params, more in zip(said, changed, strict=True)])


def _filled(params: dict[str, Any], file: str) -> dict[str, Any]:
    """The parameters of an algorithm, all of them, and those of its parts {"name": …, "params": …}."""
    inner = {key: {**value, "params": _filled(value["params"], file)} for key, value in params.items() if _part(value)}
    own = {_FILE: file} if params.get(_FILE) == "" and params.get(_WANTED, True) else {}
    return params | inner | own


def _part(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"name", "params"}
