"""Under which licences the data of a store may be passed on."""

from __future__ import annotations

from bench.errors import StoreError
from bench.store import Store


def licences(store: Store) -> dict[str, str]:
    """The licence of each data set of which the store knows a split."""
    found = {}
    for split_hash in sorted({record.split_hash for record in store.records() if record.split_hash}):
        try:
            context = store.context(split_hash)
        except StoreError:  # whoever needs this split says so
            continue
        found[context.dataset] = str(context.facts.get("notes", {}).get("licence") or "not known")
    return found
