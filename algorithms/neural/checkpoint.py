"""Progress of a training run on disk, so that a killed attempt goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.algorithm import Algorithm
from bench.errors import BadData
from bench.types import Training

FILE = "checkpoint.pt"
_DAMAGE = (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError)


@dataclass
class Progress:
    """What training must remember between two epochs. Each epoch seeds its own random numbers: they need no place."""

    curve: list[dict[str, float]] = field(default_factory=list)  # what was reported, one entry per epoch
    first_loss: float | None = None  # of the very first batch
    steps: int = 0  # taken so far
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimiser: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)  # the weights of the best epoch


def identity(algorithm: Algorithm[Any], train: Training) -> str:
    """SHA-256 of all that decides the weights: name, parameters, seed, training and validation interactions."""
    facts = [algorithm.name, algorithm.params.model_dump(mode="json"), algorithm.seed]
    hashed = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    parts: list[Any] = [train.interactions]
    if train.validation is not None:
        parts += [train.validation, train.validation.query]
    for part in parts:
        for value in (getattr(part, column.name) for column in fields(part)):
            hashed.update(value.tobytes() if isinstance(value, np.ndarray) else b"-")
    return hashed.hexdigest()


class Checkpoint:
    """One file in `folder` (none is kept where that is None). A file of another `identity` counts as absent."""

    def __init__(self, folder: Path | None, identity: str) -> None:
        self.path = None if folder is None else folder / FILE
        self.identity = identity

    def read(self, device: torch.device) -> Progress:
        """The progress kept, or none. Raises BadData for a damaged file."""
        if self.path is None or not self.path.exists():
            return Progress()
        try:
            kept = torch.load(self.path, map_location=device, weights_only=True)
            return Progress(**kept["progress"]) if kept["identity"] == self.identity else Progress()
        except _DAMAGE as error:
            reason = f"{type(error).__name__}: delete it to train from the beginning"
            raise BadData(f"{self.path}: damaged checkpoint ({reason})") from None

    def write(self, progress: Progress) -> None:
        """Replace the file at once: a kill leaves the old one or the new one."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            torch.save({"identity": self.identity, "progress": vars(progress)}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)


def forget(folder: Path | None) -> None:
    """Leave no checkpoint behind: training is over, and the next one starts from scratch."""
    if folder is not None:
        (folder / FILE).unlink(missing_ok=True)
