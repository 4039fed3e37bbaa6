"""A database brought to the version of this program, or refused."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from dispatch.errors import WrongDatabase
from dispatch.runs.database import alone, reading, writing

STEPS = Path(__file__).parent / "migrations"
CURRENT = "0005"  # the last of the steps
VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def migrate(engine: Engine) -> None:
    """
    Bring an empty or an older database to the current version, in one transaction and one server at a time.

    Raises WrongDatabase where it is newer or no database of runs, StoreLost, StoreFull.
    """
    with reading(engine) as connection:
        if version_of(connection) == CURRENT:
            return
    with writing(engine) as connection:
        alone(connection)
        version = version_of(connection)  # another server may have been first
        if version is None and inspect(connection).has_table("runs"):
            message = "the database holds a table `runs` that no version of dispatch made; name another database"
            raise WrongDatabase(message)
        if version != CURRENT:
            _migrated(connection, version)


def version_of(connection: Connection) -> str | None:
    """The version of the tables; None where there are none."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    version: str | None = connection.execute(select(VERSION.c.version_num)).scalar()
    return version


def _migrated(connection: Connection, version: str | None) -> None:
    """Alembic takes a tenth of a second to import: only here."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    if version is not None and version not in known:
        message = (
            f"the database of runs has version {version}, and this program knows none after {CURRENT}: "
            "run a newer `dispatch serve`, or name another --database"
        )
        raise WrongDatabase(message)
    command.upgrade(config, "head")
