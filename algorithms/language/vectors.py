"""A vector of each item: what a language model makes of its text, or what the user has."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from pydantic import Field, field_validator

from algorithms.language import kept
from algorithms.language.texts import Template, rendered
from algorithms.neural.isolation import find_device, thread_limit
from bench.errors import BadConfig, BadData, Unsupported
from bench.files import sha256
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
    vectors: str = Field(default="")
    """A file .npy with a vector for each item, in the order of the catalogue, to be taken instead of the model's."""

    @field_validator("vectors")
    @classmethod
    def _file(cls, vectors: str) -> str:
        return str(Path(vectors).expanduser().absolute()) if vectors else ""


class GeneratorParams(VectorParams):
    """The same with a GPT-type model."""

    kind: ClassVar[Kind] = "generator"
    model: ModelName = Field(default=GENERATOR.name)
    """A packaged model (`bench models list`), or a folder in the form of Hugging Face."""


def content(params: VectorParams) -> dict[str, str]:
    """SHA-256 of the files that decide the vectors. Raises as `folder_of` does, and BadConfig without the file."""
    if not params.vectors:
        return {"model": identity(folder_of(params.model, params.kind))}
    return {"vectors": sha256(_file(params.vectors))}


def item_vectors(items: Side, params: VectorParams, device: str, threads: int) -> Floats:
    """(n, d) float32; NaN for an item without a text.

    Raises Unsupported where no item has a text, as `folder_of` and `opened` do, and BadData where a file of vectors is
    not what it should be.
    """
    if params.vectors:
        return _own(_file(params.vectors), len(items))
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


def unit(vectors: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1))


def reader(kind: Kind, folder: Path, on: torch.device) -> Reader:
    """The loaded model of a folder. Raises as `opened` does."""
    from algorithms.language.encoder import Encoder
    from algorithms.language.generator import Generator
    from algorithms.language.reading import opened

    make: Callable[[Path, torch.device], Reader] = Encoder if kind == "encoder" else Generator
    return opened(make, folder, on)


def _file(vectors: str) -> Path:
    path = Path(vectors)
    if not path.is_file():
        raise BadConfig(f"vectors: there is no file {path}")
    return path


def _own(path: Path, n_items: int) -> Floats:
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: no array of numbers in the form .npy ({reason})") from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiu" or found.ndim != 2 or found.shape[1] == 0:
        raise BadData(f"{path}: expected a matrix of numbers, one row for each item")
    if len(found) != n_items:
        raise BadData(f"{path}: {len(found):,} rows, and the catalogue has {n_items:,} items")
    vectors = found.astype(np.float32)
    wrong = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(wrong):
        raise BadData(f"{path}: {len(wrong)} rows have numbers that are not finite, the first is row {wrong[0] + 1}")
    return vectors
