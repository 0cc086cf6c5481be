"""Sentences about reasons, and the check that catches those which name something else."""

from __future__ import annotations

import pytest

from bench.serving.cell import Because, Explanation
from bench.serving.sentences import sentences, unfounded

CATALOGUE = [
    "Heat (1995)",
    "Alien (1979)",
    "Aliens (1986)",
    "Dr. Strangelove (1964)",
    "M (1931)",
    "Toy Story (1995)",
    "It (1990)",
]


def _why(item: str, *reasons: tuple[str, float]) -> Explanation:
    return Explanation("x", item, tuple(Because(title, title, weight, "") for title, weight in reasons))


WHY = _why("Aliens (1986)", ("Dr. Strangelove (1964)", 3.0), ("Heat (1995)", 1.0))


def test_the_template_names_the_reasons_and_their_weight():
    assert sentences(WHY) == (
        "“Aliens (1986)” is recommended because of “Dr. Strangelove (1964)” and “Heat (1995)”. "
        "“Dr. Strangelove (1964)” counts most, with 75% of the reasons found."
    )
    assert sentences(_why("M (1931)", ("Heat (1995)", 1.0))) == "“M (1931)” is recommended because of “Heat (1995)”."
    assert sentences(_why("M (1931)")) == "Nothing in the history speaks for “M (1931)” in particular."
    several = _why("A", *((name, 1.0) for name in "BCDEF"))
    assert sentences(several).startswith("“A” is recommended because of “B”, “C” and “D”. “B” counts most, with 20%")


@pytest.mark.parametrize(
    "title", ["A “quoted” one", "line\nbreak", "Mr. Who? (2001)", "[/] {{7*7}} <b>", "a. B. c", "\0"]
)
def test_its_own_sentences_are_founded_whatever_titles_contain(title: str):
    for why in (_why(title), _why("Heat (1995)", (title, 1.0)), _why(title, ("Heat (1995)", 2.0), ("M (1931)", 1.0))):
        assert unfounded(sentences(why), why, [*CATALOGUE, title]) == []


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("You liked “Dr. Strangelove (1964)”. You will like Aliens.", 0),
        ("You liked Toy Story (1995). You also liked Heat.", 1),
        ("You liked “Toy Story”.", 1),
        ("You liked “Toy Storey”, a film that does not exist.", 1),
        ("People who saw Alien like it. So do those who saw Toy Story!", 2),
        ("Aliens follows Heat.\nIt is loud. M would agree.", 0),
        ("It (1990) is near.", 1),
        ("", 0),
    ],
)
def test_what_was_not_given_is_caught_and_counted(text: str, caught: int):
    assert len(unfounded(text, WHY, CATALOGUE)) == caught
