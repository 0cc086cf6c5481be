"""Every registered algorithm, found by itself, against every check that applies to it."""

import pytest

from bench import registry
from bench.conformance import checks_for
from bench.errors import Unsupported


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
def test_keeps_the_contract(cls, check):
    outcome = check.run(cls)
    if outcome.state == "skipped":
        pytest.skip(outcome.why)
    assert outcome.state == "ok", f"{check.asks} {outcome.why}"
