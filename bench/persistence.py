"""The learned state of an algorithm as files: arrays in .npy, the rest in one JSON file. Nothing is ever unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from bench.errors import BadData, Unsupported
from bench.params import Params, build

_PLAIN = (type(None), bool, int, float, str)
_CSR = ("data", "indices", "indptr")


def save(state: dict[str, Any], folder: Path) -> None:
    """Write attributes that are arrays, sparse matrices, parameters or plain JSON values.

    Raises Unsupported for any other kind of attribute: its algorithm must write its own `save` and `load`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    described: dict[str, Any] = {}
    for name, value in state.items():
        if isinstance(value, np.ndarray) and value.dtype != object:
            np.save(folder / f"{name}.npy", value, allow_pickle=False)
            described[name] = {"kind": "array"}
        elif issparse(value):
            matrix = csr_matrix(value)
            for part in _CSR:
                np.save(folder / f"{name}.{part}.npy", getattr(matrix, part), allow_pickle=False)
            described[name] = {"kind": "sparse", "shape": list(matrix.shape)}
        elif isinstance(value, Params):
            described[name] = {"kind": "params", "value": value.model_dump(mode="json")}
        elif isinstance(value, np.generic):
            described[name] = {"kind": "plain", "value": value.item()}
        elif isinstance(value, _PLAIN) or (isinstance(value, list) and all(isinstance(v, _PLAIN) for v in value)):
            described[name] = {"kind": "plain", "value": value}
        else:
            kind = type(value).__name__
            raise Unsupported(f"attribute {name!r} of type {kind} cannot be saved: write `save` and `load`")
    (folder / "state.json").write_text(json.dumps(described, indent=1), encoding="utf-8")


def load(folder: Path, params: type[Params]) -> dict[str, Any]:
    """The attributes that `save` wrote. Raises BadData when the folder holds none or they are damaged."""
    try:
        described = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return {name: _read(folder, name, entry, params) for name, entry in described.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadData(f"{folder}: no saved algorithm, or a damaged one ({type(error).__name__}: {error})") from None


def _read(folder: Path, name: str, entry: dict[str, Any], params: type[Params]) -> Any:
    match entry["kind"]:
        case "array":
            return np.load(folder / f"{name}.npy", allow_pickle=False)
        case "sparse":
            parts = tuple(np.load(folder / f"{name}.{part}.npy", allow_pickle=False) for part in _CSR)
            return csr_matrix(parts, shape=tuple(entry["shape"]))
        case "params":
            return build(params, entry["value"], name)
        case _:
            return entry["value"]
