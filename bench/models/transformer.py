"""Language models of the library transformers, read from a folder and from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BadConfig, BenchError, Unsupported
from bench.models.folders import require_memory

if TYPE_CHECKING:
    import torch

USUAL = 512  # tokens, where a model does not say how many it takes


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """While a model is read: no hub is asked, nothing is printed.

    Raises Unsupported where the library is missing or the model needs more memory than there is, and BadConfig for
    whatever its files lead to.
    """
    try:
        import transformers
    except ImportError as error:
        raise Unsupported(f'package {error.name!r} is not installed; `pip install -e ".[language]"` adds it') from None
    require_memory(folder)
    os.environ["HF_HUB_OFFLINE"] = "1"  # whatever a folder says
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    try:
        yield
    except (BenchError, MemoryError):
        raise
    except Exception as error:  # a damaged file can lead to any
        reason = " ".join(str(error).split())[:200]
        raise BadConfig(f"model folder {folder} cannot be read: {type(error).__name__}: {reason}") from None


def transformer(folder: Path, form: Any, device: torch.device | str = "cpu") -> tuple[Any, Any, int]:
    """Tokenizer, model in 32 bits for use alone, and how many tokens it takes. Used within `reading`.

    `form` is a class of the library, such as `transformers.AutoModel`: without a head, or with one that goes on.
    """
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    how: dict[str, Any] = {"dtype": torch.float32, "use_safetensors": True, "local_files_only": True}
    model = form.from_pretrained(str(folder), **how)
    return tokenizer, model.to(device).eval(), getattr(model.config, "max_position_embeddings", None) or USUAL
