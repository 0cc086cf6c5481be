"""The split protocols by name."""

from __future__ import annotations

import importlib
from typing import Any

from bench.errors import BadConfig, Unsupported, did_you_mean
from bench.params import Params, build
from bench.splits.asking import Asking
from bench.splits.divide import divide
from bench.types import Dataset, Split

_MODULES = {
    "random": "random",
    "k-fold": "k_fold",
    "user-time": "user_time",
    "last-out": "last_out",
    "time-cut": "time_cut",
    "user-holdout": "user_holdout",
    "cold-items": "cold_items",
    "cold-users": "cold_users",
    "given": "given",
}


def names() -> dict[str, str]:
    """Every protocol and the first line of its description."""
    first = {name: (_module(name).__doc__ or "").partition("\n")[0] for name in _MODULES}
    return {name: line.partition(": ")[2] for name, line in first.items()}


def options(spec: dict[str, Any]) -> tuple[Params, Asking]:
    """The validated options of {"name": …, options}: those of the protocol, and those that every split has.

    Raises BadConfig for unknown names and wrong values.
    """
    where = f"split {spec['name']!r}"
    every = {key: value for key, value in spec.items() if key in Asking.model_fields}
    own = {key: value for key, value in spec.items() if key != "name" and key not in every}
    asking = build(Asking, every, where)
    assert isinstance(asking, Asking)
    return build(_module(spec["name"]).Options, own, where, Asking.model_fields), asking


def common() -> tuple[str, ...]:
    """The options that every split has."""
    return tuple(Asking.model_fields)


def defaults(name: str) -> dict[str, Any]:
    """The options of a protocol at their defaults, without the number of a fold; nothing for an unknown name."""
    if name not in _MODULES:
        return {}
    try:
        several = [{option: v for option, v in one.items() if option != "name"} for one in expand({"name": name})]
    except BadConfig:  # it needs an option
        return {option: field.default for option, field in _module(name).Options.model_fields.items()}
    return {option: value for option, value in several[0].items() if all(one[option] == value for one in several)}


def expand(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The splits that a specification stands for, with every option of the protocol written out.

    It is several where a protocol has folds or windows and the specification does not choose one of them.
    """
    module, (chosen, asking) = _module(spec["name"]), options(spec)
    several = module.several(chosen) if hasattr(module, "several") else [chosen]
    return [{"name": spec["name"], **one.model_dump(mode="json"), **asking.changed()} for one in several]


def promises(name: str, params: dict[str, Any]) -> str:
    """Before whose test training and histories always are: "everyone"'s, each "user"'s own, or nobody's (empty).

    `params` are the options of the split. It is about data with times.
    """
    if name == "user-holdout" and params.get("by") == "time":
        return "user"
    return {"time-cut": "everyone", "user-time": "user", "last-out": "user", "cold-users": "user"}.get(name, "")


def make(dataset: Dataset, spec: dict[str, Any]) -> Split:
    """Divide a data set.

    Raises Unsupported, with the reason, where the protocol cannot be applied to it; BadConfig where a specification
    stands for several splits.
    """
    several = expand(spec)
    if len(several) > 1:
        one = next(name for name, value in several[0].items() if value != several[1][name])
        said = f"choose one of them, as with {one} = {several[0][one]}"
        raise BadConfig(f"split {spec['name']!r} stands for {len(several)} splits here: {said}")
    module, (chosen, asking) = _module(spec["name"]), options(several[0])
    data = dataset.interactions
    if module.ORDER and not data.ordered:
        raise Unsupported(f"split {spec['name']!r} needs times or an order, and data set {dataset.name!r} has neither")
    if getattr(module, "TIMES", False) and data.times is None:
        raise Unsupported(f"split {spec['name']!r} needs times, and data set {dataset.name!r} has none")
    if hasattr(module, "make"):
        return module.make(dataset, chosen, asking)  # type: ignore[no-any-return]
    try:
        parts = module.parts(data, chosen)
    except Unsupported as error:
        raise Unsupported(f"data set {dataset.name!r}, split {spec['name']!r}: {error}") from None
    return divide(dataset, spec["name"], chosen.model_dump(mode="json"), parts, asking)


def _module(name: str) -> Any:
    if name not in _MODULES:
        raise BadConfig(f"unknown split {name!r}{did_you_mean(name, _MODULES)}; `bench list splits` shows all")
    return importlib.import_module(f"bench.splits.{_MODULES[name]}")
