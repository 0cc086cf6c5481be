"""Text that came from data, plug-ins or exceptions, made harmless for each format that shows it.

HTML is left to jinja2, which escapes everything by itself.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = {"Cc", "Cs"}  # control characters and lone surrogates
_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",  # or else the end of a row and midrule take the beginning of the next row for their option
    "*": "{*}",
}
_MARKDOWN = {character: "\\" + character for character in "\\`*_{}[]#|~$"}
_MARKDOWN |= {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def clean(text: str) -> str:
    """`text` on one line, without control characters and without marks that turn the direction of what follows."""
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN and c not in _BIDI)


def csv_text(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: a leading = + - @, tab or return gets an apostrophe."""
    return "'" + text if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def markdown(text: str) -> str:
    """`text` as it is meant to be read in a cell of a Markdown table."""
    return "".join(_MARKDOWN.get(c, c) for c in clean(text))


def latex(text: str) -> str:
    """`text` as it is meant to be read in LaTeX; two hyphens are kept apart, or they would make a dash."""
    return re.sub("-(?=-)", "-{}", "".join(_LATEX.get(c, c) for c in clean(text)))
