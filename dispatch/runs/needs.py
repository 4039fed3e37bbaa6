"""Which artefacts runs need; inside a transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, or_, select

from dispatch.runs.tables import RUNS, UNNEEDED


def needed(connection: Connection, name: str) -> bool:
    """Whether any run names this artefact."""
    columns = (RUNS.c.payload_sha256, RUNS.c.outcome_sha256, RUNS.c.schedule_sha256)
    wanted = select(RUNS.c.run_id).where(or_(*(column == name for column in columns))).limit(1)
    return connection.execute(wanted).first() is not None


def remember(connection: Connection, names: Collection[str]) -> None:
    """That these are needed no longer, until they are dropped."""
    if names:
        connection.execute(delete(UNNEEDED).where(UNNEEDED.c.name.in_(names)))
        connection.execute(insert(UNNEEDED), [{"name": name} for name in names])
