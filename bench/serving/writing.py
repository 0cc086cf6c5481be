"""Sentences about reasons that a language model writes, and those of the template where it should not be heard."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.serving.cell import Explanation
from bench.serving.sentences import NAMED, names, sentences, unfounded

TEMPLATE = "template"
_SHOWN = 200  # characters of a title
_WHOLE = re.compile(r".*[.!?][”')]*(?=\s|$)")
_STRAIGHT = re.compile(r'"([^"]*)"')
_PROMPT = """Liked: “The Red Door” and “Night Train”. Recommended: “Harbour Lights”.
Sentence: If you enjoyed “The Red Door” and “Night Train”, “Harbour Lights” is a good one to see next.

Liked: {liked}. Recommended: {item}.
Sentence:"""


@dataclass(frozen=True)
class Told:
    """One or two sentences about a recommendation."""

    text: str
    by: str  # TEMPLATE, or the name of the model that wrote them
    unfounded: int  # sentences that name what was not given: none, unless a title misleads the check


@dataclass
class Teller:
    """Asks `write` to go on with a prompt that has titles and nothing else of anybody; counts what became of it.

    The template speaks where there are no reasons or nobody to write, where the model `said_nothing` (no whole
    sentence, or none that names the item), and where it named something that was not given (`caught`). What it says of
    the items besides is not checked.
    """

    write: Callable[[str], str] | None
    catalogue: Sequence[str]
    by: str = TEMPLATE  # the name of who writes
    written: int = 0
    caught: int = 0
    said_nothing: int = 0

    def __call__(self, why: Explanation) -> Told:
        """The sentences of the model, or those of the template. Raises whatever `write` raises."""
        if self.write is not None and why.reasons:
            text = _whole(self.write(_prompt(why)))
            if unfounded(text, why, self.catalogue):
                self.caught += 1
            elif not any(name in text for name in names(why.title)):
                self.said_nothing += 1
            else:
                self.written += 1
                return Told(text, self.by, 0)
        text = sentences(why)
        return Told(text, TEMPLATE, len(unfounded(text, why, self.catalogue)))

    @property
    def counts(self) -> dict[str, int]:
        """How often the model was heard, caught, and had nothing to say."""
        return {"written": self.written, "caught": self.caught, "said_nothing": self.said_nothing}


def _whole(text: str) -> str:
    """Up to the end of the last sentence, with the quotation marks that the check knows."""
    found = _WHOLE.match(_STRAIGHT.sub(r"“\1”", " ".join(text.split())))
    return found[0] if found else ""


def _prompt(why: Explanation) -> str:
    *others, last = (_quoted(reason.title) for reason in why.reasons[:NAMED])
    liked = f"{', '.join(others)} and {last}" if others else last
    return _PROMPT.format(liked=liked, item=_quoted(why.title))


def _quoted(title: str) -> str:
    return f"“{' '.join(title.replace('“', '').replace('”', '').split())[:_SHOWN]}”"
