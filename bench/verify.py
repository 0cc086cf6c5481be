"""What is wrong with a store: files that are not what was written, splits that leak."""

from __future__ import annotations

from bench.audit import leaks
from bench.errors import StoreError
from bench.records import Record
from bench.store import Store


def problems(store: Store) -> list[str]:
    """One sentence for each damaged file and each leak; none when all is well."""
    found = store.damaged()
    records = store.records()
    found += [problem for record in records for name in record.files if (problem := _damage(store, record, name))]
    for split_hash in _splits(records):
        found += _leaks(store, split_hash)
    return found


def unaudited(store: Store) -> list[str]:
    """The splits of which nobody knows whether they leak: an older version wrote what is known of them."""
    return [split_hash for split_hash in _splits(store.records()) if not _audit(store, split_hash)]


def _splits(records: list[Record]) -> list[str]:
    return sorted({record.split_hash for record in records if record.split_hash})


def _audit(store: Store, split_hash: str) -> bool:
    """Whether there is one; a damaged context is a problem of its own."""
    try:
        return bool(store.context(split_hash).audit)
    except StoreError:
        return True


def _leaks(store: Store, split_hash: str) -> list[str]:
    try:
        context = store.context(split_hash)
    except StoreError as error:
        return [str(error)]
    where = f"{context.dataset}, split {context.split.get('name', '?')} [{split_hash[:8]}]"
    return [f"{where}: leak: {sentence}" for sentence in leaks(list(context.audit))]


def _damage(store: Store, record: Record, name: str) -> str:
    try:
        store.check(record, name)
    except StoreError as error:
        return str(error)
    return ""
