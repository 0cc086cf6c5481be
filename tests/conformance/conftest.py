"""What the examined algorithms need that takes too long, or a network, as they usually have it."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "algorithms" / "language"))


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """The folder of a language model of GPT type that was made on the spot."""
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("transformers is not installed")
    from small_language_models import small_generator

    return str(small_generator(tmp_path_factory.mktemp("generator")))
