"""Reasons in one or two sentences, and a check that catches a sentence which names what is not among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bench.serving.cell import Explanation

NAMED = 3  # reasons in a sentence
_YEAR = re.compile(r"\s*\(\d{4}\)$")
_QUOTED = re.compile(r"“([^“”]*)”")
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_LEAST = 4  # letters of a name of one word without quotation marks: shorter ones are words like any other
_GIVEN = "\0"


def sentences(why: Explanation) -> str:
    """One or two sentences from a template; they name nothing but the item and its strongest reasons, in “quotes”."""
    names = [_quoted(reason.title) for reason in why.reasons[:NAMED]]
    if not names:
        return f"Nothing in the history speaks for {_quoted(why.title)} in particular."
    *others, last = names
    because = f"{', '.join(others)} and {last}" if others else last
    told = f"{_quoted(why.title)} is recommended because of {because}."
    total = sum(reason.weight for reason in why.reasons)
    if not others or total <= 0:
        return told
    return f"{told} {names[0]} counts most, with {why.reasons[0].weight / total:.0%} of the reasons found."


def unfounded(text: str, why: Explanation, catalogue: Iterable[str]) -> list[str]:
    """The sentences of `text`, by whomever it was written, that name an item which is not given in `why`.

    A name is anything in “quotes”, and any title of the catalogue as it is written there, with or without its year. One
    that is a single word counts without quotes and year only with four letters or more, and not as the first word of
    a sentence. So a name that is misspelt, translated or paraphrased without quotes is not caught.
    """
    given = {name for title in (why.title, *(reason.title for reason in why.reasons)) for name in names(title)}
    masked = _plain(text, lines=True)
    for name in sorted(given, key=len, reverse=True):
        masked = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _GIVEN, masked)
    foreign = {name for title in catalogue for name in names(title) if name in masked}
    return [sentence for sentence in _END.split(masked) if sentence and _is_unfounded(sentence, foreign)]


def _is_unfounded(sentence: str, foreign: set[str]) -> bool:
    if any(quoted.strip(f"{_GIVEN} ,.") for quoted in _QUOTED.findall(sentence)):
        return True
    rest = _QUOTED.sub("", sentence)
    return any(_mentions(rest, name) for name in foreign)


def _mentions(sentence: str, name: str) -> bool:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)
    if found is None:
        return False
    return " " in name or (len(name) >= _LEAST and found.start() > 0)


def names(title: str) -> set[str]:
    """A title as it is written in a sentence, and the same without its year."""
    plain = _plain(title)
    return {plain, _YEAR.sub("", plain)} - {""}


def _plain(text: str, *, lines: bool = False) -> str:
    """Without the marks and characters that have a meaning here."""
    text = text.replace(_GIVEN, " ")
    if lines:
        return text
    return " ".join(text.replace("“", "'").replace("”", "'").split())


def _quoted(title: str) -> str:
    return f"“{_plain(title)}”"
