"""The process of a script: started, asked by lines of JSON, and ended with the object that stands for it."""

from __future__ import annotations

import json
import os
import subprocess
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from algorithms.external import host
from bench.errors import BadConfig, BenchError, InvalidOutput, Unsupported
from bench.records import digest

HOST = Path(host.__file__)
PATIENCE = 60  # seconds in which a Python must say which packages it has
GRACE = 5  # seconds between the last word of a process and its end
LONGEST = 1 << 20  # bytes of an answer


class PeerFailed(BenchError):
    """A script raised an error, or its process ended."""


class Peer:
    """A script in a process of its own; its arrays travel through files in `folder`, its prints go to our log."""

    def __init__(self, python: str, script: Path, folder: Path) -> None:
        self.python, self.script = python, script
        command = [python, str(HOST), str(script), str(folder)]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=_environment())
        except OSError as error:
            raise _no_python(python, error) from None
        self.end = weakref.finalize(self, _end, self._process)

    def ask(self, what: str) -> None:
        """Let it `fit` or `score`, and wait until that is done.

        Raises Unsupported where it lacks a package or says that it cannot, PeerFailed where it raised anything else or
        its process ended, MemoryError as it did, and InvalidOutput for an answer that is none.
        """
        told, heard = self._process.stdin, self._process.stdout
        if told is None or heard is None:
            raise PeerFailed(f"{self.script.name} has no pipes")
        with suppress(BrokenPipeError):  # then there is nothing to read either
            told.write(json.dumps(what).encode() + b"\n")
            told.flush()
        line = heard.readline(LONGEST)
        if not line:
            raise PeerFailed(f"{self.script.name}: its process {self._how_it_ended()} during `{what}`")
        match _parsed(line):
            case {"done": done} if done == what:
                return
            case {"missing": str(package)}:
                raise Unsupported(f"{self.script.name}: package {package!r} is not installed for {self.python}")
            case {"unsupported": str(text)}:
                raise Unsupported(f"{self.script.name}: {text}")
            case {"memory": str(text)}:
                raise MemoryError(f"{self.script.name}: {text}")
            case {"failed": str(text)}:
                raise PeerFailed(f"{self.script.name}: {text}")
        raise InvalidOutput(f"{self.script.name} answered `{what}` with {line[:80]!r}")

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "closed its output"
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


@cache
def packages(python: str) -> str:
    """SHA-256 of the version of a Python and of all packages installed for it. Raises BadConfig where it is none."""
    try:
        done = subprocess.run(
            [python, str(HOST)],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        raise BadConfig(f"env: {python} did not say within {PATIENCE} s which packages it has") from None
    except OSError as error:
        raise _no_python(python, error) from None
    found = _parsed(done.stdout)
    if not isinstance(found, dict):
        raise BadConfig(f"env: {python} does not answer as a Python does (exit code {done.returncode})")
    return digest(found)


def _no_python(python: str, error: OSError) -> BadConfig:
    return BadConfig(f"env: {python} cannot be run ({error.strerror or error})")


def _parsed(line: bytes) -> Any:
    """The JSON in a line, or None."""
    with suppress(ValueError):
        return json.loads(line)
    return None


def _environment() -> dict[str, str]:
    """Ours, without what would bring our packages into an environment that has its own."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
