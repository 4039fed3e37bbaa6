"""A Dask cluster of processes on loopback: its scheduler and its workers, each of which may be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.conventions.tree import ROOT
from tests.service.door import Certificates

STOPPED_S = 60.0
ENDED_S = 600.0  # on a machine that is busy otherwise
LOOK_EVERY_S = 0.2
FORKER = "multiprocessing.forkserver"


def patiently(condition: Callable[[], bool], limit_s: float = ENDED_S) -> bool:
    """Whether it comes true in time, looking seldom: a look at all processes or all runs takes the machine's time."""
    end_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(LOOK_EVERY_S)
    return True


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class DaskCluster:
    """`dask scheduler` and `dask worker --resources SOLVER=1`, as an operator starts them."""

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        self._folder, self._certificates = folder, certificates
        self._port = free_port()
        self.url = f"{'tls' if certificates else 'tcp'}://127.0.0.1:{self._port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_scheduler(self) -> None:
        options = ["--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard", *self._tls()]
        protocol = ["--protocol", "tls"] if self._certificates else []
        self.scheduler = self._started("scheduler", *options, *protocol)

    def start_worker(self) -> None:
        """With its nanny; it waits for its scheduler."""
        options = ["--nthreads", "1", "--resources", "SOLVER=1", "--no-dashboard", "--death-timeout", "600"]
        folder = ["--local-directory", str(self._folder / "scratch")]
        self.workers.append(self._started("worker", self.url, *options, *folder, *self._tls()))

    def kill_scheduler(self) -> None:
        """Its workers then end by themselves."""
        assert self.scheduler is not None
        self.scheduler.kill()
        self.scheduler.wait()
        for worker in self.workers:
            worker.wait(STOPPED_S)
        self.workers.clear()

    def solvers(self) -> list[int]:
        """Processes of solves under way."""
        rows = self._processes()
        forkers = {pid for pid, _, told in rows if FORKER in told}
        return [pid for pid, parent, told in rows if FORKER in told and parent in forkers]

    def worker_of(self, solver: int) -> int:
        """The process of the Dask worker, below its nanny, that a solver belongs to."""
        parents = {pid: parent for pid, parent, _ in self._processes()}
        return parents[parents[solver]]

    def told(self) -> str:
        """What all of it has logged."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("*.log")))

    def stop(self) -> None:
        """All that was started here, and what that has started."""
        started = [*self.workers, *([self.scheduler] if self.scheduler else [])]
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(STOPPED_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        with (self._folder / f"{words[0]}-{len(list(self._folder.glob('*.log')))}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self._folder,
            )

    def _tls(self) -> list[str]:
        if self._certificates is None:
            return []
        given = self._certificates
        return ["--tls-ca-file", str(given.ca), "--tls-cert", str(given.server), "--tls-key", str(given.server_key)]

    def _processes(self) -> list[tuple[int, int, str]]:
        """Those below our workers: pid, parent, command line."""
        rows = []
        for worker in self.workers:
            for process in psutil.Process(worker.pid).children(recursive=True):
                with suppress(psutil.Error):  # it has just ended
                    rows.append((process.pid, process.ppid(), " ".join(process.cmdline())))
        return rows


@contextmanager
def dask_cluster(folder: Path, certificates: Certificates | None = None) -> Iterator[DaskCluster]:
    """One of which nothing is started yet; all that is started is stopped when the context is left."""
    cluster = DaskCluster(folder, certificates)
    try:
        yield cluster
    finally:
        cluster.stop()
