"""The database of the ledger: SQLite in one file, or PostgreSQL, by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dispatch.errors import StoreFull, StoreLost

BUSY_S = 10.0  # for another writer of the same file
FULL = ("database or disk is full", "No space left on device", "could not extend file")
WRITES = "writes"


def engine_of(url: str) -> Engine:
    """
    An engine for sqlite:///FILE or postgresql+psycopg://...

    SQLite: write-ahead log, every commit on disk (synchronous FULL); a writing transaction takes the write lock when it
    begins, so that no two of them both read and then both want to write.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begun)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, connect_args={"connect_timeout": 5})


def _prepared(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we begin ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads. Raises StoreLost."""
    with _own_errors(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is on disk when this ends, or never was. Raises StoreLost, StoreFull."""
    with _own_errors(), engine.execution_options(**{WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        told = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        if any(sign in told for sign in FULL):
            message = "there is no room left for the database of runs"
            raise StoreFull(message) from error
        message = "the database of runs cannot be reached now"
        raise StoreLost(message) from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        message = "the database of runs was lost in the middle of this"
        raise StoreLost(message) from error
