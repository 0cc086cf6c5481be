"""The table of commands."""

from __future__ import annotations

import typer

from bench.cli import (
    audit,
    check,
    compare,
    data,
    doctor,
    export,
    list_,
    models,
    new,
    plan,
    recommend,
    repeat,
    report,
    run,
    score,
    serve,
    show,
    status,
    store,
    tune,
    verify,
)

_COMMANDS = (
    run,
    tune,
    plan,
    audit,
    status,
    show,
    report,
    compare,
    score,
    repeat,
    recommend,
    serve,
    export,
    verify,
    new,
    check,
    doctor,
)


def register(app: typer.Typer) -> None:
    """Add every command to `app`, in the order in which `bench --help` lists them."""
    for module in _COMMANDS:
        app.command(name=module.__name__.rpartition(".")[2], epilog=module.EXAMPLES)(module.command)
    app.add_typer(list_.app, name="list")
    app.add_typer(data.app, name="data")
    app.add_typer(models.app, name="models")
    app.add_typer(store.app, name="store")
