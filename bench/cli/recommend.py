"""`bench recommend`: what a kept model recommends to one user, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder
from bench.cli.telling import Sentences, WriterName, remark, require_sentences, teller
from bench.errors import BadConfig

if TYPE_CHECKING:
    from bench.serving import Explanation, Recommendation
    from bench.serving.writing import Told

EXAMPLES = 'Examples:  bench recommend ease --user 17 --explain   |   bench recommend text-knn --query "quiet films"'


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    user: Annotated[str | None, typer.Option(help="The id of a user in the data.", show_default=False)] = None,
    query: Annotated[str | None, typer.Option(help="What is looked for, in words.", show_default=False)] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many items.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Also say why, from the user's own history.")] = False,
    sentences: Sentences = False,
    writer: WriterName = None,
    store: StoreFolder = STORE,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Recommend items to one user, or for a query in words, with the model that `bench run --keep-models` kept.

    The list of a user is the one that the benchmark measured. Exit code 2: an unknown user, or the algorithm cannot do
    it; 3: no such cell, or its model is not kept.
    """
    from bench.serving import open_cell

    if (user is None) == (query is None):
        raise BadConfig("expected --user or --query, and only one of them")
    if explain and user is None:
        raise BadConfig("--explain names reasons in the history of a user; it goes with --user")
    if sentences and not explain:
        raise BadConfig("--sentences words what --explain says; give both")
    require_sentences(writer, sentences)
    served = open_cell(store, cell)
    for warning in served.warnings:
        remark(warning)
    found = served.ask(query or "", k) if user is None else served.recommend(user, k)
    why = [served.explain(user, one.item) for one in found] if explain and user is not None else []
    tell = teller(served, sentences, writer)
    told = [tell(explanation) for explanation in why]
    if json:
        asked = {"query": query} if user is None else {"user": user}
        counts = {"sentences": tell.counts} if sentences else {}
        output.as_json({"cell": served.record.key, **asked, "items": _facts(found, why, told), **counts})
        return
    if not found:
        output.say("Nothing has a score.")
        return
    rows = [(place, one.title, one.item, f"{one.score:.4g}") for place, one in enumerate(found, 1)]
    output.say(output.table(("", "title", "item", "score"), rows))
    for explanation, said in zip(why, told, strict=True):
        output.say()
        output.say(said.text)
        _tell(explanation)
    if sentences:
        became = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in tell.counts.items())
        output.say(f"\nSentences of the language model: {became}; the template speaks in the place of those.")


def _tell(explanation: Explanation) -> None:
    if explanation.reasons:
        told = [f"{reason.title} ({reason.text})" if reason.text else reason.title for reason in explanation.reasons]
        weights = [f"{reason.weight:.4g}" for reason in explanation.reasons]
        output.say(output.table(("weight", "because of"), zip(weights, told, strict=True)))


def _facts(found: list[Recommendation], why: list[Explanation], told: list[Told]) -> list[dict[str, Any]]:
    items = [asdict(one) for one in found]
    for entry, explanation, said in zip(items, why, told, strict=False):
        entry |= {"reasons": [asdict(reason) for reason in explanation.reasons], **asdict(said)}
    return items
