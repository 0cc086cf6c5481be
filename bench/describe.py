"""What algorithms say of themselves, asked in a process of its own, so that no plug-in can break the harness.

python -m bench.describe      reads [[name, params], …] as JSON on standard input, answers one JSON line for each
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Wanted = tuple[str, dict[str, Any]]
TIME_LIMIT = 120  # seconds for importing everything that is asked for


@dataclass(frozen=True)
class Description:
    """A class as far as planning needs it. `unavailable` and `wrong` are empty when all is well."""

    params: dict[str, Any] = field(default_factory=dict)  # all of them, validated, as far as the class can be had
    changed: dict[str, Any] = field(default_factory=dict)  # those that are not at their default
    needs: list[str] = field(default_factory=list)
    can: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)  # names of the algorithms inside a hybrid
    content: dict[str, str] = field(default_factory=dict)  # SHA-256 of files that parameters name
    tunable: dict[str, dict[str, Any]] = field(default_factory=dict)  # see `bench.tuning.space.tunable`
    family: str = ""
    unavailable: str = ""  # why it cannot be imported here
    wrong: str = ""  # what is wrong with the parameters


def describe(wanted: list[Wanted]) -> list[Description]:
    """One description for each (name, params). A crash while importing makes that one unavailable, and no other."""
    found: list[Description] = []
    while len(found) < len(wanted):
        lines, end = _ask(wanted[len(found) :])
        found.extend(Description(**line) for line in lines)
        if len(found) < len(wanted):
            name = wanted[len(found)][0]
            found.append(Description(unavailable=f"algorithm {name!r} is unavailable: {end} while it was imported"))
    return found


def _ask(wanted: list[Wanted]) -> tuple[list[dict[str, Any]], str]:
    """The answers that came, and how the process ended."""
    command = [sys.executable, "-P", "-m", "bench.describe"]
    try:
        done = subprocess.run(
            command, check=False, input=json.dumps(wanted).encode(), capture_output=True, timeout=TIME_LIMIT
        )
        output, end = done.stdout, _end(done.returncode)
    except subprocess.TimeoutExpired as error:
        output, end = error.stdout or b"", f"no answer in {TIME_LIMIT} s"
    lines = []
    for line in output.splitlines():
        with contextlib.suppress(ValueError):  # half a line of a crashed process
            lines.append(json.loads(line))
    return lines, end


def _end(code: int) -> str:
    return f"crashed({signal.Signals(-code).name})" if code < 0 else f"the process ended (exit code {code})"


def _one(name: str, values: dict[str, Any]) -> dict[str, Any]:
    from bench import registry
    from bench.errors import BadConfig, Unsupported
    from bench.params import build
    from bench.tuning.space import tunable

    every: dict[str, Any] = {}
    try:
        cls = registry.load(name)
        params = build(cls.Params, values, f"algorithm {name!r}")
        every = params.model_dump(mode="json")
        (needs, can), parts, content = cls.abilities(params), cls.parts(params), cls.content(params)
    except Unsupported as error:
        return {"params": every, "unavailable": str(error)}
    except BadConfig as error:
        return {"wrong": str(error)}
    return {
        "params": every,
        "changed": {key: _shown(value, parts) for key, value in _changed(cls, every).items()},
        "needs": [flag.name for flag in needs],
        "can": [flag.name for flag in can],
        "parts": parts,
        "content": content,
        "tunable": tunable(cls.Params),
        "family": cls.family,
    }


def _changed(cls: Any, every: dict[str, Any]) -> dict[str, Any]:
    """The parameters that are not at the default of the class."""
    from pydantic_core import to_jsonable_python

    usual = to_jsonable_python(
        {n: f.get_default(call_default_factory=True) for n, f in cls.Params.model_fields.items()}
    )
    return {key: value for key, value in every.items() if value != usual.get(key)}


def _shown(value: Any, parts: list[str]) -> Any:
    """A part of a hybrid by its name and what is changed there: `ease (l2=200.0)`; any other value as it is."""
    from bench import registry

    if not (isinstance(value, dict) and value.get("name") in parts):
        return value
    changed = _changed(registry.load(value["name"]), value["params"])
    said = ", ".join(f"{key}={_shown(inner, parts)}" for key, inner in changed.items())
    return f"{value['name']} ({said})" if said else value["name"]


def main() -> None:
    """Answer on standard output; whatever plug-ins print while they are imported goes nowhere."""
    wanted = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        for name, values in wanted:
            answers.write(json.dumps(_one(name, values)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
