"""The database of the ledger: SQLite in one file, or PostgreSQL, by URL."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dispatch.errors import StoreFull, StoreLost, WrongDatabase

BUSY_S = 10.0  # for another writer of the same file, or for a connection
AGAIN_S = 0.05
TURN_S = 30.0  # for other threads of this process
DISK_FULL = "53100"  # what PostgreSQL calls it in every language
LOCK_NUMBER = 0x6469_7370  # "disp": of all that dispatch does one at a time
WRITES = "writes"

POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": BUSY_S}

_engines: WeakSet[Engine] = WeakSet()
_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()  # to write, of SQLite


def engine_of(url: str) -> Engine:
    """
    An engine for sqlite:///FILE or postgresql+psycopg://...

    SQLite: write-ahead log, every commit on disk (synchronous FULL); a writing transaction takes the write lock when it
    begins, so that no two of them both read and then both want to write.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, **POOL, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begun)
        _turns[engine] = Lock()
    else:
        engine = create_engine(url, pool_pre_ping=True, **POOL, connect_args={"connect_timeout": 5})
    _engines.add(engine)
    return engine


def _forget_connections() -> None:
    """A forked child must not speak on its parent's connections, nor close them."""
    for engine in _engines:
        engine.dispose(close=False)
        if engine in _turns:
            _turns[engine] = Lock()  # another thread of the parent may have held it


os.register_at_fork(after_in_child=_forget_connections)


def _prepared(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we begin ourselves
    cursor = connection.cursor()
    _begin_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_log(cursor: Any) -> None:
    """SQLite does not wait by itself where another process makes the same change of a new file just now."""
    end_s = time.monotonic() + BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end_s:
                raise
            time.sleep(AGAIN_S)
        else:
            return


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
    with _turn(engine), _own_errors(), engine.execution_options(**{WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Writers of one file queue inside a process: SQLite itself only polls, and some would wait for ever."""
    turn = _turns.get(engine)
    if turn is None:
        yield
        return
    if not turn.acquire(timeout=TURN_S):
        message = f"the database of runs was busy for {TURN_S:.0f} s"
        raise StoreLost(message)
    try:
        yield
    finally:
        turn.release()


def alone(connection: Connection) -> None:
    """Until the transaction ends, no other does what it does alone; a writing transaction of SQLite is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_NUMBER)))


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        message = f"the database of runs gave no connection within {BUSY_S:.0f} s"
        raise StoreLost(message) from error
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == DISK_FULL:
            message = "there is no room left for the database of runs"
            raise StoreFull(message) from error
        if code == sqlite3.SQLITE_NOTADB:
            message = "the file named as the database of runs is none"
            raise WrongDatabase(message) from error
        if isinstance(error, OperationalError) or error.connection_invalidated or code == sqlite3.SQLITE_CORRUPT:
            message = f"the database of runs cannot be reached now: {str(error.orig).strip()}"
            raise StoreLost(message) from error
        raise
