"""A stand-in for the network, and archives to send over it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.request import Request


class Answer(io.BytesIO):
    """What a server sends."""

    def __init__(
        self, content: bytes, url: str = "https://example.org/file", kind: str = "application/zip", length: int = -1
    ) -> None:
        super().__init__(content)
        self.url, self.headers = url, {"Content-Type": kind}
        if length >= 0:
            self.headers["content-length"] = str(length)

    def geturl(self) -> str:
        """Where the answer came from at last."""
        return self.url


class Network:
    """Gives the answers one after the other and remembers the addresses asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, request: Request, timeout: float) -> Answer:
        assert timeout > 0
        self.asked.append(request.full_url)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def tarred(members: Mapping[str, bytes], mode: Any) -> bytes:
    """A tar file; `mode` is w:gz or w:bz2."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()
