"""Without the extra `language` its algorithms are listed with the command that installs it, and harm no other."""

import importlib.util

import pytest

from bench import registry
from bench.errors import Unsupported

NAMES = ("text-knn", "text-sasrec", "llm-embedding", "llm-rerank")


@pytest.fixture(params=["transformers", "sentence_transformers"])
def absent(request, monkeypatch):
    found = importlib.util.find_spec

    def find(name, package=None):
        return None if name == request.param else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    registry.entries.cache_clear()
    yield request.param
    monkeypatch.undo()
    registry.entries.cache_clear()


def test_the_remedy_is_told(absent):
    concerned = NAMES if absent == "transformers" else NAMES[:3]  # likelihoods need no encoder
    for name in concerned:
        said = rf"package '{absent}' is not installed; `pip install -e \"\.\[language\]\"` adds it"
        with pytest.raises(Unsupported, match=rf"algorithm '{name}' is unavailable: {said}$"):
            registry.load(name)
    assert registry.load("content-tfidf").name == "content-tfidf"
