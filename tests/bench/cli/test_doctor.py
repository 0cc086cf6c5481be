"""`bench doctor`: what is only absent is a note, what is broken is a problem."""

import json

import pytest

from bench import describe
from bench.describe import Description


@pytest.fixture
def examine(call):
    def examine():
        done = call("doctor", "--json")
        return done.code, {finding["what"]: finding for finding in json.loads(done.stdout)}

    return examine


def test_an_installation_without_models_is_sound(examine, tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path))
    code, found = examine()
    assert code == 0
    assert found["algorithm llm-rerank"]["state"] == "note"
    assert "is not on this machine; `bench models get" in found["algorithm llm-rerank"]["detail"]
    assert found["algorithm item-knn"]["state"] == "ok"


def test_an_algorithm_that_cannot_be_imported_is_a_problem(examine, monkeypatch):
    said = "algorithm 'ease' is unavailable: SyntaxError: invalid syntax"

    def broken(wanted):
        return [Description(unavailable=said) if name == "ease" else Description(family="any") for name, _ in wanted]

    monkeypatch.setattr(describe, "describe", broken)
    code, found = examine()
    assert code == 1
    assert found["algorithm ease"] == {"what": "algorithm ease", "state": "problem", "detail": said}
