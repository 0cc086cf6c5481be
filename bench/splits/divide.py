"""From a part for each interaction to a Split: what is learnt from, who is asked, with which history, about what.

Each protocol gives every interaction one of these parts; the rest is the same for all of them.

    part                training   history of a validation question   history of a test question
    TRAIN               yes        yes                                yes
    VALIDATION          –          held out                           yes
    TEST                –          –                                  held out
    VALIDATION_HISTORY  –          yes                                –
    TEST_HISTORY        –          –                                  yes
    UNASKED             –          –                                  yes
    LEFT_OUT            –          –                                  –

Where a split is fitted on training and validation part together, VALIDATION, VALIDATION_HISTORY and UNASKED (what
belongs to the validation part, but nobody is asked about it) are learnt from as well; TEST_HISTORY never is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import Unsupported
from bench.ragged import offsets
from bench.records import canonical
from bench.splits.asking import Asking, sample
from bench.splits.pieces import Pieces
from bench.splits.questions import held_out, of_users
from bench.splits.rows import Rows
from bench.splits.varied import varied
from bench.types import Dataset, HeldOut, Hidden, Interactions, Split, frozen

TRAIN, VALIDATION, TEST, VALIDATION_HISTORY, TEST_HISTORY, UNASKED, LEFT_OUT = range(7)
Parts = NDArray[np.int8]
_USES = {  # which parts make up each of the pieces
    "train": {TRAIN},
    "validation": {VALIDATION},
    "test": {TEST},
    "both": {TRAIN, VALIDATION, VALIDATION_HISTORY, UNASKED},
    "validation_history": {TRAIN, VALIDATION_HISTORY},
    "test_history": {TRAIN, VALIDATION, TEST_HISTORY, UNASKED},
    "test_training": {TRAIN, TEST_HISTORY},
}


def divide(dataset: Dataset, name: str, params: dict[str, Any], parts: Parts, asking: Asking | None = None) -> Split:
    """A split in which interaction i of the data set belongs to part parts[i].

    Raises Unsupported as `assemble` does.
    """
    present = frozenset(part for part in range(LEFT_OUT + 1) if (parts == part).any())
    made: dict[frozenset[int], Interactions] = {}  # pieces of the same parts are one object
    for wanted in _USES.values():
        table = np.zeros(LEFT_OUT + 1, np.bool_)
        table[list(wanted)] = True
        if present & wanted not in made:
            made[present & wanted] = dataset.interactions.take(table[parts])
    pieces = Pieces(**{use: made[present & wanted] for use, wanted in _USES.items()})
    made_of = assemble(dataset, name, params, pieces, asking or Asking(), parts=parts)
    return replace(made_of, left_out=int(np.count_nonzero(parts == LEFT_OUT)))


def assemble(
    dataset: Dataset,
    name: str,
    params: dict[str, Any],
    pieces: Pieces,
    asking: Asking,
    listed: Rows | None = None,
    parts: Parts | None = None,
) -> Split:
    """A split of these pieces. Raises Unsupported, with the counts, where nothing is to be learnt or to be asked.

    Each user with held-out items asks one question. An item held out twice for one user counts once. Test questions
    rank the candidates that `asking` names, or else the `listed` ones that come with the pieces, or else all items.
    Where the pieces follow from `parts` (n,) of the data set's interactions, these stand for them in the fingerprint.
    """
    if not len(pieces.train) or not len(pieces.test):
        counts = f"{len(pieces.train)} training and {len(pieces.test)} test interactions"
        raise Unsupported(f"data set {dataset.name!r}, split {name!r}: {counts}; both parts need some")
    together = asking.fit_on == "train+validation"
    if together and not len(pieces.validation):
        raise Unsupported(f"split {name!r} has no validation part, so nothing can be fitted on {asking.fit_on!r}")
    whole, pieces = pieces, varied(pieces, asking)
    validation = None
    if len(pieces.validation):
        seen = None if whole is pieces else whole.validation_history
        validation = _hiding(held_out(pieces.validation_history, pieces.validation, pieces.train), seen, asking)
    learnt = pieces.both if together else pieces.train
    if not len(learnt):
        raise Unsupported(f"train_share = {asking.train_share:g} leaves nothing to learn from")
    history = pieces.test_training if asking.history == "train" else pieces.test_history
    seen = None if history is whole.test_history else whole.test_history
    test = _hiding(held_out(history, pieces.test, learnt), seen, asking)
    from bench.splits.candidates import with_candidates  # compiles loops: only those who divide wait for it

    test = sample(test, asking.evaluate_users)
    test, ranked = with_candidates(test, asking.candidates or listed, whole.test_history, whole.train, dataset)
    options = {**params, **asking.changed()}
    return Split(
        name,
        options,
        dataset,
        pieces.train,
        validation,
        test,
        _fingerprint(dataset, name, options, _arrays(pieces) if parts is None else [parts], test),
        pieces.both if together else None,
        ranked,
    )


def _hiding(questions: HeldOut, seen: Interactions | None, asking: Asking) -> HeldOut:
    """The same questions with what is to be hidden from the answers, where that is not their histories."""
    hidden = None
    if not asking.hide_seen:
        hidden = Hidden(frozen(np.zeros(len(questions) + 1, np.int64)), frozen(np.empty(0, np.int32)))
    elif seen is not None:
        lengths, rows = of_users(seen, questions.askers)
        hidden = Hidden(frozen(offsets(lengths)), frozen(seen.items[rows]))
    return questions if hidden is None else replace(questions, hidden=hidden)


def _arrays(pieces: Pieces) -> Iterable[NDArray[Any] | None]:
    """All that is in the pieces."""
    for field in fields(pieces):
        piece = getattr(pieces, field.name)
        yield from (piece.users, piece.items, piece.ratings, piece.times)


def _fingerprint(
    dataset: Dataset, name: str, params: dict[str, Any], deciding: Iterable[NDArray[Any] | None], test: HeldOut
) -> str:
    """SHA-256 over the data set's, the options and the arrays that decide what is in which part.

    Candidates count as they are, not by the name of the file that lists them.
    """
    said = {option: value for option, value in params.items() if option != "candidates"}
    total = hashlib.sha256(canonical([dataset.fingerprint, name, said]).encode())
    for array in (*deciding, test.query.candidates):
        total.update(b"none;" if array is None else f"{array.dtype.str}{array.shape};".encode())
        if array is not None:
            total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()
