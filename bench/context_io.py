"""The context of a split as Parquet and JSON files; what few metrics need is read only when it is asked for.

facts.json          data set, split, facts, audit, names of features
users.parquet       who asks each question           items.parquet      id, title, popularity
training.parquet    user, item of each interaction   features.parquet   item, feature, value
questions.parquet   length of the history, quarter   histories.parquet  the items of the histories, one after another
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bench.answers_io import read_table, write_table
from bench.background import Background
from bench.errors import StoreError
from bench.records import Context

IN_FACTS = ("dataset", "split", "facts", "train_users", "scale", "audit", "candidates")


def write(context: Context, folder: Path) -> None:
    """Write all files of the context into `folder`; without its background those that hold it are left out."""
    facts = {name: getattr(context, name) for name in IN_FACTS}
    if context.background is not None:
        facts["feature_names"] = context.background.feature_names
        _write_background(context.background, folder)
    (folder / "facts.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
    write_table(folder / "users.parquet", {"user": context.users, "id": list(context.user_ids)})
    items = {"id": list(context.item_ids), "title": list(context.titles), "popularity": context.popularity}
    write_table(folder / "items.parquet", items)


def read(folder: Path) -> Context:
    """The context that `write` put there. Raises StoreError when it is missing or unreadable."""
    try:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder}: no context of this split ({error})") from None
    users, items = read_table(folder / "users.parquet"), read_table(folder / "items.parquet")
    names = tuple(facts.pop("feature_names", ()))
    facts["scale"] = tuple(facts["scale"]) if facts["scale"] else None
    facts["audit"] = tuple(facts.get("audit", ()))
    return Context(
        **facts,
        users=users["user"],
        user_ids=tuple(users["id"]),
        item_ids=tuple(items["id"]),
        titles=tuple(items["title"]),
        popularity=items["popularity"],
        load=lambda: _read_background(folder, len(items["popularity"]), names),
    )


def _write_background(background: Background, folder: Path) -> None:
    questions: dict[str, Any] = {"history": background.lengths}
    if background.quarters is not None:
        questions["quarter"] = background.quarters
    write_table(folder / "training.parquet", {"user": background.users, "item": background.items})
    write_table(folder / "questions.parquet", questions)
    write_table(folder / "histories.parquet", {"item": background.history})
    if background.features is not None:
        features = background.features.tocoo()
        columns = {"item": features.row, "feature": features.col, "value": features.data}
        write_table(folder / "features.parquet", columns)


def _read_background(folder: Path, n_items: int, names: tuple[str, ...]) -> Background | None:
    """None where an older version wrote the context."""
    if not (folder / "training.parquet").exists():
        return None
    training, questions = read_table(folder / "training.parquet"), read_table(folder / "questions.parquet")
    features = None
    if (folder / "features.parquet").exists():
        from scipy.sparse import csr_matrix

        entries = read_table(folder / "features.parquet")
        places = (entries["item"], entries["feature"])
        features = csr_matrix((entries["value"], places), shape=(n_items, len(names)))
    return Background(
        users=training["user"],
        items=training["item"],
        offsets=np.concatenate([[0], np.cumsum(questions["history"])]).astype(np.int64),
        history=read_table(folder / "histories.parquet")["item"],
        quarters=questions.get("quarter"),
        features=features,
        feature_names=names,
    )
