"""Where a language model is, whether it is of the right kind, and whether it fits into memory."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from bench import memory
from bench.datasets.cache import Hashes
from bench.errors import BadConfig, Unsupported, did_you_mean
from bench.models.catalogue import MODELS, Kind

_GENERATORS = ("ForCausalLM", "LMHeadModel")  # how the architecture of a GPT-type model is called
_NARROW = {"float16": 2, "bfloat16": 2}  # bytes of a weight on disk; in memory it has four
_WORDS = {"encoder": "an encoder (BERT type)", "generator": "a generator (GPT type)"}


def absolute(model: str) -> str:
    """A name of a packaged model as it is, a folder from the root: a cell runs in a folder of its own."""
    return model if model in MODELS else str(Path(model).expanduser().absolute())


ModelName = Annotated[str, AfterValidator(absolute)]


def folder_of(model: str, kind: Kind) -> Path:
    """The folder of a packaged model, or the one that `model` names.

    Raises Unsupported where a packaged model is not on this machine, and BadConfig where there is no folder of that
    name, or it holds no model of this kind with its weights in .safetensors.
    """
    if model in MODELS:
        folder = MODELS[model].path()
        if folder is None:
            raise Unsupported(f"model {model!r} is not on this machine; {MODELS[model].how}")
    else:
        folder = Path(model)
        if not folder.is_dir():
            near = did_you_mean(folder.name, MODELS)
            raise BadConfig(
                f"model {model!r}: no packaged model{near} and no folder; `bench models list` shows the packaged ones, "
                "`hf download NAME --local-dir FOLDER` gets others"
            )
    found = _kind(folder)
    if found != kind:
        raise BadConfig(f"model {model!r} is {_WORDS[found]}, not {_WORDS[kind]}")
    return folder


def require_memory(folder: Path) -> None:
    """Raise Unsupported, with both numbers, where the weights need more memory than there is."""
    width = 4 / _NARROW.get(str(_config(folder).get("dtype") or _config(folder).get("torch_dtype")), 4)
    size = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    memory.require(size * width, f"language model {folder.name}")


def identity(folder: Path) -> str:
    """SHA-256 (hex) of all files of a model."""
    total, seen = hashlib.sha256(), Hashes()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()}\0{seen.sha256(path)}\0".encode())
    return total.hexdigest()


def _kind(folder: Path) -> Kind:
    names = _config(folder).get("architectures")
    if not (isinstance(names, list) and names):
        raise BadConfig(f"model folder {folder}: config.json names no architecture; is this a language model?")
    if not any(folder.glob("*.safetensors")):
        raise BadConfig(f"model folder {folder} has no weights in .safetensors; other kinds of files are not read")
    return "generator" if str(names[0]).endswith(_GENERATORS) else "encoder"


@cache
def _read(path: Path, _changed: int) -> dict[str, Any]:
    read = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(read, dict):
        raise ValueError("expected a JSON object")
    return read


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadConfig(f"model folder {folder}: config.json cannot be read ({reason})") from None
