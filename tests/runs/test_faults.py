"""What is promised though something breaks."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from dispatch.errors import StoreFull, StoreLost
from dispatch.runs import database
from dispatch.runs.database import writing
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Query, Run, State
from tests.runs.adding import add_until_killed
from tests.runs.asked import asked
from tests.runs.postgres import SystemPostgres

ROOT = Path(__file__).parents[2]
KILLS = [20, pytest.param(100, marks=pytest.mark.faults)]


def _acknowledged(told: Path) -> list[tuple[str, str, str]]:
    lines = told.read_text().splitlines() if told.exists() else []
    return [(what, name, run_id) for what, name, run_id in (line.split() for line in lines)]


def _check(ledger: Ledger, told: Path) -> int:
    """Nothing that was acknowledged is lost, none doubled, no history broken; how many were added."""
    runs = {run.asked.request_id: run for run in ledger.runs(Query(), 100_000)}
    lines = _acknowledged(told)
    added = {(name, run_id) for what, name, run_id in lines if what == "added"}
    assert {name for name, _ in added} == {name for name, run_id in added if runs[name].run_id == run_id}
    assert len({name for name, _ in added}) == len(added)
    assert len(ledger.runs(Query(), 100_000)) == len(runs)
    ended = [name for what, name, _ in lines if what == "ended"]
    assert len(set(ended)) == len(ended)
    assert {runs[name].state for name in ended} <= {State.SUCCEEDED}
    for run in list(runs.values())[:100]:
        events = ledger.events(run.run_id)
        assert [told.event_index for told in events] == list(range(1, run.event_count + 1))
        assert sum(told.state is not None and told.state.ended for told in events) == run.state.ended
    return len(added)


def _intact(ledger: Ledger) -> bool:
    if ledger.engine.dialect.name != "sqlite":
        return True
    with ledger.engine.connect() as connection:
        return bool(connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok")


@pytest.mark.parametrize("kill_count", KILLS)
def test_kill_9_loses_and_doubles_nothing(ledger: Ledger, database_url: str, tmp_path: Path, kill_count: int) -> None:
    """Each new process asks again, under its name, for what was perhaps cut off."""
    chance = random.Random(kill_count)  # noqa: S311 no secret
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.runs.adding"])
    told = tmp_path / "told"
    for _ in range(kill_count):
        before = len(_acknowledged(told))
        first = sum(what == "added" for what, _, _ in _acknowledged(told))
        process = processes.Process(target=add_until_killed, args=(database_url, str(told), first))
        process.start()
        while process.is_alive() and len(_acknowledged(told)) == before:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        process.join()
        assert process.exitcode == -9
        process.close()
    assert _check(ledger, told) >= kill_count
    assert _intact(ledger)


# ---------------------------------------------------------------- no room


def _fill(ledger: Ledger, kept: list[Run]) -> None:
    while True:
        kept.append(ledger.add(asked(changes="x" * 2000)))


def test_a_full_disk_refuses_runs_and_harms_none(tmp_path: Path) -> None:
    """A bound on the pages of the file stands for the disk: SQLite tells the same error."""
    ledger = Ledger(f"sqlite:///{tmp_path}/runs.db")
    ledger.prepare()
    bound_count = [60]

    def bounded(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={bound_count[0]}")

    event.listen(ledger.engine, "checkout", bounded)
    kept: list[Run] = []
    with pytest.raises(StoreFull, match="no room left"):
        _fill(ledger, kept)
    assert len(kept) > 3
    assert ledger.runs(Query(), 1000) == sorted(kept, key=lambda run: (run.created_s, run.run_id), reverse=True)
    assert _intact(ledger)
    bound_count[0] = 10_000
    kept.append(ledger.add(asked(changes="x" * 2000)))
    assert len(ledger.runs(Query(), 1000)) == len(kept)
    ledger.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_postgresql_says_of_a_full_disk_is_heard_in_any_language(ledger: Ledger) -> None:
    said = "DO $$ BEGIN RAISE EXCEPTION '无法扩展文件' USING ERRCODE = 'disk_full'; END $$"
    with pytest.raises(StoreFull), writing(ledger.engine) as connection:
        connection.exec_driver_sql(said)


# ---------------------------------------------------------------- away


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_another_writes_for_too_long_is_lost_for_now(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    ledger = Ledger(database_url)
    ledger.prepare()
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLost, match="locked"):
        ledger.add(asked())
    assert ledger.runs(Query(), 1) == []  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert ledger.add(asked()).state is State.QUEUED
    ledger.engine.dispose()


END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = '{}'"


def _cut_off(ledger: Ledger, operator: Ledger, end_others: str) -> None:
    with writing(ledger.engine) as connection:
        connection.execute(text("SELECT 1"))
        with writing(operator.engine) as other:
            other.exec_driver_sql(end_others)
        connection.execute(text("SELECT 1"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_ended_by_the_server_are_made_anew(ledger: Ledger, database_url: str) -> None:
    run = ledger.add(asked())
    operator = Ledger(database_url)
    end_others = END_OTHERS.format(ledger.engine.url.database)
    with writing(operator.engine) as connection:
        connection.exec_driver_sql(end_others)
    assert ledger.get(run.run_id) == run  # idle ones are not noticed
    with pytest.raises(StoreLost, match="terminating connection"):
        _cut_off(ledger, operator, end_others)
    assert ledger.get(run.run_id) == run
    operator.engine.dispose()


FORKED = """
import os, sys
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Query
from tests.runs.asked import asked

ledger = Ledger(sys.argv[1])
names = {ledger.add(asked()).run_id}
children = []
for _ in range(4):
    if (child := os.fork()) == 0:
        for _ in range(10):
            ledger.add(asked())
        os._exit(0)
    children.append(child)
for _ in range(10):
    ledger.add(asked())
print([os.waitpid(child, 0)[1] for child in children], len(ledger.runs(Query(), 100)))
"""


def test_forked_children_speak_on_connections_of_their_own(ledger: Ledger, database_url: str) -> None:
    """1 before, 4 children with 10 each, 10 of the parent: 51."""
    command = [sys.executable, "-c", FORKED, database_url]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    assert told.stdout.strip() == "[0, 0, 0, 0] 51"


# ---------------------------------------------------------------- PostgreSQL killed under load


@pytest.fixture
def system_postgres(tmp_path: Path) -> Iterator[SystemPostgres]:
    server = SystemPostgres()
    server.start()
    yield server
    server.remove()


@pytest.mark.faults
def test_postgresql_killed_under_load_loses_nothing(system_postgres: SystemPostgres, tmp_path: Path) -> None:
    """Killed three times: the callers hear that it is away, and go on within 5 s of its return."""
    ledger = Ledger(system_postgres.url)
    ledger.prepare()
    told = tmp_path / "told"
    processes = multiprocessing.get_context("forkserver")
    process = processes.Process(target=add_until_killed, args=(system_postgres.url, str(told), 0))
    process.start()
    for kill_count in range(1, 4):
        time.sleep(1.0)
        system_postgres.kill()
        with pytest.raises(StoreLost):
            ledger.queue()
        system_postgres.start()
        back_s = time.monotonic()
        before = len(_added(told))
        while len(_added(told)) == before:
            assert time.monotonic() - back_s < 5.0
            time.sleep(0.01)
        assert any(what == "lost" for what, _, _ in _acknowledged(told)), kill_count
    process.kill()
    process.join()
    assert _check(ledger, told) > 3
    ledger.engine.dispose()


def _added(told: Path) -> list[str]:
    return [name for what, name, _ in _acknowledged(told) if what == "added"]
