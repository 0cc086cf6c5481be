"""What a class says of itself is complete and true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import bench
from bench import registry
from bench.algorithm import Algorithm, Can, Needs
from bench.conformance.check import Check, NotExamined, require
from bench.conformance.lab import Lab
from bench.errors import BadConfig
from bench.params import Params, build

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _declaration(lab: Lab) -> None:
    cls = lab.cls
    for attribute in ("name", "family"):
        value = getattr(cls, attribute, "")
        require(isinstance(value, str) and value, f"`{attribute}` is not set")
    require(_NAME.fullmatch(cls.name), f"name {cls.name!r} is not lower-case letters, digits and single hyphens")
    require((vars(cls).get("__doc__") or "").strip(), "the class has no docstring of its own")
    require(isinstance(cls.needs, Needs), f"`needs` is {cls.needs!r}, not a bench.algorithm.Needs")
    require(isinstance(cls.can, Can), f"`can` is {cls.can!r}, not a bench.algorithm.Can")
    require(isinstance(cls.Params, type) and issubclass(cls.Params, Params), "`Params` is not a bench.params.Params")
    require(isinstance(cls.paper, str), f"`paper` is {cls.paper!r}, not the key of a reference")
    target = f"{cls.__module__}:{cls.__qualname__}"
    names = [entry.name for entry in registry.entries().values() if entry.target == target]
    require(not names or names == [cls.name], f"its name is {cls.name!r}, and it is registered as {', '.join(names)}")


def _described(lab: Lab) -> None:
    fields = lab.cls.Params.model_fields
    silent = [name for name, field in fields.items() if not (field.description or "").strip()]
    require(not silent, f"no sentence below {', '.join(silent)}")
    needed = [name for name, field in fields.items() if field.is_required()]
    require(not needed, f"no default for {', '.join(needed)}")
    defaults = {name: field.get_default(call_default_factory=True) for name, field in fields.items()}
    try:
        build(lab.cls.Params, defaults, "defaults")
    except BadConfig as error:
        require(False, str(error))


def _cited(lab: Lab) -> None:
    references = Path(bench.__file__).parents[1] / "docs" / "references.bib"
    if not references.is_file():
        raise NotExamined("docs/references.bib is not installed")
    found = re.findall(r"^@\w+\{\s*([^,\s]+)", references.read_text(encoding="utf-8"), re.MULTILINE)
    require(lab.cls.paper in found, f"paper {lab.cls.paper!r} is not in docs/references.bib")


def _ours_with_paper(cls: type[Algorithm[Any]]) -> bool:
    return cls.__module__.startswith("algorithms.") and bool(cls.paper)


CHECKS = (
    Check(
        "declaration", "are name, family, docstring and flags there, and is it registered by its name?", _declaration
    ),
    Check("parameters-described", "has every hyper-parameter a sentence and a valid default?", _described),
    Check("paper-cited", "is its paper in docs/references.bib?", _cited, _ours_with_paper),
)
