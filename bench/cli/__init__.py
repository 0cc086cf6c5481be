"""The command `bench`: one file per command. Errors that a user can mend are one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bench.errors import BenchError

app = typer.Typer(
    name="bench",
    help="Compare recommender families on the same data, splits and metrics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"recmatrix {version('recmatrix')}")
        raise typer.Exit


@app.callback(epilog="Examples:  bench run   |   bench run my.toml --seeds 3")
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """Compare recommender families on the same data, splits and metrics."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    from bench.cli import commands, output

    commands.register(app)
    try:
        app()
    except BenchError as error:
        for line in output.clean(error).splitlines():
            print(f"bench: {line}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        print(output.clean(f"bench: {error.filename or 'output'}: {error.strerror or error}"), file=sys.stderr)
        sys.exit(1)
