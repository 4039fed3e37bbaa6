"""A server in a process of its own, for as long as it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from dispatch.settings import Settings

LISTENING = "listening on "  # what the first line that a server prints begins with
START_S = 60.0
FAREWELL_S = 2.0  # for the last answers to leave, once no solve is under way
CODE = "import sys; from dispatch.service.server import serve; serve(sys.argv[1])"


@dataclass(frozen=True)
class Background:
    """A server that answers."""

    target: str
    process: subprocess.Popen[str]


@contextmanager
def running(listen: str = "127.0.0.1:0", settings: Settings | None = None) -> Iterator[str]:
    """Where a healthy server answers; it is stopped when the context is left."""
    with started(listen, settings or Settings.from_environment(os.environ)) as background:
        yield background.target


@contextmanager
def started(listen: str, settings: Settings) -> Iterator[Background]:
    """
    A server that is healthy; it is stopped, by its own process id, when the context is left.

    Where the settings name no database, its runs are forgotten with it.
    """
    with tempfile.TemporaryDirectory(prefix="dispatch-") as folder:
        database = settings.database or f"sqlite:///{folder}/runs.db"
        with _started(listen, replace(settings, database=database)) as background:
            yield background


@contextmanager
def _started(listen: str, settings: Settings) -> Iterator[Background]:
    command = [sys.executable, "-c", CODE, listen]
    environment = {**os.environ, **settings.environment()}
    # A session of its own: ^C at the terminal is for the caller, who then stops the server.
    process = subprocess.Popen(  # noqa: S603 (ours)
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield Background(_target(process), process)
    finally:
        process.terminate()
        _wait(process, settings.drain_seconds + 2 * FAREWELL_S)


def _target(process: subprocess.Popen[str]) -> str:
    """Where it answers, once it does."""
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith(LISTENING):
        message = f"the service did not start (exit code {process.wait()})"
        raise RuntimeError(message)
    target = line.removeprefix(LISTENING).strip()
    with grpc.insecure_channel(target) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        stub.Check(health_pb2.HealthCheckRequest(), timeout=START_S, wait_for_ready=True)
    return target


def _wait(process: subprocess.Popen[str], timeout_s: float) -> None:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
