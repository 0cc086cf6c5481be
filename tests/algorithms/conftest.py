"""What the tests of several families share."""

from __future__ import annotations

import os

import pytest

from bench.types import Split


@pytest.fixture(scope="session")
def surprise_folds() -> list[Split]:
    """MovieLens 100K in the five folds that the library Surprise has published errors on."""
    if "BENCH_DATA" not in os.environ:
        pytest.skip("BENCH_DATA names no folder with ml-100k/u.data")
    from surprise_cases import drawn

    return list(drawn())
