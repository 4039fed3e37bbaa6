"""`dispatch serve`."""

from __future__ import annotations

import argparse

from dispatch.cli.command import DONE, WrongUsage

MOST_PORT = 65_535


def serve_forever(asked: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from dispatch.service.server import CannotListen, serve

    host, colon, port = asked.listen.rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) <= MOST_PORT):
        message = f"--listen {asked.listen!r} is not HOST:PORT"
        raise WrongUsage(message)
    try:
        serve(asked.listen)
    except CannotListen as error:
        raise WrongUsage(str(error)) from error
    return DONE
