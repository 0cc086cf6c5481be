"""Without the extra `language` there is nothing to test here."""

import importlib.util
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.models import catalogue

if importlib.util.find_spec("transformers") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of GPT type."""
    from small_language_models import small_generator

    return small_generator(tmp_path_factory.mktemp("generator"))


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of BERT type."""
    from small_language_models import small_encoder

    return small_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def packaged() -> str:
    """The packaged model of GPT type, for tests that need one that knows words."""
    try:
        catalogue.get(catalogue.GENERATOR.name)
    except BenchError as error:
        pytest.skip(f"the packaged generator cannot be had: {error}")
    return catalogue.GENERATOR.name
