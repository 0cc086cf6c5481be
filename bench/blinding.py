"""User ids that a store does not hold: in their place stands a keyed hash, whose key is drawn once for the store.

    blinded(u) = the first 20 hexadecimal digits of HMAC-SHA-256(key, u)

The key lies in `blinding.key` of the store, for its owner alone, and goes into no bundle and no merged store. What is
hidden are the ids and nothing else: users keep their numbers (places among all sorted ids) and their interactions, by
which whoever has the data knows them again. The training data in cache/, which a run needs and nothing exports, have
the ids as they are.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import replace
from pathlib import Path

from bench.errors import StoreError
from bench.files import storage
from bench.records import Context

KEY = "blinding.key"
_FACT, _TOLD = "user ids", "replaced by a keyed hash"  # in the facts of a split, which reports show
_DIGITS = 20


def begin(store: Path) -> None:
    """Blind the store from now on. Raises StoreError where it holds user ids already, or cannot be written."""
    if key_of(store) is not None:
        return
    if not only_blinded(store):
        raise StoreError(f"{store}: user ids are in it already; --blind-ids is for a store that is new")
    with storage(store):
        descriptor = os.open(store / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))


def key_of(store: Path) -> bytes | None:
    """The key of a blinded store; None for any other. Raises StoreError for one that cannot be used."""
    path = store / KEY
    if not path.exists():
        return None
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: no key ({error}); the ids in this store cannot be made again without it") from None
    if len(key) != 32:
        raise StoreError(f"{path}: no key of 32 bytes; the ids in this store cannot be made again without it")
    return key


def blind(user: str, key: bytes) -> str:
    """What stands for a user id."""
    return hmac.new(key, user.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_DIGITS]


def blinded(context: Context, key: bytes) -> Context:
    """The same without user ids; its facts say so."""
    ids = tuple(blind(user, key) for user in context.user_ids)
    return replace(context, user_ids=ids, facts={**context.facts, _FACT: _TOLD})


def only_blinded(store: Path) -> bool:
    """Whether no split in the store shows user ids."""
    return all(_says_so(path) for path in (store / "context").glob("*/facts.json"))


def _says_so(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["facts"].get(_FACT) == _TOLD)
    except (OSError, ValueError, KeyError, AttributeError):
        return False
