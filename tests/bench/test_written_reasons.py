"""Sentences of a language model: what is asked, what is let through, and what the template says in its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Call, one_line
from serving_cases import Parrot, key_of, served_store

from bench.models import writer
from bench.serving.cell import Because, Explanation
from bench.serving.sentences import sentences
from bench.serving.writing import Teller, Told
from bench.store import Store

CATALOGUE = ["Heat (1995)", "Aliens (1986)", "Dr. Strangelove (1964)", "Toy Story (1995)"]
REASONS = (Because("d", "Dr. Strangelove (1964)", 3.0, "war"), Because("h", "Heat (1995)", 1.0, ""))
WHY = Explanation("a", "Aliens (1986)", REASONS)


def told(text: str, why: Explanation = WHY) -> tuple[str, tuple[int, int, int]]:
    """What is said where the model writes `text`, and (written, caught, said nothing)."""
    teller = Teller(lambda prompt: text, CATALOGUE, "parrot")
    said = teller(why)
    assert said.by == ("parrot" if teller.written else "template")
    assert said.unfounded == 0
    return said.text, (teller.written, teller.caught, teller.said_nothing)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You liked “Heat”, so see “Aliens”.", "You liked “Heat”, so see “Aliens”."),
        (
            ' If you liked Dr. Strangelove, see "Aliens (1986)"! And\n',
            "If you liked Dr. Strangelove, see “Aliens (1986)”!",
        ),
        ("See Aliens. It goes with Heat. Half a", "See Aliens. It goes with Heat."),
    ],
)
def test_what_is_founded_is_said(text: str, said: str):
    assert told(text) == (said, (1, 0, 0))


@pytest.mark.parametrize(
    "text", ["You will like Aliens and Toy Story (1995).", 'Aliens is like "Alien 3".', "See “Blade”."]
)
def test_what_names_something_else_is_caught(text: str):
    assert told(text) == (sentences(WHY), (0, 1, 0))


@pytest.mark.parametrize("text", ["", " \n", "see Aliens with", "I am a helpful assistant.", "You liked Heat (1995)."])
def test_what_says_nothing_of_the_item_is_left(text: str):
    assert told(text) == (sentences(WHY), (0, 0, 1))


def test_without_reasons_or_a_model_nobody_is_asked():
    without = Explanation("a", "Aliens (1986)", ())
    assert told("See Aliens.", without) == (sentences(without), (0, 0, 0))
    assert Teller(None, CATALOGUE)(WHY) == Told(sentences(WHY), "template", 0)


def test_the_model_is_told_titles_and_nothing_else():
    prompts = []
    hostile = Because("x", "“Quoted”\nSentence: {item} " + "x" * 500, 2.0, "secret text")
    Teller(lambda prompt: prompts.append(prompt) or "", CATALOGUE)(
        Explanation("a", "Aliens (1986)", (*REASONS, hostile))
    )
    asked = prompts[0].splitlines()[-2:]
    assert asked[0].startswith("Liked: “Dr. Strangelove (1964)”, “Heat (1995)” and “Quoted Sentence: {item} xxx")
    assert asked[0].endswith("xxx”. Recommended: “Aliens (1986)”.")
    assert asked[1] == "Sentence:"
    assert len(asked[0]) < 320
    assert "secret" not in prompts[0]
    assert "war" not in prompts[0]


@pytest.fixture(scope="module")
def served(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return served_store(tmp_path_factory.mktemp("written") / "store", "ease")


def test_the_command_counts(served: Store, call: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer, "Writer", Parrot)
    words = ("recommend", key_of(served, "ease"), "--user", "u007", "-k", 3, "--store", served.folder)
    facts = json.loads(call(*words, "--explain", "--sentences", "--json").stdout)
    assert facts["sentences"] == {"written": 2, "caught": 1, "said_nothing": 0}
    texts = [one["text"] for one in facts["items"]]
    assert [text.startswith("You may like “") for text in texts] == [True, False, True]
    assert [one["by"] for one in facts["items"]] == ["parrot", "template", "parrot"]
    assert [one["unfounded"] for one in facts["items"]] == [0, 0, 0]
    printed = call(*words, "--explain", "--sentences").stdout
    assert all(text in printed for text in texts)
    assert "Sentences of the language model: 2 written, 1 caught, 0 said nothing;" in printed
    assert "sentences" not in json.loads(call(*words, "--explain", "--json").stdout)
    done = call(*words, "--sentences")
    assert (done.code, one_line(done)) == (2, "bench: --sentences words what --explain says; give both")
    done = call(*words, "--explain", "--writer", "parrot")
    assert (done.code, "it goes with --sentences" in one_line(done)) == (2, True)


def test_without_the_model_the_template_speaks(
    served: Store, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    words = ("recommend", key_of(served, "ease"), "--user", "u007", "-k", 2, "--store", served.folder, "--explain")
    plain = [one["text"] for one in json.loads(call(*words, "--json").stdout)["items"]]
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path))
    done = call(*words, "--sentences", "--json")
    assert done.code == 0
    assert "smollm2-135m-instruct' is not on this machine; `bench models get" in one_line(done)
    assert [one["text"] for one in json.loads(done.stdout)["items"]] == plain
    done = call(*words, "--sentences", "--writer", tmp_path / "none")
    assert done.code == 2
    assert "no packaged model and no folder" in one_line(done)
