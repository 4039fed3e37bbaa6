"""Runs of every tenant in the order in which they ended, for whoever keeps a copy of each."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from dispatch.runs.database import reading
from dispatch.runs.ledger import Ledger
from dispatch.runs.rows import run_of
from dispatch.runs.run import Run
from dispatch.runs.tables import RUNS, Now


def ended_after(ledger: Ledger, after: tuple[float, str], most_count: int) -> list[Run]:
    """At most so many that ended after this moment and name, those with an outcome alone."""
    ended_s, run_id = after
    beyond = or_(RUNS.c.ended_s > ended_s, and_(RUNS.c.ended_s == ended_s, RUNS.c.run_id > run_id))
    wanted = select(RUNS).where(beyond, RUNS.c.outcome_sha256 != "").order_by(RUNS.c.ended_s, RUNS.c.run_id)
    with reading(ledger.engine) as connection:
        return [run_of(row) for row in connection.execute(wanted.limit(most_count)).mappings()]


def now_s(ledger: Ledger) -> float:
    """The moment by the clock of the database, seconds since 1970."""
    with reading(ledger.engine) as connection:
        return float(connection.execute(select(Now())).scalar_one())
