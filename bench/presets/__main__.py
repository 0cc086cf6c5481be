"""`python -m bench.presets STORE`: the best settings of the searches in a store become those that are shipped."""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.presets import FOLDER, _file
from bench.records import Record
from bench.store import Store
from bench.tuning.planned import budget


def main() -> int:
    """Write a file for each data set; algorithms without a search in the store keep what they have."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for record in Store(sys.argv[1]).latest().values():
        if record.status == "ok" and record.tuning.get("best") is not None and set(record.slot.dataset) == {"name"}:
            found.setdefault(record.slot.dataset["name"], {})[record.slot.algorithm] = _entry(record)
    for dataset, entries in found.items():
        every = sorted({**_file(dataset), **entries}.items())
        text = "".join(_table(name, entry) for name, entry in every)
        (FOLDER / f"{dataset}.toml").write_text(text.lstrip(), encoding="utf-8")
        sys.stdout.write(f"{dataset}: {', '.join(entries)}\n")
    return 0


def _entry(record: Record) -> dict[str, Any]:
    """The parameters, and the search that found them."""
    trials, best = record.tuning["trials"], record.tuning["best"]
    tuning: dict[str, Any] = record.slot.tuning or {}
    return {
        "params": trials[best]["params"],
        "split": record.slot.split,
        "metric": tuning["metric"],
        "budget": budget(tuning).removeprefix("tuned, "),
        "space": tuning["space"],
        "seed": record.slot.seed,
        "trial": best,
        "validation": trials[best]["value"],
        "validation_defaults": trials[0]["value"],
        "seconds": round(sum(trial["seconds"] for trial in trials), 1),
        "commit": str(record.provenance.get("commit", "")),
    }


def _table(name: str, entry: dict[str, Any]) -> str:
    return f"\n[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items())


def _toml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(v)}" for key, v in value.items() if v is not None)
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
