"""`dispatch serve` as an operator starts it, on a free port, and what the system says of its process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from dispatch.service.background import LISTENING

TICKS = os.sysconf("SC_CLK_TCK")
STOP_S = 60.0


@dataclass
class Server:
    """A server that is SERVING."""

    target: str
    process: subprocess.Popen[str]
    ready_s: float  # from its start to health SERVING
    cpu_s: float  # of its process by then
    log: Path

    @property
    def memory_mb(self) -> float:
        """Resident, of the process that answers."""
        return _status(self.process.pid, "VmRSS") / 1024

    @property
    def descriptor_count(self) -> int:
        """Open files, sockets and pipes."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def zombie_count(self) -> int:
        """Processes below it that have ended and that nobody has counted."""
        return sum(state == "Z" for _, state in _below(self.process.pid))

    @property
    def defect_count(self) -> int:
        """Lines of its log that tell of a defect."""
        return sum('"level": "error"' in line for line in self.log.read_text().splitlines())

    def stop(self) -> None:
        """As an operator does."""
        self.process.terminate()
        self.process.wait(STOP_S)


@contextmanager
def served(listen: str = "127.0.0.1:0", database: str = "", **settings: int) -> Iterator[Server]:
    """A server with these settings (`solve_count=0` takes no run); stopped, by its id, when the context is left."""
    with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as folder:
        server = started(Path(folder), database or f"sqlite:///{folder}/runs.db", listen, **settings)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()


def started(folder: Path, database: str, listen: str = "127.0.0.1:0", **settings: int) -> Server:
    """A server that whoever called has to stop."""
    told = {f"DISPATCH_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "dispatch", "serve", "--listen", listen, "--database", database]
    log = folder / f"log-{time.monotonic_ns()}"
    begun = time.monotonic()
    with log.open("w") as stderr:
        # In the session of the bench: what ends the bench from outside ends the server too.
        process = subprocess.Popen(
            command, env={**os.environ, **told}, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith(LISTENING):
        message = f"the server did not start: {log.read_text()}"
        raise RuntimeError(message)
    if process.stdout:
        process.stdout.close()  # it says no more
    target = line.removeprefix(LISTENING).strip()
    with grpc.insecure_channel(target) as channel:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=STOP_S, wait_for_ready=True)
    return Server(target, process, time.monotonic() - begun, cpu_s(process.pid), log)


def cpu_s(pid: int) -> float:
    """Seconds of processor that a process has had, its children apart."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _below(root: int) -> list[tuple[int, str]]:
    """Every process below one, with its state."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, check=True, text=True)  # noqa: S607
    rows = [line.split() for line in listed.stdout.splitlines()]
    family, found = {root}, []
    for pid, parent, state in sorted((int(a), int(b), c[0]) for a, b, c in rows):
        if parent in family:
            family.add(pid)
            found.append((pid, state))
    return found
