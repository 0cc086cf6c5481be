"""The command `bench`: one file per command. Errors that a user can mend are one line and an exit code."""

from __future__ import annotations

import os
import sys

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


def main() -> None:
    """Run the command line and leave with its exit code."""
    from bench.cli import commands

    commands.register(app)
    try:
        app()
    except BenchError as error:
        for line in str(error).splitlines():
            print(f"bench: {line}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
