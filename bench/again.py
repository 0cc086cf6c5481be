"""The cell of a stored record, planned with the code, data and libraries of today."""

from __future__ import annotations

from bench import plan
from bench.limits import Tuning
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.plan import Cell
from bench.records import Record
from bench.tuning.planned import asked


def cell_of(record: Record) -> Cell:
    """The cell of a one-cell matrix made of the record's slot. Raises BadConfig where it cannot be planned."""
    slot = record.slot
    budget, search = asked(slot.tuning) if slot.tuning else ({}, {})
    tuning = Tuning(**budget) if budget else None
    axes = Axes(datasets=[slot.dataset], splits=[slot.split], seeds=[slot.seed], tuning=tuning)
    fixed = {name: value for name, value in slot.params.items() if name not in search}
    spec = AlgorithmSpec(name=slot.algorithm, params=fixed, search=search)
    *_, cell = plan.cells(Matrix(matrix=axes, algorithms=[spec]), record.provenance.get("device", "cpu"))
    return cell  # the tuned one is the last


def changes(before: Record, cell: Cell) -> tuple[str, ...]:
    """What makes the key of today another one, in words, one for each thing; empty where it is the same."""
    if cell.key == before.key:
        return ()
    found = []
    if cell.split is not None and cell.split.data_fingerprint != before.data_hash:
        found.append("the data changed")
    elif cell.split is not None and cell.split.fingerprint != before.split_hash:
        found.append("the split changed")
    if cell.slot != before.slot:
        found.append("the slot changed: options or parameters have other names or defaults")
    then, now = before.provenance.get("versions", {}), cell.versions
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            found.append(f"{name} {then.get(name, 'not there')} → {now.get(name, 'not there')}")
    return tuple(found) or ("the code of the algorithm changed",)  # data and libraries are as they were
