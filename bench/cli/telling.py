"""Who words the reasons of `bench recommend` and `bench serve`: a language model, or the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import output
from bench.errors import BadConfig, Unsupported
from bench.models.catalogue import GENERATOR

if TYPE_CHECKING:
    from bench.serving import Served
    from bench.serving.writing import Teller

Sentences = Annotated[bool, typer.Option("--sentences", help="A language model words the reasons.")]
WriterName = Annotated[
    str | None,
    typer.Option(help="Which one: a name of `bench models list`, or a folder.", show_default=GENERATOR.name),
]


def require_sentences(writer: str | None, sentences: bool) -> None:
    """Raise BadConfig for a writer who is not to write."""
    if writer is not None and not sentences:
        raise BadConfig("--writer says which model words the reasons; it goes with --sentences")


def teller(served: Served, sentences: bool, writer: str | None) -> Teller:
    """Words reasons by a language model, or by the template where none is wanted or, with a remark, there is none.

    Raises BadConfig for a folder that holds no such model.
    """
    from bench.models.writer import Writer
    from bench.serving.writing import Teller

    if sentences:
        try:
            write = Writer(writer or GENERATOR.name)
            return Teller(write, served.titles, write.name)
        except Unsupported as error:
            remark(f"{error}; the template speaks in its place")
    return Teller(None, served.titles)


def remark(text: str) -> None:
    """One line on standard error."""
    typer.echo(f"bench: {output.clean(text)}", err=True)
