"""One stored cell once more: whether the same question gets the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bench import answers_io
from bench.again import cell_of, changes
from bench.errors import StoreError
from bench.execute import execute
from bench.limits import Limits
from bench.matrix import METRICS
from bench.metrics.measured import Measured
from bench.metrics.registry import measure
from bench.options import Options
from bench.records import Record
from bench.runner import default_limits
from bench.store import Store
from bench.types import Ints

Verdict = Literal["bitwise equal", "within noise", "different", "failed", "interrupted"]
HalfWidths = Callable[[Ints, Mapping[str, Measured]], dict[str, float | None]]


@dataclass(frozen=True)
class Difference:
    """A metric of both attempts. `allowed` is half the width of the 95 % interval over users; None: it has none."""

    metric: str
    before: float | None
    after: float | None
    allowed: float | None

    @property
    def size(self) -> float:
        """The absolute difference; infinite where only one of the two has a value."""
        if self.before is None or self.after is None:
            return 0.0 if self.before is self.after else float("inf")
        return abs(self.after - self.before)

    @property
    def harmless(self) -> bool:
        """Whether it is smaller than allowed; without an interval, whether the metric has a value in both or none."""
        allowed = float("inf") if self.allowed is None else self.allowed
        return self.size == 0 or self.size < allowed


@dataclass(frozen=True)
class Repeated:
    """Two attempts at one slot, and what they have in common."""

    before: Record
    after: Record
    verdict: Verdict
    changed: tuple[str, ...] = ()  # what is no longer as it was: then two different things were compared
    differences: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the answers are equal, or equal but for noise."""
        return self.verdict in ("bitwise equal", "within noise")


def repeat(store: Store, name: str, half_widths: HalfWidths, *, keep_model: bool = False) -> Repeated:
    """Run the slot of a stored cell again, with its limits and threads, and compare; the store gets another attempt.

    `name` is the beginning of a key or a label. `half_widths` takes who asked each question (q,) and the metrics of
    the stored attempt, and says how far each may move; None for a metric that is no mean over users. Raises
    StoreError where there is no such cell or it has no sound answers, BadConfig where its slot cannot be planned.
    """
    before = store.best()[store.find(name).key]
    if before.status != "ok":
        again = "`bench run --rerun failed` runs such cells again"
        raise StoreError(f"{store.folder}: cell {before.key[:12]} is {before.status} and has no answers; {again}")
    store.answers(before)  # a damaged one is told before hours are spent
    cell = cell_of(before)
    cell, changed = replace(cell, limits=_limits(before)), changes(before, cell)
    threads = before.provenance.get("threads", 1)
    device = before.provenance.get("device", "cpu")
    options = Options(rerun="all", jobs=1, threads=threads, device=device, keep_models=keep_model)
    outcome = execute([cell], store, options)
    if not outcome.complete or not outcome.records:
        return Repeated(before, before, "interrupted", changed)
    return compare(store, before, outcome.records[0], half_widths, changed)


def compare(
    store: Store, before: Record, after: Record, half_widths: HalfWidths, changed: tuple[str, ...] = ()
) -> Repeated:
    """Two attempts at one slot. They are within noise if no metric moved by its allowed half width or more.

    A metric that is no mean over users has no interval: its difference is told, and decides nothing.
    """
    if after.status != "ok":
        return Repeated(before, after, "failed", changed)
    if all(_hash(before, name) == _hash(after, name) != "" for name in answers_io.FILES):
        return Repeated(before, after, "bitwise equal", changed)
    differences = _differences(store, before, after, half_widths)
    near = before.split_hash == after.split_hash and all(found.harmless for found in differences)
    return Repeated(before, after, "within noise" if near else "different", changed, differences)


def _limits(record: Record) -> Limits:
    """The limits of the record, with no more memory than is free now."""
    free = default_limits(1).memory or float("inf")
    values: dict[str, Any] = {**record.limits, "memory": min(record.limits.get("memory", free), free)}
    return Limits.model_construct(**values)


def _differences(store: Store, before: Record, after: Record, half_widths: HalfWidths) -> tuple[Difference, ...]:
    context = store.context(before.split_hash)
    old = measure(METRICS, store.answers(before), context)
    new = measure(METRICS, store.answers(after), store.context(after.split_hash))
    allowed = half_widths(context.users, old)
    return tuple(Difference(name, old[name].value, new[name].value, allowed[name]) for name in old)


def _hash(record: Record, name: str) -> str:
    return str(record.files.get(name, {}).get("sha256", ""))
