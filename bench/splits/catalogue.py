"""The split protocols by name."""

from __future__ import annotations

import importlib
from typing import Any

from bench.errors import BadConfig, Unsupported, did_you_mean
from bench.params import Params, build
from bench.splits.divide import divide
from bench.types import Dataset, Split

_MODULES = {"user-time": "user_time", "last-out": "last_out", "random": "random", "given": "given"}


def names() -> dict[str, str]:
    """Every protocol and the first line of its description."""
    first = {name: (_module(name).__doc__ or "").partition("\n")[0] for name in _MODULES}
    return {name: line.partition(": ")[2] for name, line in first.items()}


def options(spec: dict[str, Any]) -> Params:
    """The validated options of {"name": …, options}. Raises BadConfig for unknown names and wrong values."""
    values = {key: value for key, value in spec.items() if key != "name"}
    return build(_module(spec["name"]).Options, values, f"split {spec['name']!r}")


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """The specification with every option written out."""
    return {"name": spec["name"], **options(spec).model_dump(mode="json")}


def make(dataset: Dataset, spec: dict[str, Any]) -> Split:
    """Divide a data set. Raises Unsupported where the protocol cannot be applied to it, with the reason."""
    module, chosen = _module(spec["name"]), options(spec)
    if module.ORDER and not dataset.interactions.ordered:
        raise Unsupported(f"split {spec['name']!r} needs times or an order, and data set {dataset.name!r} has neither")
    params = chosen.model_dump(mode="json")
    if hasattr(module, "make"):
        return module.make(dataset, chosen)  # type: ignore[no-any-return]
    return divide(dataset, spec["name"], params, module.parts(dataset.interactions, chosen))


def _module(name: str) -> Any:
    if name not in _MODULES:
        raise BadConfig(f"unknown split {name!r}{did_you_mean(name, _MODULES)}; `bench list splits` shows all")
    return importlib.import_module(f"bench.splits.{_MODULES[name]}")
