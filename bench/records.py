"""What is written down about one attempt at one cell, and about the split that it answered."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.energy import unavailable
from bench.errors import BadData, StoreError
from bench.types import Ints, Longs

if TYPE_CHECKING:
    from bench.background import Background

FORMAT = 1  # of records and answers; part of every cell key
HASHED = 16  # hexadecimal digits at the end of an attempt's name; names given before had 8 random ones
STATUSES = ("ok", "failed", "timeout", "oom", "crashed", "invalid_output", "no_result", "skipped", "interrupted")


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@dataclass(frozen=True)
class Slot:
    """What a person means by a cell, whatever the code and the libraries are today."""

    dataset: dict[str, Any]  # {"name": …, options}
    split: dict[str, Any]  # {"name": …, options}
    algorithm: str
    params: dict[str, Any]  # all of them, defaults included
    seed: int
    tuning: dict[str, Any] | None = None  # {"space", "metric", "trials", "time"}: parameters in it are searched

    @property
    def facts(self) -> dict[str, Any]:
        """All of it, as hashes take it in."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "tuning" or self.tuning}

    @property
    def id(self) -> str:
        """A hash that is equal for equal slots."""
        return digest(self.facts)

    def stands_for(self, other: Slot) -> bool:
        """Whether `other` is the same with more parameters: what is unavailable does not know its defaults."""
        same = replace(other, params=self.params) == self
        return same and self != other and self.params.items() <= other.params.items()


@dataclass(frozen=True)
class Phase:
    """The cost of one phase of a cell."""

    wall: float  # seconds
    cpu: float  # seconds, all threads
    peak: int  # bytes of resident memory, the highest so far


@dataclass(frozen=True)
class Record:
    """One attempt at one cell. `files` lists what lies beside the record: name -> {"sha256", "bytes"}."""

    key: str
    attempt: str
    slot: Slot
    label: str  # the name in tables: algorithm and the parameters that are not at their default
    family: str
    status: str
    reason: str
    started: str  # UTC, ISO 8601
    wall: float  # seconds, start of the process to its end
    memory: int  # bytes, highest resident memory of the whole process tree
    limits: dict[str, float]  # {"time": seconds, "memory": bytes, phase: seconds …}
    split_hash: str
    data_hash: str
    phases: dict[str, Phase] = field(default_factory=dict)  # load, fit, recommend, predict, write, latency …
    counts: dict[str, int] = field(default_factory=dict)  # questions, unscored, refused, tied, short …
    curve: list[dict[str, float]] = field(default_factory=list)  # what `report(epoch, …)` said
    warnings: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    latency: dict[str, float] = field(default_factory=dict)  # {"questions", "p50", "p95", "p99"}: seconds of one list
    energy: dict[str, Any] = field(default_factory=unavailable)  # {"joules": … or None, "kind": see bench.energy}
    second_to: str = ""  # the attempt that was committed first, where two runs made the cell at once and disagreed
    about: dict[str, str] = field(default_factory=dict)  # {"summary", "paper", "distribution"} of the algorithm
    faithfulness: dict[str, Any] = field(default_factory=dict)  # see bench.faithfulness; of those who explain
    model: str = ""  # "kept" or "not kept", where it was asked for; see bench.model_files
    tuning: dict[str, Any] = field(default_factory=dict)  # {"trials", "best"}, see bench.tuning
    load: dict[str, float | None] = field(default_factory=dict)  # {"before", "after"}: mean of a minute, whole machine
    format: int = FORMAT

    @property
    def place(self) -> str:
        """Data set, split and seed in a few words."""
        from bench.titles import describe

        return f"{describe(self.slot.dataset)}, {describe(self.slot.split)}, seed {self.slot.seed}"

    def named(self) -> Record:
        """The same as an attempt whose name tells when it was written and what: its end is a hash of the record."""
        text = replace(self, attempt="").to_json()
        return replace(self, attempt=f"{stamp()}-{_hash(text)}")

    def to_json(self) -> str:
        """The text of record.json."""
        return json.dumps(_plain(asdict(self)), indent=1, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, where: str) -> Record:
        """The record in `text`. Raises BadData for a damaged one, StoreError for one of a newer format."""
        try:
            raw = json.loads(text)
            if raw["format"] > FORMAT:
                raise StoreError(
                    f"{where}: written in format {raw['format']}, but this version reads only up to {FORMAT}"
                )
            _, _, end = raw["attempt"].rpartition("-")
            if len(end) == HASHED and end != _hash(text.replace(raw["attempt"], "", 1)):
                raise BadData(f"{where}: corrupt, not what was written (its hash differs)")
            raw["slot"] = Slot(**raw["slot"])
            raw["phases"] = {name: Phase(**phase) for name, phase in raw["phases"].items()}
            return cls(**{f.name: raw[f.name] for f in fields(cls) if f.name in raw})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadData(f"{where}: corrupt, not a record ({type(error).__name__}: {error})") from None


def stamp() -> str:
    """The time now, UTC, as text that sorts: the beginning of an attempt's name."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"


def _hash(text: str) -> str:
    """The first digits of the SHA-256 of a record without the name of its attempt; spaces around lines do not count."""
    return hashlib.sha256("".join(line.strip() for line in text.split("\n")).encode()).hexdigest()[:HASHED]


def _plain(value: Any) -> Any:
    """What plug-ins say, as JSON and UTF-8 can hold it: half characters become `?`, NaN and infinity become null."""
    if isinstance(value, dict):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _unknown() -> None:
    """The default of `Context.load`: nothing more is known."""


@dataclass(frozen=True)
class Context:
    """What metrics and reports need of a split beside the answers; q questions, n items."""

    dataset: str
    split: dict[str, Any]  # {"name": …, options}
    facts: dict[str, Any]  # counts of users, items, interactions, cold items …; licence and citation of the data
    users: Ints  # (q,) who asks each question: pairs cells, and groups questions of one user
    user_ids: tuple[str, ...]  # (q,) the text ids of the same
    item_ids: tuple[str, ...]  # (n,)
    titles: tuple[str, ...]  # (n,) the id where there is no title
    popularity: Longs  # (n,) training interactions of each item
    train_users: int  # users with at least one training interaction
    scale: tuple[float, float] | None
    audit: tuple[dict[str, Any], ...] = ()  # what was looked for that might leak, and found
    candidates: str = ""  # which items are ranked, in words; empty: the whole catalogue
    load: Callable[[], Background | None] = field(default=_unknown, repr=False, compare=False)

    @cached_property
    def background(self) -> Background | None:
        """Training interactions, histories, features of items; None where an older version wrote the context."""
        return self.load()
