"""What somebody needs to run the same cells again: the matrix, and where and with what they ran."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bench.records import Record, Slot, canonical
from bench.tuning.planned import asked
from reports.model import Results

SEVERAL = 4  # different values before "and 3 more"


def matrix(results: Results) -> str:
    """A matrix file (TOML) with every data set, split, seed and algorithm of the report, all parameters written out."""
    slots = [cell.record.slot for group in results.groups for row in group.rows for cell in row.cells]
    lines = ["[matrix]"]
    for name, options in (("datasets", [s.dataset for s in slots]), ("splits", [s.split for s in slots])):
        lines.append(f"{name} = [{', '.join(_toml(value) for value in _distinct(options))}]")
    lines.append(f"seeds = {sorted({slot.seed for slot in slots})}")
    lines.append(f"metrics = {_toml(list(results.metrics))}")
    budgets = _distinct([asked(slot.tuning)[0] for slot in slots if slot.tuning])
    lines += [f"tuning = {_toml(budgets[0])}"] if budgets else []
    lines += [f"# and once more with tuning = {_toml(other)}" for other in budgets[1:]]
    for spec in _distinct([_algorithm(slot) for slot in slots]):
        lines += ["", "[[algorithms]]", *(f"{key} = {_toml(value)}" for key, value in spec.items() if value)]
    return "\n".join(lines) + "\n"


def _algorithm(slot: Slot) -> dict[str, Any]:
    """An [[algorithms]] table; what is searched is no parameter."""
    search = asked(slot.tuning)[1] if slot.tuning else {}
    fixed = {name: value for name, value in slot.params.items() if name not in search}
    return {"name": slot.algorithm, "params": fixed, "search": search}


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list({canonical(value): value for value in values}.values())


def _toml(value: Any) -> str:
    """A TOML value on one line; what is None is left out, for TOML has no word for it."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(str(k))} = {_toml(v)}' for k, v in value.items() if v is not None)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(v) for v in value if v is not None)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def flat(value: Any, name: str = "") -> dict[str, str]:
    """Nested facts as one level: {"versions › numpy": "2.4.0"}; empty values are left out."""
    if isinstance(value, Mapping):
        parts = [flat(inner, f"{name} › {key}" if name else str(key)) for key, inner in value.items()]
        return {key: text for part in parts for key, text in part.items()}
    if value is None or value in ("", [], ()):
        return {}
    if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        return {name: ", ".join(map(str, value))}
    if isinstance(value, bool):
        return {name: "yes" if value else "no"}
    return {name: f"{value:,}" if isinstance(value, int) else value if isinstance(value, str) else _other(value)}


def _other(value: Any) -> str:
    """A number, or a structure as JSON."""
    return f"{value:.6g}" if isinstance(value, float) else canonical(value)


def circumstances(records: Iterable[Record]) -> list[tuple[str, str]]:
    """Versions, commit, hardware, threads and limits; where cells differ, every value with the number of its cells."""
    found: dict[str, Counter[str]] = {}
    for record in records:
        facts = {**record.provenance, "limits": _limits(record.limits)}
        if isinstance(facts.get("memory"), int):
            facts["memory"] = f"{facts['memory'] / 1e9:.1f} GB"
        for name, text in flat(facts).items():
            found.setdefault(name, Counter())[text] += 1
    return [(name, _values(counts)) for name, counts in found.items()]


def _limits(limits: Mapping[str, float]) -> dict[str, str]:
    shown = {name: f"{value:g}" for name, value in limits.items()}
    if "time" in limits:
        shown["time"] = f"{limits['time']:g} s"
    if "memory" in limits:
        shown["memory"] = f"{limits['memory'] / 1e9:.1f} GB"
    return shown


def _values(counts: Counter[str]) -> str:
    if len(counts) == 1:
        return next(iter(counts))
    shown = [f"{text} ({n} cells)" for text, n in counts.most_common(SEVERAL)]
    return ", ".join(shown) + (f" and {len(counts) - SEVERAL} more" if len(counts) > SEVERAL else "")
