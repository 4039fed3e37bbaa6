from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, update

from dispatch.errors import StoreLost, WrongDatabase
from dispatch.runs.database import reading, writing
from dispatch.runs.ledger import Ledger
from dispatch.runs.migrate import CURRENT, STEPS, VERSION, version_of
from dispatch.runs.migrations.versions import v0001_runs
from dispatch.runs.rows import row_of
from dispatch.runs.run import Submission
from dispatch.runs.tables import METADATA
from tests.runs.asked import asked


def test_the_current_version_is_the_last_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [CURRENT]


def test_the_steps_lead_to_the_tables_of_the_code(ledger: Ledger) -> None:
    with reading(ledger.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert version_of(connection) == CURRENT
        found = inspect(connection)
        for table in METADATA.sorted_tables:
            assert {index["name"] for index in found.get_indexes(table.name) if not index["unique"]} == {
                index.name for index in table.indexes
            }


def _first_row(one: Submission, k: int) -> dict[str, Any]:
    """A run as the first version kept it: without a trace."""
    row = {name: value for name, value in row_of(one).items() if name != "traceparent"}
    return {**row, "run_id": f"{k:032x}", "created_s": 1.0, "due_s": 1.0, "event_count": 0}


def test_an_older_database_is_migrated_and_keeps_its_runs(database_url: str) -> None:
    ledger = Ledger(database_url)
    before = [asked(request_id=f"r{k}", labels={"day": str(k)}) for k in range(3)]
    with writing(ledger.engine) as connection:
        v0001_runs.METADATA.create_all(connection)
        VERSION.create(connection)
        connection.execute(VERSION.insert().values(version_num="0001"))
        rows = [_first_row(one, k) for k, one in enumerate(before)]
        connection.execute(v0001_runs.METADATA.tables["runs"].insert(), rows)
    ledger.prepare()
    assert [ledger.get(f"{k:032x}").asked for k in range(3)] == before
    with reading(ledger.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    ledger.engine.dispose()


def test_a_newer_database_is_refused_and_left_alone(ledger: Ledger) -> None:
    run = ledger.add(asked())
    with writing(ledger.engine) as connection:
        connection.execute(update(VERSION).values(version_num="9999"))
    with pytest.raises(WrongDatabase, match=f"version 9999, .* after {CURRENT}: run a newer `dispatch serve`"):
        ledger.prepare()
    assert ledger.get(run.run_id) == run


def test_tables_of_somebody_else_are_refused(database_url: str) -> None:
    ledger = Ledger(database_url)
    with writing(ledger.engine) as connection:
        connection.exec_driver_sql("CREATE TABLE runs (marathon integer)")
    with pytest.raises(WrongDatabase, match="name another database"):
        ledger.prepare()
    ledger.engine.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(WrongDatabase, match="is none"):
        Ledger(f"sqlite:///{tmp_path}/runs.db").prepare()


def test_a_database_that_is_not_there_is_lost(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/folder/runs.db", f"postgresql+psycopg://nobody@/runs?host={tmp_path}"):
        with pytest.raises(StoreLost, match="cannot be reached now"):
            Ledger(url).prepare()


def test_servers_that_start_at_once_migrate_once(database_url: str) -> None:
    """Six of them, each with an engine of its own, on an empty database."""
    ledgers = [Ledger(database_url) for _ in range(6)]
    failed: list[BaseException] = []
    barrier = threading.Barrier(len(ledgers))

    def start(ledger: Ledger) -> None:
        barrier.wait()
        try:
            ledger.prepare()
        except BaseException as error:  # noqa: BLE001 told below
            failed.append(error)

    threads = [threading.Thread(target=start, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with reading(ledgers[0].engine) as connection:
        assert version_of(connection) == CURRENT
    for ledger in ledgers:
        ledger.engine.dispose()


def test_a_current_database_is_prepared_without_alembic(ledger: Ledger) -> None:
    url = ledger.engine.url.render_as_string(hide_password=False)
    program = (
        "import sys; from dispatch.runs.ledger import Ledger; "
        f"Ledger({url!r}).prepare(); print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=STEPS.parents[2])
    assert told.stdout.strip() == "False"
