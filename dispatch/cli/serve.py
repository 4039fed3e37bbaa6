"""`dispatch serve`."""

from __future__ import annotations

import argparse

from dispatch.cli.command import DONE, WrongUsage

MOST_PORT = 65_535


def serve_forever(asked: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from dispatch.service.door import Door, OpenDoor
    from dispatch.service.server import CannotListen, serve

    for option in ("listen", "metrics"):
        _refuse_no_address(option, getattr(asked, option))
    door = Door(
        tokens=asked.tokens,
        certificate=asked.tls_cert,
        key=asked.tls_key,
        client_ca=asked.client_ca,
        metrics=asked.metrics,
        insecure=asked.insecure,
        log_calls=True,
    )
    try:
        serve(asked.listen, door=door)
    except (CannotListen, OpenDoor) as error:
        raise WrongUsage(str(error)) from error
    return DONE


def _refuse_no_address(option: str, address: str | None) -> None:
    host, colon, port = (address or "host:0").rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) <= MOST_PORT):
        message = f"--{option} {address!r} is not HOST:PORT"
        raise WrongUsage(message)
