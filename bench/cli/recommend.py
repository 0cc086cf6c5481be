"""`bench recommend`: what a kept model recommends to one user, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder

if TYPE_CHECKING:
    from bench.serving import Explanation, Recommendation, Served

EXAMPLES = "Examples:  bench recommend ease --user 17   |   bench recommend 3fa4c1 --user 17 -k 5 --explain"


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    user: Annotated[str, typer.Option(help="The id of a user in the data.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many items.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Also say why, from the user's own history.")] = False,
    store: StoreFolder = STORE,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Recommend items to one user with the model of a cell that `bench run --keep-models` kept.

    The list is the one that the benchmark measured. Exit code 2: an unknown user, or the algorithm cannot do it; 3: no
    such cell, or its model is not kept.
    """
    from bench.serving import open_cell

    served = open_cell(store, cell)
    for warning in served.warnings:
        typer.echo(f"bench: {output.clean(warning)}", err=True)
    found = served.recommend(user, k)
    why = [served.explain(user, one.item) for one in found] if explain else []
    if json:
        output.as_json(_facts(served, user, found, why))
        return
    rows = [(place, one.title, one.item, f"{one.score:.4g}") for place, one in enumerate(found, 1)]
    output.say(output.table(("", "title", "item", "score"), rows))
    for explanation in why:
        output.say()
        _tell(explanation)


def _tell(explanation: Explanation) -> None:
    from bench.serving.sentences import sentences

    output.say(sentences(explanation))
    if explanation.reasons:
        told = [f"{reason.title} ({reason.text})" if reason.text else reason.title for reason in explanation.reasons]
        weights = [f"{reason.weight:.4g}" for reason in explanation.reasons]
        output.say(output.table(("weight", "because of"), zip(weights, told, strict=True)))


def _facts(served: Served, user: str, found: list[Recommendation], why: list[Explanation]) -> dict[str, Any]:
    from bench.serving.sentences import sentences, unfounded

    items = [asdict(one) for one in found]
    for entry, explanation in zip(items, why, strict=False):
        text, titles = sentences(explanation), served.people.items.titles or served.people.items.ids
        entry |= {"reasons": [asdict(reason) for reason in explanation.reasons], "text": text}
        entry["unfounded"] = len(unfounded(text, explanation, titles))
    return {"cell": served.record.key, "user": user, "items": items}
