"""`dispatch serve`."""

from __future__ import annotations

import argparse

from dispatch.cli.command import DONE, USAGE, say


def serve_forever(asked: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from dispatch.service.server import serve

    host, colon, port = asked.listen.rpartition(":")
    if not (host and colon and port.isdigit()):
        say(f"--listen {asked.listen!r} is not HOST:PORT")
        return USAGE
    serve(asked.listen)
    return DONE
