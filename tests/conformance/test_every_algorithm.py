"""Every registered algorithm, found by itself, against every check that applies to it; hybrids with texts as well."""

import pytest

from algorithms.item_text import READER
from bench import registry
from bench.conformance import checks_for
from bench.errors import Unsupported

GENERATING = ("llm-embedding", "llm-rerank")  # with a model made on the spot: theirs takes minutes, and a network
SEQUENTIAL = ("bert4rec", "caser", "gru4rec", "hstu", "narm", "nextitnet", "sasrec", "text-sasrec")
SLOW = (*SEQUENTIAL, "deepfm", "history-rnn", "mlp", "token-transformer", "two-tower")
# Fewer passes than the defaults: what beats chance does so long before its best, and hard data break a model at once.
BOARD = {"epochs": 10, "batch_size": 400}
FILMS = {"epochs": 4, "batch_size": 1600}
HARD = {"epochs": 20}
FEW = {(name, check): BOARD for name in SEQUENTIAL for check in ("checker-board", "new-items", "new-users")}
FEW |= {(name, check): FILMS for name in SLOW for check in ("beats-mean", "beats-random")}
FEW |= {(name, "hard-data"): HARD for name in SLOW}


def _questions():
    for entry in registry.entries().values():
        try:
            cls = registry.load(entry.name)
        except Unsupported as error:
            yield pytest.param(None, None, {}, id=entry.name, marks=pytest.mark.skip(reason=str(error)))
            continue
        for check in checks_for(cls):
            yield pytest.param(cls, check, {}, id=f"{entry.name}-{check}")
            if "item_text" in cls.Params.model_fields and not registry.find(READER).problem:
                yield pytest.param(cls, check, {"item_text": True}, id=f"{entry.name}-texts-{check}")


@pytest.mark.parametrize(("cls", "check", "usual"), list(_questions()))
def test_keeps_the_contract(cls, check, usual, request):
    usual = usual | ({"model": request.getfixturevalue("small_model")} if cls.name in GENERATING else {})
    usual |= FEW.get((cls.name, check.name), {})
    outcome = check.run(cls, **usual)
    if outcome.state == "skipped":
        pytest.skip(outcome.why)
    assert outcome.state == "ok", f"{check.asks} {outcome.why}"
