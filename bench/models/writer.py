"""A GPT-type model goes on with a text, always in the same way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench.errors import BadConfig, Unsupported
from bench.models.catalogue import GENERATOR
from bench.models.folders import folder_of, require_memory

_TOKENS = 80  # of what is written
_CHARACTERS = 4000  # of what is read


class Writer:
    """A packaged model by name, or one in a folder in the form of Hugging Face.

    Raises Unsupported where the packaged model, its libraries or the memory are missing, and BadConfig for a folder
    that is no such model.
    """

    def __init__(self, model: str = GENERATOR.name) -> None:
        self.model = model
        folder = folder_of(model, "generator")
        require_memory(folder)
        self._tokenizer, self._model = _opened(folder)

    def __call__(self, text: str) -> str:
        """The rest of the line, the likeliest token each time. What looks like a token of control is read as text."""
        import torch

        options: dict[str, Any] = {"add_special_tokens": False, "split_special_tokens": True, "return_tensors": "pt"}
        asked = self._tokenizer(text[-_CHARACTERS:], **options)
        room = getattr(self._model.config, "max_position_embeddings", None) or 512
        tokens = asked["input_ids"][:, -max(1, room - _TOKENS) :]  # (1, l)
        with torch.inference_mode():
            found = self._model.generate(
                tokens,
                attention_mask=torch.ones_like(tokens),
                do_sample=False,
                max_new_tokens=_TOKENS,
                pad_token_id=self._tokenizer.eos_token_id,
                stop_strings=["\n"],
                tokenizer=self._tokenizer,
            )
        written: str = self._tokenizer.decode(found[0, tokens.shape[1] :], skip_special_tokens=True)
        return (written.strip().splitlines() or [""])[0]


def _opened(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # no hub is asked, whatever a folder says
    try:
        import torch
        import transformers
    except ImportError as error:
        raise Unsupported(f'package {error.name!r} is not installed; `pip install -e ".[language]"` adds it') from None
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    how: dict[str, Any] = {"local_files_only": True}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **how)
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True, **how
        )
    except Exception as error:  # whatever a damaged file leads to
        reason = " ".join(str(error).split())[:200]
        raise BadConfig(f"model folder {folder} cannot be read: {type(error).__name__}: {reason}") from None
    return tokenizer, model.eval()
