"""`dispatch serve` and `dispatch worker`."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from dispatch.cli.command import DONE, WrongUsage, made_folder, say
from dispatch.cli.values import MOST_WORKERS
from dispatch.errors import StoreLost, WrongDatabase
from dispatch.settings import PREFIX, Settings

MOST_PORT = 65_535
ASKED = (
    *("database", "artefacts", "solve_count", "record"),
    *("executor", "scheduler", "scheduler_ca", "scheduler_cert", "scheduler_key"),
)


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
        serve(asked.listen, _settings(asked), door)
    except (CannotListen, OpenDoor, StoreLost, WrongDatabase, ValueError) as error:
        raise WrongUsage(str(error)) from error
    return DONE


def work_forever(asked: argparse.Namespace) -> int:
    """Take runs until SIGTERM or SIGINT."""
    from dispatch.jobs.alone import work

    try:
        settings = _settings(asked)
        room = (
            f"as many as {settings.scheduler} has room for" if settings.scheduler else f"{settings.solve_count} at once"
        )
        say(f"taking runs, {room}")
        work(settings)
    except (StoreLost, WrongDatabase, ValueError) as error:
        raise WrongUsage(str(error)) from error
    return DONE


def _settings(asked: argparse.Namespace) -> Settings:
    """Those of the environment, and over them those of the command line."""
    given = {name: vars(asked)[name] for name in ASKED if vars(asked).get(name) is not None}
    settings = replace(Settings.from_environment(os.environ), **given)
    made_folder(Path(settings.record) if settings.record else None, "--record")
    said = "solve_count" in given or f"{PREFIX}SOLVE_COUNT" in os.environ
    if settings.executor == "dask" and not said:
        return replace(settings, solve_count=MOST_WORKERS)  # as many as the cluster has room for
    return settings


def _room(settings: Settings) -> str:
    if settings.solve_count < MOST_WORKERS:
        return f"{settings.solve_count} at once"
    return f"as many at once as {settings.scheduler} has room for"


def _refuse_no_address(option: str, address: str | None) -> None:
    host, colon, port = (address or "host:0").rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) <= MOST_PORT):
        message = f"--{option} {address!r} is not HOST:PORT"
        raise WrongUsage(message)
