"""
What the compose file starts, started without containers: its commands and its environment, a process for each.

Nothing of them is changed but what a container has of its own: where volumes and secrets lie, the ports, and how the
database is reached (PostgreSQL from a package, over a socket).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dispatch.access import Access
from dispatch.case.case import Limits
from dispatch.client import Client, ServiceError, State
from dispatch.errors import DispatchError
from dispatch.service.tokens import Caller, Role, add_token
from tests.conventions.tree import ROOT
from tests.deploy.containers import Container, containers
from tests.runs.postgres import started_postgres
from tests.service.door import certificates_in
from tests.service.watch import a_case, until

SERVER, WORKER = (next(one for one in containers() if one.name == f"compose {name}") for name in ("server", "worker"))
STARTED_S, ENDED_S = 300.0, 600.0
LIMITS = Limits(gap_share=0.02, time_s=300.0)
QUICK = {"DISPATCH_NICENESS_COUNT": "0"}  # other tests want the processor too


class Machine:
    """A machine that has the volumes and secrets of the compose file in a folder."""

    def __init__(self, folder: Path, database_url: str) -> None:
        made = certificates_in(folder)
        self.ca, self.folder = made.ca, folder
        self.door, self.runs, self.secrets = (folder / name for name in ("door", "runs", "secrets"))
        for path in (self.door, self.runs, self.secrets):
            path.mkdir()
        for path in (made.ca, made.server, made.server_key):
            (self.door / path.name).write_bytes(path.read_bytes())
        self.token = add_token(self.door / "tokens.csv", Caller("south", Role.SUBMITTER, "desk"), 1)
        (self.secrets / "database_url").write_text(database_url)
        self.ports = {port: _free_port() for port in SERVER.ports}
        self.target = f"localhost:{self.ports[50051]}"

    def here(self, text: str) -> str:
        """A word of the compose file as it is meant on this machine."""
        known = {"/door": self.door, "/var/lib/dispatch": self.runs, "/run/secrets": self.secrets}
        for inside, outside in known.items():
            text = text.replace(inside, os.fspath(outside))
        for inside_port, port in self.ports.items():
            text = text.replace(f":{inside_port}", f":{port}")
        return text

    def run(self, container: Container) -> subprocess.Popen[str]:
        """A process of this container."""
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *map(self.here, container.command)],
                cwd=ROOT,
                env={**os.environ, **QUICK, **{key: self.here(value) for key, value in container.environment.items()}},
                stdout=log,
                stderr=log,
                text=True,
            )

    def healthy(self) -> bool:
        """What the health check of the compose file says."""
        command = [sys.executable, "-m", *map(self.here, SERVER.probe)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0

    def client(self, token: str | None) -> Client:
        """Somebody on another machine."""
        return Client(self.target, Access(ca=self.ca, token=token), patience_s=5.0)


@contextmanager
def stopped(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is gone at the end."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.faults
def test_the_compose_file_solves_and_loses_no_run_with_a_worker(tmp_path: Path) -> None:
    """A stranger is refused; a token that is revoked is refused at once; a worker is killed in the middle of a run."""
    case = a_case(step_count=6)
    with ExitStack() as running, started_postgres() as postgres:
        machine = Machine(tmp_path, postgres.format(name="postgres"))
        server = running.enter_context(stopped(machine.run(SERVER)))
        workers = [running.enter_context(stopped(machine.run(WORKER))) for _ in range(2)]
        assert until(machine.healthy, STARTED_S), (tmp_path / "log").read_text()
        with socket.create_connection(("localhost", machine.ports[50051]), timeout=5.0):
            pass  # as Kubernetes asks whether it lives
        with machine.client("dispatch_unknown") as stranger, pytest.raises((DispatchError, ServiceError)):
            stranger.submit(case, LIMITS)
        with machine.client(machine.token) as desk:
            runs = [desk.submit(case, LIMITS, request_id=f"day-{number}").run_id for number in range(3)]
            assert until(lambda: desk.get(runs[0]).state is State.RUNNING, ENDED_S)
            workers[0].kill()
            for run in runs:
                assert list(desk.watch(run))
            assert {desk.get(run).state for run in runs} == {State.SUCCEEDED}
            assert {desk.outcome(run).status.name for run in runs} == {"OPTIMAL"}
            tokens = machine.door / "tokens.csv"
            tokens.write_text(tokens.read_text().splitlines()[0] + "\n")
            with pytest.raises((DispatchError, ServiceError), match="not known here"):
                desk.get(runs[0])
        for process, container in ((server, SERVER), (workers[1], WORKER)):
            process.send_signal(signal.SIGTERM)
            assert process.wait(container.grace_s) == 0
