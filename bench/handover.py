"""What the harness hands to a cell's process: training data as read-only files, held-out items as bytes in a pipe."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from bench import texts
from bench.types import HeldOut, Hidden, Interactions, Query, Side, Split, Training, frozen

Arrays = dict[str, NDArray[Any]]
COLUMNS = ("users", "items", "ratings", "times", "reviews")
LENGTHS = ".lengths"  # follows the name of an array of letters, see `bench.texts`
OWNED = {
    "query": ("keys", "users", "offsets", "items", "ratings", "times", "candidates", "reviews"),
    "held": ("offsets", "items", "ratings", "times", "people"),
    "hidden": ("offsets", "items"),
}


def write_training(split: Split, folder: Path) -> None:
    """Write everything that may be learnt from into `folder`; nothing held out for the test is among it."""
    train = split.train
    arrays = _rows("train", train)
    if split.both is not None:
        arrays |= _rows("both", split.both)
    if split.validation is not None:
        arrays |= {f"validation.{name}": array for name, array in _flat(split.validation).items()}
    about: dict[str, Any] = {"n_users": train.n_users, "n_items": train.n_items}
    about |= {"ordered": train.ordered, "scale": train.scale}
    for kind, side in (("users", split.dataset.users), ("items", split.dataset.items)):
        about[kind] = {name: getattr(side, name) for name in ("ids", "titles", "texts", "feature_names")}
        if side.features is not None:
            arrays |= {f"{kind}.{part}": getattr(side.features, part) for part in ("data", "indices", "indptr")}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def read_training(folder: Path) -> Training:
    """The training data in `folder`, its arrays mapped from the files and read-only."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    paths = {path.stem: path for path in sorted(folder.glob("*.npy"))}
    stored = {name: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) for name, path in paths.items()}
    arrays = _with_texts(stored)
    held = {name.partition(".")[2]: array for name, array in arrays.items() if name.startswith("validation.")}
    users, items = (_side(about[kind], kind, arrays) for kind in ("users", "items"))
    validation = with_features(_held_out(held, about["n_items"]), users) if held else None
    alone = Training(_interactions("train", arrays, about), items, users, validation)
    if "both.users" not in arrays:
        return alone
    return Training(_interactions("both", arrays, about), items, users, selection=alone)


def _rows(name: str, interactions: Interactions) -> Arrays:
    return _present({f"{name}.{column}": getattr(interactions, column) for column in COLUMNS})


def _interactions(name: str, arrays: Arrays, about: dict[str, Any]) -> Interactions:
    columns: dict[str, Any] = {column: arrays.get(f"{name}.{column}") for column in COLUMNS}
    return Interactions(
        **columns,
        n_users=about["n_users"],
        n_items=about["n_items"],
        ordered=about["ordered"],
        scale=tuple(about["scale"]) if about["scale"] else None,
    )


def pack(held_out: HeldOut) -> bytes:
    """Questions and answers as the bytes of an .npz archive."""
    buffer = io.BytesIO()
    np.savez(buffer, **_flat(held_out))  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(data: bytes, training: Training) -> HeldOut:
    """The questions and answers in `data`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        held_out = _held_out(_with_texts(dict(archive)), training.interactions.n_items)
    return with_features(held_out, training.users)


def _flat(held_out: HeldOut) -> Arrays:
    """The arrays by the name of their owner and their own; those that are None are left out."""
    owners = {"query": held_out.query, "held": held_out, "hidden": held_out.hidden}
    arrays = {f"{o}.{name}": getattr(owners[o], name, None) for o, names in OWNED.items() for name in names}
    return _present(arrays)


def _present(arrays: dict[str, NDArray[Any] | None]) -> Arrays:
    """Without those that are None; texts become their letters and their lengths."""
    found = {name: array for name, array in arrays.items() if array is not None}
    for name in [name for name, array in found.items() if array.dtype == object]:
        found[name], found[name + LENGTHS] = texts.to_arrays(found[name])
    return found


def _with_texts(arrays: Arrays) -> Arrays:
    """What `_present` was given."""
    found = {name: array for name, array in arrays.items() if not name.endswith(LENGTHS)}
    for name in [name.removesuffix(LENGTHS) for name in arrays.keys() - found.keys()]:
        found[name] = texts.column(texts.from_arrays(arrays[name], arrays[name + LENGTHS]))
    return found


def _held_out(arrays: Arrays, n_items: int) -> HeldOut:
    """Questions and answers from what `_flat` made of them."""
    parts: dict[str, dict[str, Any]] = {"query": dict.fromkeys(OWNED["query"]), "held": {"ratings": None}, "hidden": {}}
    for name, array in arrays.items():
        owner, _, field = name.partition(".")
        parts[owner][field] = frozen(array)
    hidden = Hidden(**parts["hidden"]) if parts["hidden"] else None
    return HeldOut(Query(**parts["query"], n_items=n_items), **parts["held"], hidden=hidden)


def with_features(held_out: HeldOut, users: Side) -> HeldOut:
    """The features of those who ask, also of those whom training does not know."""
    if users.features is None:
        return held_out
    known = (held_out.askers >= 0).astype(np.float32)
    rows = csr_matrix(diags(known) @ users.features[np.maximum(held_out.askers, 0)], dtype=np.float32)
    return replace(held_out, query=replace(held_out.query, user_features=rows))


def _side(about: dict[str, Any], kind: str, arrays: Arrays) -> Side:
    told = {name: None if about[name] is None else tuple(about[name]) for name in ("ids", "titles", "texts")}
    names = tuple(about["feature_names"])
    features = None
    if f"{kind}.indptr" in arrays:
        parts = tuple(arrays[f"{kind}.{part}"] for part in ("data", "indices", "indptr"))
        features = csr_matrix(parts, shape=(len(about["ids"]), len(names)))
    return Side(told["ids"] or (), told["titles"], told["texts"], features, names)
