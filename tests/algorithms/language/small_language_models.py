"""Language models made on the spot: a few thousand weights drawn at random, and a token for each byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 256,
}


def _tokenizer(folder: Path) -> int:
    """Write a tokenizer with one token for each byte and one that ends texts; how many there are."""
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*bytes_, "<|end|>"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>").save_pretrained(
        folder
    )
    return len(vocabulary)


def _written(folder: Path, make: Any, config: Any) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(1)
        config_of = config(vocab_size=_tokenizer(folder), **SIZES)
        make(config_of).save_pretrained(folder)
    return folder


def small_generator(folder: Path) -> Path:
    """A model of GPT type in `folder`."""
    return _written(folder, LlamaForCausalLM, LlamaConfig)


def small_encoder(folder: Path) -> Path:
    """A model of BERT type in `folder`."""
    return _written(folder, BertModel, BertConfig)
