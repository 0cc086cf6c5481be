"""A vector of each item: what a language model makes of its text, or what the user has."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from pydantic import Field

from algorithms import vector_file
from algorithms.file_name import FileName
from algorithms.language import kept
from algorithms.language.texts import Template, rendered
from algorithms.neural.isolation import find_device, thread_limit
from bench.algorithm import Needs
from bench.errors import Unsupported
from bench.models.catalogue import ENCODER, GENERATOR, Kind
from bench.models.folders import ModelName, folder_of, identity
from bench.params import Params, number
from bench.records import digest
from bench.types import Floats, Side

if TYPE_CHECKING:
    from algorithms.language.reading import Reader

_LIBRARIES = ("torch", "transformers", "sentence-transformers")  # another version may read a text differently


class VectorParams(Params):
    """Which text of an item is read, by which model."""

    kind: ClassVar[Kind] = "encoder"
    model: ModelName = Field(default=ENCODER.name)
    """A packaged model (`bench models list`), or a folder in the form of Hugging Face."""
    template: Template = Field(default="{text}")
    """The text of an item, made of {title}, {features} and {text}."""
    max_tokens: int = number(256, low=1, high=100_000)
    """Tokens of a text that are read, no more than the model takes."""
    vectors: FileName = Field(default="")
    """A file .npy with a vector for each item, in the order of the catalogue, to be taken instead of the model's."""


class GeneratorParams(VectorParams):
    """The same with a GPT-type model."""

    kind: ClassVar[Kind] = "generator"
    model: ModelName = Field(default=GENERATOR.name)
    """A packaged model (`bench models list`), or a folder in the form of Hugging Face."""


def needs(usual: Needs, params: VectorParams) -> Needs:
    """The usual needs of an algorithm, without texts where the vectors are given."""
    return usual & ~Needs.ITEM_TEXT if params.vectors else usual


def content(params: VectorParams) -> dict[str, str]:
    """SHA-256 of the files that decide the vectors. Raises as `folder_of` does, and BadConfig without the file."""
    if not params.vectors:
        return {"model": identity(folder_of(params.model, params.kind))}
    return {"vectors": vector_file.sha256(params.vectors)}


def item_vectors(items: Side, params: VectorParams, device: str, threads: int) -> Floats:
    """(n, d) float32; NaN for an item without a text.

    Raises Unsupported where no item has a text, as `folder_of` and `opened` do, and as `vector_file.read` does where
    the vectors are given.
    """
    if params.vectors:
        return vector_file.read(params.vectors, len(items))
    texts = rendered(items, params.template)
    distinct = sorted({text for text in texts if text})
    if not distinct:
        raise Unsupported(f"no item of the data set has a text for the template {params.template!r}")
    row = {text: place for place, text in enumerate(distinct)}
    found = text_vectors(distinct, params, device, threads)
    vectors = np.full((len(items), found.shape[1]), np.nan, np.float32)
    described = np.array([bool(text) for text in texts])
    vectors[described] = found[[row[text] for text in texts if text]]
    return vectors


def text_vectors(texts: list[str], params: VectorParams, device: str, threads: int) -> Floats:
    """(n, d) float32 of different texts, from the cache where they are there; NaN for one without a token.

    Raises as `folder_of` and `opened` do.
    """
    folder, on = folder_of(params.model, params.kind), find_device(device)
    versions = {name: version(name) for name in _LIBRARIES}
    key = digest([identity(folder), params.kind, params.max_tokens, on.type, versions])

    def compute(missing: list[str]) -> kept.Computed:
        from algorithms.language.reading import read

        with thread_limit(threads):
            yield from read(reader(params.kind, folder, on), missing, params.max_tokens, on)

    return kept.vectors(key, texts, compute)


def unchanged(params: VectorParams, model: str) -> Path:
    """The folder of the model. Raises as `folder_of` does, and Unsupported where its SHA-256 is no longer `model`."""
    folder = folder_of(params.model, params.kind)
    if identity(folder) != model:
        raise Unsupported(f"model {params.model!r} is another one than that which read the items")
    return folder


def reader(kind: Kind, folder: Path, on: torch.device) -> Reader:
    """The loaded model of a folder. Raises as `opened` does."""
    from algorithms.language.encoder import Encoder
    from algorithms.language.generator import Generator
    from algorithms.language.reading import opened

    make: Callable[[Path, torch.device], Reader] = Encoder if kind == "encoder" else Generator
    return opened(make, folder, on)
