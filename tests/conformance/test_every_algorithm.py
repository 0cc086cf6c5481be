"""Every registered algorithm, found by itself, against every check that applies to it; hybrids with texts as well."""

import pytest

from algorithms.item_text import READER
from bench import registry
from bench.conformance import checks_for
from bench.errors import Unsupported

GENERATING = ("llm-embedding", "llm-rerank")  # with a model made on the spot: theirs takes minutes, and a network
SLOW = ("bert4rec", "caser", "gru4rec", "hstu", "narm", "nextitnet", "sasrec", "text-sasrec")
FEW = {"epochs": 10}  # of slow learners: what is better than chance is so long before it is at its best


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
    usual |= FEW if cls.name in SLOW and check.name == "beats-random" else {}
    outcome = check.run(cls, **usual)
    if outcome.state == "skipped":
        pytest.skip(outcome.why)
    assert outcome.state == "ok", f"{check.asks} {outcome.why}"
