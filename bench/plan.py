"""From a matrix to cells: every combination with its key, and why it would run or not."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import or_
from typing import Any

import numpy as np

from bench import presets, provenance, registry, sources
from bench.algorithm import Needs
from bench.datasets import catalogue as datasets
from bench.describe import Description, describe
from bench.errors import BadConfig, BenchError, StoreError, Unsupported
from bench.evaluation import LIST_LENGTH
from bench.limits import LIMITED_PHASES, Limits
from bench.matrix import AlgorithmSpec, Matrix
from bench.metrics import registry as metrics
from bench.needs import in_words, unmet
from bench.planned import Planned
from bench.records import FORMAT, Record, Slot, digest
from bench.splits import catalogue as splits
from bench.store import Store
from bench.tuning.planned import tuned
from bench.tuning.space import space
from bench.types import Dataset, Split

FINAL = ("ok", "failed", "crashed", "invalid_output", "no_result")  # the same code would do the same again
LIMITED = {"timeout": "time", "oom": "memory"}  # these run again when that limit is raised
RAISED = 1.1  # a limit counts as raised from here on; what happens to be free varies a little
RERUN = ("missing", "failed", "stale", "all")


@dataclass(frozen=True)
class Cell:
    """One thing to run. `problem` is why it is skipped; `split` is None where the data cannot be divided."""

    slot: Slot
    key: str
    label: str
    family: str
    limits: Limits
    problem: str = ""
    split: Planned | None = field(default=None, repr=False)
    versions: dict[str, str] = field(default_factory=dict)
    ingredients: dict[str, Any] = field(default_factory=dict, repr=False)  # what the key is made of beside the slot
    interactions: int = 0  # of the data set
    parts: tuple[str, ...] = ()  # algorithms inside this one


@dataclass(frozen=True)
class Decision:
    """Whether a cell runs, and the reason in a word or two."""

    cell: Cell
    runs: bool
    reason: str
    record: Record | None = None  # the stored result that stands for the cell if it does not run


def check(matrix: Matrix) -> list[Description]:
    """Check every name and value in a matrix. One description for each variant of each algorithm, in order.

    Raises BadConfig with all errors, one a line, with their place in the file.
    """
    axes = matrix.matrix
    metric = partial(metrics.parse, list_length=LIST_LENGTH)
    tried: list[tuple[Any, list[Any]]] = [
        (datasets.check_spec, axes.datasets),
        (splits.options, axes.varied()),
        (metric, axes.metrics),
    ]
    problems = [
        matrix.where(text) for function, values in tried for value in values for text in _problems(function, value)
    ]
    wanted = [(i, spec.name, params) for i, spec in enumerate(matrix.algorithms) for params in spec.variants()]
    known = {spec.name for spec in matrix.algorithms if not _problems(registry.find, spec.name)}
    found = iter(describe([(name, params) for _, name, params in wanted if name in known]))
    descriptions = [next(found) if name in known else Description() for _, name, _ in wanted]
    for (number, name, params), description in zip(wanted, descriptions, strict=True):
        wrong = description.wrong.splitlines() if name in known else _problems(registry.find, name)
        if name in known and not wrong and not description.unavailable:
            wrong = _problems(partial(space, description.tunable, params), matrix.algorithms[number].search)
        problems.extend(matrix.where(text, number) for text in wrong)
    if problems:
        raise BadConfig("\n".join(dict.fromkeys(problems)))
    return descriptions


def cells(matrix: Matrix, device: str = "cpu") -> list[Cell]:
    """Every cell of the matrix, data set by data set, in the order of the file."""
    usual, tuning = check(matrix), matrix.matrix.tuning
    variants = [(spec, params) for spec in matrix.algorithms for params in spec.variants()]
    found = []
    for dataset_spec in matrix.matrix.datasets:
        dataset = datasets.load(dataset_spec)
        descriptions = usual if matrix.matrix.preset == "defaults" else _with_presets(variants, dataset_spec)
        for split_spec in (one for spec in matrix.matrix.varied() for one in splits.expand(spec)):
            split, problem = _split(dataset, split_spec)
            demands = _demands(split)
            planned = Planned.of(dataset_spec, split_spec, split) if split else None
            for (spec, params), description in zip(variants, descriptions, strict=True):
                base = _cell(spec, description, dataset_spec, split_spec, dataset, split, device)
                base = replace(base, problem=problem or base.problem or _unable(description, demands), split=planned)
                alike = [base, *(tuned(base, tuning, spec.search, params, split, description) if tuning else [])]
                for seed, one in itertools.product(matrix.matrix.seeds, alike):
                    slot = replace(one.slot, seed=seed)
                    key = digest({"slot": slot.facts, "rest": one.key})
                    found.append(replace(one, slot=slot, key=key))
    return list({cell.key: cell for cell in found}.values())  # what is said twice runs once


def _with_presets(variants: list[tuple[AlgorithmSpec, dict[str, Any]]], dataset: dict[str, Any]) -> list[Description]:
    """Every variant with the tuned parameters for this data set, where there are any and it does not name its own.

    Raises BadConfig where they no longer fit the algorithm.
    """
    asked = [(spec.name, {**(presets.tuned(dataset, spec.name) or {}), **params}) for spec, params in variants]
    found = describe(asked)
    if wrong := [line for one in found for line in one.wrong.splitlines()]:
        raise BadConfig("\n".join(f"preset for data set {dataset['name']!r}: {line}" for line in wrong))
    return found


def decide(
    planned: list[Cell], store: Store | None, rerun: str, limits: Limits, records: list[Record] | None = None
) -> list[Decision]:
    """For each cell whether it runs under the policy `rerun`, given what the store holds.

    `records` are those of the store where they have been read already.
    """
    best = store.best(records) if store else {}
    slots = {record.slot.id for record in best.values()}
    decisions = [_decide(cell, best.get(cell.key), cell.slot.id in slots, rerun, limits) for cell in planned]
    return [_repaired(decision, store) for decision in decisions] if store and rerun == "failed" else decisions


def limits_of(cell: Cell, usual: Limits) -> Limits:
    """The cell's own limits, and the usual ones where it has none."""
    return Limits.model_construct(time=cell.limits.time or usual.time, memory=cell.limits.memory or usual.memory)


def _decide(cell: Cell, record: Record | None, known_slot: bool, rerun: str, usual: Limits) -> Decision:
    if record is None:
        stale = known_slot and not cell.problem
        return Decision(cell, stale or rerun != "stale", "stale: code, data or a library changed" if stale else "new")
    if rerun in ("all", "stale"):
        return Decision(cell, rerun == "all", "asked for" if rerun == "all" else "current", record)
    if record.status in ("ok", "skipped"):
        changed = record.status == "skipped" and not cell.problem
        return Decision(cell, changed, "done" if record.status == "ok" else "skipped", record)
    raised = raised_limit(record, cell, usual)
    runs = bool(raised) or rerun == "failed" or record.status not in (*FINAL, *LIMITED)
    return Decision(cell, runs, f"{record.status}, limit raised" if raised else record.status, record)


def raised_limit(record: Record, cell: Cell, usual: Limits) -> str:
    """The limit that has more room now than when the cell ran into one of its kind; empty when none has."""
    limit = LIMITED.get(record.status)
    if limit is None:
        return ""
    if (getattr(limits_of(cell, usual), limit) or 0) > RAISED * record.limits.get(limit, 0):
        return limit
    phases = cell.limits.phases()
    before = {name: record.limits[name] for name in LIMITED_PHASES if limit == "time" and name in record.limits}
    return next((name for name, old in before.items() if phases.get(name, math.inf) > RAISED * old), "")


def _repaired(decision: Decision, store: Store) -> Decision:
    """A cell whose stored answers are damaged runs again."""
    if decision.runs or decision.record is None or decision.record.status != "ok":
        return decision
    try:
        store.answers(decision.record)
    except StoreError:
        return replace(decision, runs=True, reason="corrupt")
    return decision


def _cell(
    spec: AlgorithmSpec,
    description: Description,
    dataset_spec: dict[str, Any],
    split_spec: dict[str, Any],
    dataset: Dataset,
    split: Split | None,
    device: str,
) -> Cell:
    modules = [registry.find(name).module for name in (spec.name, *description.parts)]
    versions = {} if description.unavailable else {n: v for m in modules for n, v in provenance.versions(m).items()}
    rest = {
        "data": dataset.fingerprint,
        "split": split.fingerprint if split else None,
        "source": sources.source_hash(*modules) if not description.unavailable else None,
        "versions": versions,
        "device": device,
        "format": FORMAT,
        **({"content": description.content} if description.content else {}),
    }
    params = description.params or spec.params
    slot = Slot(dataset_spec, split_spec, spec.name, params, 0)
    return Cell(
        slot=slot,
        key=digest(rest),
        label=_label(spec.name, description.changed),
        family=description.family or registry.find(spec.name).family,
        limits=spec.limits,
        problem=description.unavailable or _unmet(description, dataset, split, device),
        versions=versions,
        ingredients=rest,
        interactions=len(dataset.interactions),
        parts=tuple(description.parts),
    )


def _label(name: str, changed: dict[str, Any]) -> str:
    """The algorithm and what is not at its default: `item-knn (similarity=pearson)`."""
    values = ", ".join(f"{k}={v if isinstance(v, str) else json.dumps(v)}" for k, v in sorted(changed.items()))
    return f"{name} ({values})" if values else name


def _unmet(description: Description, dataset: Dataset, split: Split | None, device: str) -> str:
    """The first need of the algorithm that the data does not meet: what a `given` split brings along may have less."""
    data = dataset.interactions if split is None else split.learnt
    needs = reduce(or_, (Needs[name] for name in description.needs), Needs.NOTHING)
    lacking = unmet(needs, data, dataset.items, dataset.users, device)
    if not lacking:
        return ""
    if lacking is Needs.GPU:
        return "no GPU: it needs one, and this run has none (--device cuda)"
    where = f"data set {dataset.name!r}"
    if split is not None and split.name == "given":
        where = f"split 'given' of {where}"
    return f"needs {in_words(lacking)}, which {where} does not have"


def _demands(split: Split | None) -> dict[str, str]:
    """What an algorithm must be able to do here, and why every answer would be a guess otherwise."""
    if split is None:
        return {}
    trained = np.zeros(split.train.n_items, np.bool_)
    trained[split.learnt.items] = True
    demands = {}
    if not (split.test.query.users >= 0).any():
        asked = f"all {len(split.test)} questions of split {split.name!r} are asked by users not in training"
        demands["SERVE_NEW_USERS"] = f"serves no new users, and {asked}"
    if not trained[split.test.items].any():
        held = f"none of the {len(split.test.items)} held-out items of split {split.name!r} is in training"
        demands["SCORE_NEW_ITEMS"] = f"scores no new items, and {held}"
    return demands


def _unable(description: Description, demands: dict[str, str]) -> str:
    """The first demand of the split that the algorithm does not promise to meet."""
    return next((why for ability, why in demands.items() if ability not in description.can), "")


def _split(dataset: Dataset, spec: dict[str, Any]) -> tuple[Split | None, str]:
    try:
        return splits.make(dataset, spec), ""
    except Unsupported as error:
        return None, str(error)


def _problems(function: Any, value: Any) -> list[str]:
    """What `function` has against `value`, a line each."""
    try:
        function(value)
    except BenchError as error:
        return str(error).splitlines()
    return []
