"""`bench recommend`: what a kept model recommends to one user, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder
from bench.errors import BadConfig, Unsupported
from bench.models.catalogue import GENERATOR

if TYPE_CHECKING:
    from bench.serving import Explanation, Recommendation, Served
    from bench.serving.writing import Teller

EXAMPLES = 'Examples:  bench recommend ease --user 17 --explain   |   bench recommend text-knn --query "quiet films"'
WRITER = GENERATOR.name


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    user: Annotated[str | None, typer.Option(help="The id of a user in the data.", show_default=False)] = None,
    query: Annotated[str | None, typer.Option(help="What is looked for, in words.", show_default=False)] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many items.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Also say why, from the user's own history.")] = False,
    sentences: Annotated[bool, typer.Option("--sentences", help="A language model words what --explain says.")] = False,
    writer: Annotated[str, typer.Option(help="Which one: a name of `bench models list`, or a folder.")] = WRITER,
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
    served = open_cell(store, cell)
    for warning in served.warnings:
        _remark(warning)
    found = served.ask(query or "", k) if user is None else served.recommend(user, k)
    why = [served.explain(user, one.item) for one in found] if explain and user is not None else []
    teller = _teller(served, writer if sentences else None)
    texts = [teller(explanation) for explanation in why]
    if json:
        asked = {"query": query} if user is None else {"user": user}
        told = {"sentences": _counts(teller)} if sentences else {}
        output.as_json({"cell": served.record.key, **asked, "items": _facts(served, found, why, texts), **told})
        return
    if not found:
        output.say("Nothing has a score.")
        return
    rows = [(place, one.title, one.item, f"{one.score:.4g}") for place, one in enumerate(found, 1)]
    output.say(output.table(("", "title", "item", "score"), rows))
    for explanation, text in zip(why, texts, strict=True):
        output.say()
        output.say(text)
        _tell(explanation)
    if sentences:
        counts = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in _counts(teller).items())
        output.say(f"\nSentences of the language model: {counts}; the template speaks in the place of those.")


def _teller(served: Served, writer: str | None) -> Teller:
    """Words reasons by a language model, or by the template where none is wanted or there is none."""
    from bench.models.writer import Writer
    from bench.serving.writing import Teller

    write, items = None, served.people.items
    if writer is not None:
        try:
            write = Writer(writer)
        except Unsupported as error:
            _remark(f"{error}; the template speaks in its place")
    return Teller(write, items.titles or items.ids)


def _counts(teller: Teller) -> dict[str, int]:
    return {"written": teller.written, "caught": teller.caught, "said_nothing": teller.said_nothing}


def _remark(text: str) -> None:
    typer.echo(f"bench: {output.clean(text)}", err=True)


def _tell(explanation: Explanation) -> None:
    if explanation.reasons:
        told = [f"{reason.title} ({reason.text})" if reason.text else reason.title for reason in explanation.reasons]
        weights = [f"{reason.weight:.4g}" for reason in explanation.reasons]
        output.say(output.table(("weight", "because of"), zip(weights, told, strict=True)))


def _facts(
    served: Served, found: list[Recommendation], why: list[Explanation], texts: list[str]
) -> list[dict[str, Any]]:
    from bench.serving.sentences import unfounded

    items = [asdict(one) for one in found]
    titles = served.people.items.titles or served.people.items.ids
    for entry, explanation, text in zip(items, why, texts, strict=False):
        entry |= {"reasons": [asdict(reason) for reason in explanation.reasons], "text": text}
        entry["unfounded"] = len(unfounded(text, explanation, titles))
    return items
