"""The cell that is tuned, beside the one that takes its parameters as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench import provenance, sources
from bench.describe import Description
from bench.limits import Tuning
from bench.records import digest
from bench.tuning.space import space
from bench.types import Split

if TYPE_CHECKING:
    from bench.plan import Cell

USUAL = Tuning.model_fields["metric"].default
SEARCH = "bench.tuning.search"  # the code of a search belongs to its result


def tuned(
    cell: Cell,
    tuning: Tuning,
    search: dict[str, list[Any]],
    fixed: dict[str, Any],
    split: Split | None,
    description: Description,
) -> list[Cell]:
    """The same algorithm with a search for what is not `fixed`; nothing where it has no such parameter."""
    looked = space(description.tunable, fixed, search) if description.tunable else {}
    if not looked:
        return []
    wanted: dict[str, Any] = {"space": looked, **tuning.model_dump(exclude_none=True)}
    versions = {**cell.versions, **provenance.versions(SEARCH)}
    rest = {**cell.ingredients, "versions": versions, "search": sources.source_hash(SEARCH)}
    usual = looked == space(description.tunable, fixed, {})
    told = budget(wanted) if usual else f"{budget(wanted)}, ranges {digest(looked)[:4]}"
    label = f"{cell.label[:-1]}, {told})" if cell.label.endswith(")") else f"{cell.label} ({told})"
    return [
        replace(
            cell,
            slot=replace(cell.slot, tuning=wanted),
            key=digest(rest),
            label=label,
            problem=cell.problem or _problem(tuning, split, description),
            versions=versions,
            ingredients=rest,
        )
    ]


def asked(tuning: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The budget and the ranges of a stored slot, as a matrix file says them."""
    given = Tuning.model_construct(**{name: value for name, value in tuning.items() if name != "space"})
    search = {name: one.get("choices") or [one["low"], one["high"]] for name, one in tuning["space"].items()}
    return as_said(given), search


def as_said(tuning: Tuning) -> dict[str, Any]:
    """A budget as a matrix file says it."""
    given = tuning.model_dump(exclude_none=True)
    return {**given, "time": f"{given['time']}s"} if "time" in given else given


def budget(tuning: dict[str, Any]) -> str:
    """`tuned, 30 trials, 20 min, by rmse`, or what of it there is; what is usual is not said."""
    trials, seconds = tuning.get("trials"), tuning.get("time")
    said = [f"{trials} trial{'s' if trials > 1 else ''}"] if trials else []
    if seconds:
        said.append(f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s")
    if tuning["metric"] != USUAL:
        said.append(f"by {tuning['metric']}")
    return ", ".join(["tuned", *said])


def _problem(tuning: Tuning, split: Split | None, description: Description) -> str:
    """Why no search can be made here; empty where it can."""
    if split is not None and (split.training().selection or split.training()).validation is None:
        return f"split {split.name!r} has no validation part, and nothing else may be looked at while tuning"
    if tuning.metric == "rmse" and "PREDICT_RATINGS" not in description.can:
        return "predicts no ratings, which tuning by rmse needs"
    return ""
