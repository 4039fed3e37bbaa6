"""Single steps inside a transaction of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, insert, select, update

from dispatch.errors import UnknownRun
from dispatch.runs.rows import row_of_ending, run_of, told_of
from dispatch.runs.run import Ending, Run, State
from dispatch.runs.tables import EVENTS, RUNS, Now
from dispatch.schedule.progress import Progress

MOST_NAMES_COUNT = 10_000  # in one question
CANCELLED = Ending(State.CANCELLED, "CANCELLED", "the caller cancelled it")


def found(connection: Connection, run_id: str, tenant: str | None, *, lock: bool = False) -> Run:
    """A run; None as tenant sees all. Raises UnknownRun."""
    wanted = select(RUNS).where(RUNS.c.run_id == run_id)
    wanted = wanted if tenant is None else wanted.where(RUNS.c.tenant == tenant)
    wanted = wanted.with_for_update() if lock else wanted
    row = None if "\x00" in run_id else connection.execute(wanted).mappings().first()
    if row is None:
        message = f"there is no run {run_id[:64]!r}"
        raise UnknownRun(message)
    return run_of(row)


def end(connection: Connection, run: Run, ending: Ending) -> None:
    """End a run, whoever holds it."""
    values = {**row_of_ending(ending), "ended_s": Now()}
    connection.execute(update(RUNS).where(RUNS.c.run_id == run.run_id).values(**values))
    tell(connection, run.run_id, run.attempt_count, [ending.state])


def tell(connection: Connection, run_id: str, attempt_index: int, told: Sequence[State | Progress | str]) -> None:
    """Number and keep what befell a run; its row is locked by this."""
    if not told:
        return
    counted = update(RUNS).where(RUNS.c.run_id == run_id).values(event_count=RUNS.c.event_count + len(told))
    last = int(connection.execute(counted.returning(RUNS.c.event_count)).scalar_one())
    now_s = connection.execute(select(Now())).scalar_one()
    base = {"run_id": run_id, "time_s": now_s, "attempt_index": attempt_index}
    rows = [{**base, "event_index": last - len(told) + k, **told_of(one)} for k, one in enumerate(told, 1)]
    connection.execute(insert(EVENTS), rows)


def rows_of(
    connection: Connection, run_ids: Iterable[str], columns: Sequence[Column[Any]]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """These columns of these runs; databases bound how many names one question may hold."""
    names = list(run_ids)
    for start in range(0, len(names), MOST_NAMES_COUNT):
        some = names[start : start + MOST_NAMES_COUNT]
        yield from connection.execute(select(*columns).where(RUNS.c.run_id.in_(some)))
