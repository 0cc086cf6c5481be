"""The mean of the last hidden states of a model of GPT type."""

import numpy as np
import pytest
import torch
from described_items import N_ITEMS, TEXTS, question, side, training
from transformers import AutoModel, AutoTokenizer

from algorithms.language.llm_embedding import LLMEmbedding
from algorithms.language.vectors import item_vectors
from bench import registry


def fitted(model, items=None, **params):
    made = registry.create("llm-embedding", model=str(model), **params)
    made.fit(training(items))
    return made


def test_vectors_are_means_of_the_last_hidden_states(generator):
    params = registry.create("llm-embedding", model=str(generator)).params
    found = item_vectors(side(), params, "cpu", 1)
    tokenizer, model = AutoTokenizer.from_pretrained(str(generator)), AutoModel.from_pretrained(str(generator)).eval()
    with torch.inference_mode():
        for item in (0, 5):
            states = model(**tokenizer(TEXTS[item], return_tensors="pt")).last_hidden_state[0]  # (l, d)
            np.testing.assert_allclose(found[item], states.mean(dim=0), rtol=1e-4, atol=1e-5)


def test_a_text_without_a_token_and_odd_texts(generator):
    usual = fitted(generator, centred=False).score(question((2, 4)))
    for text in ("<|end|>" * 3, "x" * 100_000, "\U0001f40b 七人の侍 \ud83d", "\x00"):
        found = fitted(generator, side((text, *TEXTS[1:])), centred=False).score(question((2, 4)))
        np.testing.assert_allclose(found[:, 1:], usual[:, 1:], rtol=1e-4, atol=1e-6)
        assert np.isfinite(found[0, 0])
    assert np.isnan(fitted(generator, side(("", *TEXTS[1:]))).score(question((2, 4)))[0, 0])


def test_save_and_load(generator, tmp_path):
    model = fitted(generator)
    model.save(tmp_path)
    np.testing.assert_array_equal(LLMEmbedding.load(tmp_path).score(question((0,))), model.score(question((0,))))


@pytest.mark.slow
def test_the_packaged_model_knows_kinds(packaged):
    """Not every pair, but most: a generator is not trained to compare."""
    scores = fitted(packaged).score(question((0, 2, 4, 6), (1, 3, 5, 7)))[:, 8:]
    even = np.arange(N_ITEMS - 8) % 2 == 0
    assert scores[0][even].mean() > scores[0][~even].mean()
    assert scores[1][~even].mean() > scores[1][even].mean()
