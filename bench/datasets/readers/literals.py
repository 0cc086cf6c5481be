"""Objects in the notation of Python ({u'id': u'10', 'tags': ['a']}), as some data sets have them one a line.

Only dictionaries, lists, texts, numbers, True, False and None are known; nothing is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.datasets.formats.cells import shown
from bench.datasets.readers.lines import lines
from bench.errors import BadData

TOKEN = re.compile(
    r"""\s*(?:u?'([^'\\]*(?:\\.[^'\\]*)*)'|u?"([^"\\]*(?:\\.[^"\\]*)*)"|(-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)L?|"""
    r"""(True|False|None)|([{}\[\]:,]))""",
    re.DOTALL | re.ASCII,
)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0"}
WORDS = {"True": True, "False": False, "None": None}
DEEPEST = 20


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object) of each line of a file. Raises BadData where a line holds anything else."""
    for line, text in lines(path):
        try:
            yield line, parse(text)
        except ValueError as error:
            raise BadData(f"{path}, line {line}: {error}") from None


def parse(text: str) -> dict[str, Any]:
    """The dictionary that `text` shows. Raises ValueError with the place of what is something else."""
    tokens = _tokens(text)
    value = _value(tokens, next(tokens), 0)
    if next(tokens) != ("end", None) or not isinstance(value, dict):
        raise ValueError(f"expected one object in Python's notation, found {shown(text)}")
    return value


def _tokens(text: str) -> Iterator[tuple[str, Any]]:
    """("value", a text, number or constant), ("sign", one of {}[]:,) and at last ("end", None)."""
    position, end = 0, len(text.rstrip())
    while position < end:
        found = TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"character {position + 1}: not in Python's notation: {shown(text[position:])}")
        single, double, number, word, sign = found.groups()
        if sign is not None:
            yield "sign", sign
        elif number is not None:
            yield "value", float(number) if any(c in number for c in ".eE") else int(number)
        elif word is not None:
            yield "value", WORDS[word]
        else:
            yield "value", _unescaped(single if single is not None else double)
        position = found.end()
    yield "end", None


def _unescaped(text: str) -> str:
    return ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 1:
        return PLAIN.get(code, code)
    number = int(code[1:], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"  # no such character


def _value(tokens: Iterator[tuple[str, Any]], token: tuple[str, Any], depth: int) -> Any:
    """The value that begins with `token`."""
    kind, content = token
    if kind == "value":
        return content
    if depth == DEEPEST:
        raise ValueError("nested too deeply")
    if content == "[":
        return _list(tokens, depth)
    if content == "{":
        return _dict(tokens, depth)
    raise ValueError(f"expected a value, found {content or 'the end'}")


def _list(tokens: Iterator[tuple[str, Any]], depth: int) -> list[Any]:
    values = []
    while (token := next(tokens)) != ("sign", "]"):
        values.append(_value(tokens, token, depth + 1))
        if not _goes_on(tokens, "]"):
            break
    return values


def _dict(tokens: Iterator[tuple[str, Any]], depth: int) -> dict[str, Any]:
    values = {}
    while (token := next(tokens)) != ("sign", "}"):
        if token[0] != "value" or not isinstance(token[1], str) or next(tokens) != ("sign", ":"):
            raise ValueError("expected a text and a colon")
        values[token[1]] = _value(tokens, next(tokens), depth + 1)
        if not _goes_on(tokens, "}"):
            break
    return values


def _goes_on(tokens: Iterator[tuple[str, Any]], closing: str) -> bool:
    """Whether a comma follows; the closing sign may follow instead."""
    token = next(tokens)
    if token not in {("sign", ","), ("sign", closing)}:
        raise ValueError(f"expected a comma or {closing}, found {token[1] or 'the end'}")
    return token == ("sign", ",")
