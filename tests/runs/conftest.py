"""Every test of the ledger runs on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from dispatch.runs.ledger import Ledger
from tests.runs.postgres import started_postgres

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with started_postgres() as url:
        yield url


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/runs.db"
        return
    url: str = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    manager = create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with manager.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield url.format(name=name)
    with manager.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    manager.dispose()


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    ledger = Ledger(database_url)
    ledger.prepare()
    yield ledger
    ledger.engine.dispose()
