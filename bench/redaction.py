"""Secrets stay out of records: user info in addresses, and values of what is named as a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_SECRET = "TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL"
_NAME = re.compile(_SECRET, re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")  # up to the last @ before the path: passwords may hold one
_QUERY = re.compile(rf"([?&][^=&\s]*(?:{_SECRET})[^=&\s]*=)[^&#\s\"'<>]*", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """`https://me:word@host/x?token=abc` as `https://***@host/x?token=***`."""
    return _QUERY.sub(r"\1***", _USER_INFO.sub("***@", text))


def allowed(variables: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of `variables` in `names`, without any whose name tells of a secret, and with addresses made safe."""
    return {name: without_secrets(variables[name]) for name in names if name in variables and not _NAME.search(name)}
