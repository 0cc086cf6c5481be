"""`bench serve`: a kept model as a service on this machine."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder
from bench.cli.telling import Sentences, WriterName, remark, require_sentences, teller
from bench.errors import BadConfig

EXAMPLES = "Examples:  bench serve ease   |   bench serve 3fa4c1 --port 9000   |   bench serve ease --sentences"
LOOPBACK = "127.0.0.1"


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    host: Annotated[str, typer.Option(help="Where to listen; any other opens it to the network.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    sentences: Sentences = False,
    writer: WriterName = None,
    store: StoreFolder = STORE,
) -> None:
    """Answer /recommend, /explain and /health over HTTP with the model of a cell that was kept; /docs says how.

    Exit code 2: the address cannot be had, a package is missing, or the algorithm gives no reasons to word; 3: no such
    cell, or its model is not kept; 130: ended by Ctrl-C.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise BadConfig(f'`bench serve` needs the package {error.name}; `pip install -e ".[serve]"` adds it') from None
    from bench.serving import open_cell
    from bench.serving.web import service

    require_sentences(writer, sentences)
    listening = _listening(host, port)
    served = open_cell(store, cell)
    if sentences:
        served.require_reasons()
    for warning in served.warnings:
        remark(warning)
    app = service(served, host, teller(served, sentences, writer))
    port = listening.getsockname()[1]
    place = f"[{host}]" if ":" in host else host
    output.say(f"{served.record.label} answers at http://{place}:{port}, /docs says how; Ctrl-C ends it")
    settings = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(settings).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket at that address. Raises BadConfig where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen()
    except OSError as error:
        raise BadConfig(f"cannot listen at {host}, port {port}: {error.strerror or error}") from None
    return found
