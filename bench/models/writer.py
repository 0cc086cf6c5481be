"""A GPT-type model goes on with a text, always in the same way."""

from __future__ import annotations

from typing import Any

from bench.models.catalogue import GENERATOR, MODELS
from bench.models.folders import folder_of
from bench.models.transformer import reading, transformer

_TOKENS = 80  # of what is written
_CHARACTERS = 4000  # of what is read


class Writer:
    """A packaged model by name, or one in a folder in the form of Hugging Face, whose `name` is that of the folder.

    Raises Unsupported where the packaged model, its libraries or the memory are missing, and BadConfig for a folder
    that is no such model.
    """

    def __init__(self, model: str = GENERATOR.name) -> None:
        folder = folder_of(model, "generator")
        self.name = model if model in MODELS else folder.resolve().name
        with reading(folder):
            import transformers

            self._tokenizer, self._model, self._limit = transformer(folder, transformers.AutoModelForCausalLM)

    def __call__(self, text: str) -> str:
        """The rest of the line, the likeliest token each time. What looks like a token of control is read as text."""
        import torch

        options: dict[str, Any] = {"add_special_tokens": False, "split_special_tokens": True, "return_tensors": "pt"}
        asked = self._tokenizer(text[-_CHARACTERS:], **options)
        tokens = asked["input_ids"][:, -max(1, self._limit - _TOKENS) :]  # (1, l)
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
