"""Sequences in RecBole's files of next-item examples: each row is a user, the items before, and the next item.

The validation file holds each user's last but one item and all before it, the test file the last one. That is what
`last-out` makes of the same sequences.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.errors import BadData
from bench.splits.rows import Parts, Rows

_COLUMNS = [Column("user_id:token", "id"), Column("item_id_list:token_seq", "id"), Column("item_id:token", "id")]


def sequences(folder: Path, name: str) -> Parts:
    """The parts in `Scientific.valid.inter` and `Scientific.test.inter`; the training file only repeats prefixes.

    Raises BadData where the two files disagree about a user.
    """
    validation, test = (folder / f"Scientific.{part}.inter" for part in ("valid", "test"))
    users, before, last = tables.read(validation, _COLUMNS, separator="\t").columns
    others, known, final = tables.read(test, _COLUMNS, separator="\t").columns
    expected = {user: f"{items} {item}" for user, items, item in zip(users, before, last, strict=True)}
    for user, items in zip(others, known, strict=True):
        if expected.get(user) != items:
            raise BadData(f"{test}: what user {user!r} had before is not what {validation.name} says")
    histories = [items.split(" ") for items in before]
    owners = np.repeat(np.array(users, object), [len(items) for items in histories])
    train = Rows(owners.tolist(), [item for items in histories for item in items])
    return Parts(train, Rows(others, final), Rows(users, last))
