"""Reports without the files of their pictures, for tests that read the page, the tables or the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reports import pictures


@pytest.fixture(scope="module")
def no_files() -> Iterator[None]:
    """Pictures are made, and their numbers and their drawings for the page, but not drawn as SVG and PNG."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "_save", lambda figure: (b"", b""))
        yield
