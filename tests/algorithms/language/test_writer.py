"""A model of GPT type goes on with a line, the same way each time; a folder that is none is refused."""

from __future__ import annotations

import shutil

import pytest

from bench.errors import BadConfig
from bench.models.writer import Writer
from bench.serving.cell import Because, Explanation
from bench.serving.sentences import unfounded
from bench.serving.writing import Teller

LIKED = ("Heat (1995)", "Pulp Fiction (1994)")


def test_it_writes_the_same_each_time_whatever_it_reads(generator):
    first, second = Writer(str(generator)), Writer(str(generator))
    assert first.name == generator.name
    for text in ("Liked: “Heat”.\nSentence:", "<|end|>" * 3, "x" * 50_000, "七人の侍 \U0001f40b"):
        written = first(text)
        assert written == second(text)
        assert "\n" not in written


def test_the_likeliest_tokens_by_their_definition(generator):
    """Each token of what is written is the one that the model, read afresh, finds likeliest."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = (kind.from_pretrained(str(generator)) for kind in (AutoTokenizer, AutoModelForCausalLM))
    tokens = tokenizer("After a storm", return_tensors="pt", add_special_tokens=False)["input_ids"]
    begun = tokens.shape[1]
    with torch.inference_mode():
        for _ in range(12):
            best = model.eval()(tokens).logits[0, -1].argmax()
            tokens = torch.cat([tokens, best[None, None]], dim=1)
    expected = tokenizer.decode(tokens[0, begun:], skip_special_tokens=True).strip().splitlines()[0].rstrip("\ufffd")
    assert expected
    assert Writer(str(generator))("After a storm").startswith(expected)


def test_a_folder_that_is_no_such_model(generator, encoder, tmp_path):
    with pytest.raises(BadConfig, match=r"is an encoder .BERT type., not a generator"):
        Writer(str(encoder))
    folder = shutil.copytree(generator, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BadConfig, match="cannot be read: "):
        Writer(str(folder))


@pytest.mark.slow
def test_the_packaged_model_words_reasons(packaged):
    """It names what it is given, or the template speaks: nothing unfounded is ever said."""
    titles = [*LIKED, "Fargo (1996)", "Aliens (1986)"]
    reasons = tuple(Because(title, title, 1.0, "") for title in LIKED)
    teller = Teller(Writer(packaged), titles)
    for title in titles[2:]:
        why = Explanation(title, title, reasons)
        text = teller(why).text
        assert title.partition(" (")[0] in text
        assert unfounded(text, why, titles) == []
    assert teller.written + teller.caught + teller.said_nothing == 2
    assert teller.written > 0
