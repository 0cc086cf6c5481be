"""What is wrong with a store: files that were changed, answers that cannot be measured, splits that leak."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from bench import answers_io
from bench.answers import Answers
from bench.audit import leaks
from bench.errors import BadData, StoreError
from bench.index import read_record, scan
from bench.matrix import METRICS
from bench.metrics.registry import measure
from bench.records import Context, Record
from bench.store import Store


def problems(store: Store) -> list[str]:
    """One sentence for each damaged file, each result that cannot be measured and each leak; none when all is well.

    Everything is read from its own file, nothing from the index. Raises StoreError for a record of a newer format.
    """
    found: list[str] = []
    sound: dict[str, list[Record]] = defaultdict(list)  # by split
    for file in scan(store.folder):
        path = file.path(store.folder)
        try:
            record = read_record(path)
        except BadData as error:
            found.append(str(error))
            continue
        if file.name != f"{record.key}/{record.attempt}":
            found.append(f"{path}: corrupt, the record of another attempt")
            continue
        damage = list(_damage(store, record))
        found += damage
        sound[record.split_hash] += [] if damage else [record]
    for split_hash, records in sorted(sound.items()):
        if split_hash:
            found += _about_split(store, split_hash, records)
    return found


def unaudited(store: Store) -> list[str]:
    """The splits of which nobody knows whether they leak: an older version wrote what is known of them."""
    known = sorted({record.split_hash for record in store.records() if record.split_hash})
    return [split_hash for split_hash in known if not _audit(store, split_hash)]


def _audit(store: Store, split_hash: str) -> bool:
    """Whether there is one; a damaged context is a problem of its own."""
    try:
        return bool(store.context(split_hash).audit)
    except StoreError:
        return True


def _damage(store: Store, record: Record) -> Iterator[str]:
    """Files that are lost or changed."""
    for name in record.files:
        try:
            store.check(record, name)
        except StoreError as error:
            yield str(error)
    for name in answers_io.FILES if record.status == "ok" else ():
        if name not in record.files:
            yield f"{store.folder_of(record)}: an ok result without {name}; `bench run --rerun failed` makes it again"


def _about_split(store: Store, split_hash: str, records: list[Record]) -> Iterator[str]:
    """Leaks of a split, and the answers to it that are not what they should be."""
    try:
        context = store.context(split_hash)
    except StoreError as error:
        yield str(error)
        return
    where = f"{context.dataset}, split {context.split.get('name', '?')} [{split_hash[:8]}]"
    for sentence in leaks(list(context.audit)):
        yield f"{where}: leak: {sentence}"
    for record in records:
        if record.status == "ok" and (problem := _unmeasurable(store, record, context)):
            yield f"{store.folder_of(record)}: {problem}"


def _unmeasurable(store: Store, record: Record, context: Context) -> str:
    """Why answers cannot be measured, or the empty string. Their files are those that were written."""
    try:
        answers = answers_io.read(store.folder_of(record))
        if problem := _misfit(answers, context):
            return problem
        measure(METRICS, answers, context)
    except (StoreError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return f"answers cannot be measured ({type(error).__name__}: {error})"
    return ""


def _misfit(answers: Answers, context: Context) -> str:
    """Where answers and their split contradict each other, or the empty string."""
    asked, answered, n_items = len(context.users), len(answers.candidates), len(context.item_ids)
    if answered != asked:
        return f"answers do not belong to the split: {answered} questions are answered, it has {asked}"
    if int(answers.offsets[-1]) != len(answers.items):
        return f"{answers.offsets[-1]} held-out items are announced, {len(answers.items)} are there"
    for what, items in (("listed", answers.lists.items), ("held-out", answers.items)):
        highest = int(np.max(items, initial=-1))
        if highest >= n_items:
            return f"{what} item {highest} is not among the {n_items} items of the split"
    return ""
