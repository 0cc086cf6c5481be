"""LLM embedding: recommends what a generating language model represents like the history."""

from __future__ import annotations

from algorithms.language.profile import ProfileParams, TextProfileModel
from algorithms.language.vectors import GeneratorParams
from bench.params import number


class LLMEmbeddingParams(GeneratorParams, ProfileParams):
    """How texts are read by a GPT-type model, and how a history becomes one vector."""

    max_tokens: int = number(64, low=1, high=100_000)
    """Tokens of a text that are read, no more than the model takes."""


class LLMEmbedding(TextProfileModel[LLMEmbeddingParams]):
    """s(u, j) = cos(p_u, v_j) as in `TextProfileModel`, v_i the mean of the last hidden states of a GPT-type model

    over the tokens of the text of item i. Without training for comparison such vectors share a large part, which is
    why their mean is taken off: Ethayarajh (2019), "How contextual are contextualized word representations? Comparing
    the geometry of BERT, ELMo, and GPT-2 embeddings", section 4.1.
    """

    name = "llm-embedding"
    paper = "ethayarajh2019"
    Params = LLMEmbeddingParams
