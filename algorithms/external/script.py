"""A script in a Python of its own: the model of another library on our data, splits and metrics."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from pydantic import Field

from algorithms.external import exchange
from algorithms.external.peer import HOST, Peer, packages
from algorithms.file_name import FileName
from bench import files, persistence
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import BadConfig, Unsupported
from bench.params import Params, choice
from bench.records import digest
from bench.types import Floats, Query, Training

EXAMPLE = HOST.with_name("similar.py")


class ExternalParams(Params):
    """Which script, in which Python, with which options."""

    env: FileName = Field(default="")
    """The Python that runs the script, such as venv/bin/python; empty: the one that runs us."""
    script: FileName = Field(default="")
    """A Python file with `fit` and `score`; empty: an example, cosines between items."""
    options: dict[str, Any] = Field(default_factory=dict)
    """A table of values for the script."""
    new_users: bool = choice(False, tune=False)
    """Whether the script answers for users whom training does not know, from their histories."""


class External(Algorithm[ExternalParams]):
    """s(q, ·) = what a script answers that has learnt from the same interactions; `host.py` says what it is given.

    The script knows users and items by our numbers, and sees nothing else: no ids, no side data, no validation part, no
    candidates. Splitting, hiding, ranking and measuring stay ours. Without `new_users` a question of a user whom
    training does not know gets NaN, and the script is not asked.
    """

    name = "external"
    family = "external"
    Params = ExternalParams

    @classmethod
    def abilities(cls, params: ExternalParams) -> tuple[Needs, Can]:
        """New users are served where the parameters say that the script does."""
        return cls.needs, cls.can | Can.SERVE_NEW_USERS if params.new_users else cls.can

    @classmethod
    def content(cls, params: ExternalParams) -> dict[str, str]:
        """SHA-256 of the script, of what runs it, and of the versions of all packages that it may import.

        Raises BadConfig where there is no such script or Python.
        """
        script, python = _script(params), params.env or sys.executable
        return {"script": files.sha256(script), "host": files.sha256(HOST), "packages": packages(python)}

    def fit(self, train: Training) -> None:
        """Let the script learn. Raises as `Peer.ask` does, and BadConfig where there is no such script or Python."""
        facts = {"seed": self.seed, "threads": self.threads, "device": self.device, "options": self.params.options}
        # A cell works in a folder of its own, which is removed with it, however it ends.
        folder = TemporaryDirectory(prefix="peer-", dir=Path.cwd() if train.scratch else None)
        exchange.write_training(train.interactions, facts, Path(folder.name))
        self._start(folder)

    def score(self, query: Query) -> Floats:
        """(b, n_items) what the script answers. Raises as `Peer.ask` and `read_scores` do."""
        asked = np.full(len(query), True) if self.params.new_users else query.users >= 0
        scores = np.full((len(query), query.n_items), np.nan, np.float32)
        if asked.any():
            folder = Path(self._folder.name)
            exchange.write_questions(query, asked, folder)
            self._peer.ask("score")
            scores[asked] = exchange.read_scores(folder, scores[asked].shape, self._peer.script.name)
        return scores

    def save(self, folder: Path) -> None:
        """Write what was learnt from: what was learnt lies in the process of the script, which learns again."""
        facts = {"seed": self.seed, "threads": self.threads, "device": self.device}
        persistence.save({"params": self.params, "content": digest(self.content(self.params)), **facts}, folder)
        shutil.copytree(Path(self._folder.name, exchange.DATA), folder / exchange.DATA)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The algorithm, its script having learnt again. Raises Unsupported where that is another one by now."""
        state = persistence.load(folder, cls.Params)
        params = state.pop("params")
        if digest(cls.content(params)) != state.pop("content"):
            raise Unsupported("the script or a package in its environment is no longer what the model was kept with")
        algorithm = cls(params, **state)
        again = TemporaryDirectory(prefix="peer-")
        shutil.copytree(folder / exchange.DATA, Path(again.name, exchange.DATA))
        algorithm._start(again)
        return algorithm

    def _start(self, folder: TemporaryDirectory[str]) -> None:
        self._folder = folder
        self._peer = Peer(self.params.env or sys.executable, _script(self.params), Path(folder.name))
        self._peer.ask("fit")


def _script(params: ExternalParams) -> Path:
    script = Path(params.script) if params.script else EXAMPLE
    if not script.is_file():
        raise BadConfig(f"script: there is no file {script}")
    return script
