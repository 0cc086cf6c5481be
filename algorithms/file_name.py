"""The name of a file as a hyper-parameter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _absolute(name: str) -> str:
    """The file from the root: a cell runs in a folder of its own. Empty where none is named."""
    return str(Path(name).expanduser().absolute()) if name else ""


FileName = Annotated[str, AfterValidator(_absolute)]
