"""What the store keeps of a split so that a report needs nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.background import background_of
from bench.records import Context
from bench.types import Split


def context_of(split: Split) -> Context:
    """Names, popularity and facts of a split; nothing that tells what is held out."""
    dataset, learnt = split.dataset, split.learnt
    users = split.test.askers
    return Context(
        dataset=dataset.name,
        split={"name": split.name, **split.params},
        facts=facts(split),
        users=users,
        user_ids=tuple(dataset.users.ids[u] for u in users.tolist()),
        item_ids=dataset.items.ids,
        titles=dataset.items.titles or dataset.items.ids,
        popularity=learnt.matrix().getnnz(axis=0).astype(np.int64),
        train_users=int(np.count_nonzero(np.diff(learnt.offsets))),
        scale=learnt.scale,
        candidates=split.candidates,
        load=lambda: background_of(split),
    )


def facts(split: Split) -> dict[str, Any]:
    """Counts that a reader should know, and the notes of the data set."""
    dataset, train, test = split.dataset, split.train, split.test
    return {
        "users": int(np.count_nonzero(np.diff(dataset.interactions.offsets))),
        "items": len(dataset.items),
        "interactions": len(dataset.interactions),
        "training interactions": len(train),
        "validation interactions": 0 if split.validation is None else len(split.validation.items),
        "test interactions": len(test.items),
        "interactions left out": split.left_out,
        "test questions": len(test),
        "questions without history": int(np.sum(np.diff(test.query.offsets) == 0)),
        "notes": dict(dataset.notes),
    }
