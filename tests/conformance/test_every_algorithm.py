"""Every registered algorithm, found by itself, against every check that applies to it."""

import pytest

from bench import registry
from bench.conformance import checks_for
from bench.errors import Unsupported

GENERATING = ("llm-embedding", "llm-rerank")  # with a model made on the spot: theirs takes minutes, and a network
SEQUENTIAL = ("bert4rec", "caser", "gru4rec", "hstu", "narm", "nextitnet", "sasrec", "text-sasrec")
SLOW = (*SEQUENTIAL, "deepfm", "history-rnn", "mlp", "token-transformer", "two-tower")
# Fewer epochs of smaller batches: about as many steps in less time, and what beats chance does so long before its best.
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
            yield pytest.param(None, None, id=entry.name, marks=pytest.mark.skip(reason=str(error)))
            continue
        for check in checks_for(cls):
            yield pytest.param(cls, check, id=f"{entry.name}-{check}")


@pytest.mark.parametrize(("cls", "check"), list(_questions()))
def test_keeps_the_contract(cls, check, request):
    usual = {"model": request.getfixturevalue("small_model")} if cls.name in GENERATING else {}
    usual |= FEW.get((cls.name, check.name), {})
    outcome = check.run(cls, **usual)
    if outcome.state == "skipped":
        pytest.skip(outcome.why)
    assert outcome.state == "ok", f"{check.asks} {outcome.why}"
