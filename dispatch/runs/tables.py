"""The tables of the ledger, the same in SQLite and PostgreSQL; a change here is a new step in `migrations/`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("request_id", String(64)),  # null where not named: nulls do not collide
    Column("asked_sha256", String(64), nullable=False),
    Column("case_sha256", String(64), nullable=False),
    Column("payload_sha256", String(64), nullable=False),
    Column("changes", Text, nullable=False),
    Column("grid", String(64), nullable=False),
    Column("case_name", Text, nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("labels", Text, nullable=False),  # JSON; to be found by, they stand in LABELS too
    Column("study_id", String(32), nullable=False),
    Column("scenario_index", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_s", Float(53), nullable=False),
    Column("due_s", Float(53), nullable=False),
    Column("started_s", Float(53)),
    Column("ended_s", Float(53)),
    Column("attempt_count", Integer, nullable=False),
    Column("lost_count", Integer, nullable=False),
    Column("owner", String(128), nullable=False),
    Column("lease_until_s", Float(53), nullable=False),
    Column("wish", String(16), nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("outcome_status", String(16), nullable=False),
    Column("objective_cny", Float(53)),
    Column("bound_cny", Float(53)),
    Column("gap_share", Float(53)),
    Column("outcome_sha256", String(64), nullable=False),
    Column("schedule_sha256", String(64), nullable=False),
    Column("totals", Text, nullable=False),  # JSON
    Column("traceparent", String(64), nullable=False, server_default=""),  # W3C; "": asked under no trace
    UniqueConstraint("tenant", "request_id", name="one_run_a_request"),
    Index("runs_by_due", "state", "due_s", "run_id"),
    Index("runs_by_time", "tenant", "created_s", "run_id"),
    Index("runs_by_age", "created_s", "run_id"),
    Index("runs_by_wait", "state", "created_s"),
    Index("runs_by_study", "study_id", "scenario_index"),
    Index("runs_by_end", "ended_s", "run_id"),
    Index("runs_by_payload", "payload_sha256"),
    Index("runs_by_outcome", "outcome_sha256"),
    Index("runs_by_schedule", "schedule_sha256"),
)

LABELS = Table(
    "labels",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("value", String(64), nullable=False),
    Index("labels_by_value", "key", "value"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("event_index", Integer, primary_key=True),
    Column("time_s", Float(53), nullable=False),
    Column("attempt_index", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # state, progress, note
    Column("told", Text, nullable=False),  # the state, the progress as JSON, or the words
)

STUDIES = Table(
    "studies",
    METADATA,
    Column("study_id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("request_id", String(64)),
    Column("asked_sha256", String(64), nullable=False),
    Column("case_sha256", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("axes", Text, nullable=False),
    Column("created_s", Float(53), nullable=False),
    UniqueConstraint("tenant", "request_id", name="one_study_a_request"),
)


UNNEEDED = Table("unneeded", METADATA, Column("name", String(64), primary_key=True))  # artefacts of deleted runs


class Now(FunctionElement[float]):
    """Seconds since 1970 by the clock of the database: workers on many machines agree on one clock, its own."""

    type = Float(53)
    inherit_cache = True


@compiles(Now, "sqlite")
def _now_of_sqlite(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def _now_of_postgresql(*_: Any, **__: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"
