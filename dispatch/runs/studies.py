"""Studies in the ledger: accepted whole or not at all, read while their runs end, cancelled whole."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.errors import AlreadyAsked, RunOver, UnknownRun
from dispatch.runs.database import reading, writing
from dispatch.runs.ledger import Ledger, added
from dispatch.runs.rows import row_of_ending, run_of, text_of
from dispatch.runs.run import ENDED, OPEN, Run, State, Study, Submission, Wish
from dispatch.runs.steps import CANCELLED
from dispatch.runs.tables import EVENTS, RUNS, STUDIES, Now


@dataclass(frozen=True)
class Plan:
    """A study that is asked for, before it is kept."""

    tenant: str
    asked_sha256: str  # of all that decides the answers: base, limits and axes
    case_sha256: str
    axes: str  # JSON: a list of [field, [values]]
    request_id: str = ""  # "": not named
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def add_study(ledger: Ledger, plan: Plan, runs: Sequence[Submission]) -> Study:
    """
    Keep a study with all its runs, in the order of their scenarios; asked again under its name, the one that there is.

    Raises AlreadyAsked where the name was used for another study.
    """
    try:
        with writing(ledger.engine) as connection:
            earlier = _named(connection, plan)
            return earlier or _added(connection, plan, runs)
    except IntegrityError:  # of two at the same moment the other was first
        with reading(ledger.engine) as connection:
            first = _named(connection, plan)
        if first is None:
            raise
        return first


def study(ledger: Ledger, study_id: str, tenant: str | None = None) -> Study:
    """A study and how far it is; None as tenant sees all. Raises UnknownRun."""
    with reading(ledger.engine) as connection:
        return _study(connection, study_id, tenant)


def scenarios(ledger: Ledger, study_id: str, most_count: int, after_index: int = -1) -> list[Run]:
    """The runs of a study in the order of their scenarios, at most so many beyond this index."""
    wanted = _runs_of(study_id).where(RUNS.c.scenario_index > after_index).limit(most_count)
    return _found(ledger, wanted.order_by(RUNS.c.scenario_index))


def ended_since(ledger: Ledger, study_id: str, since_s: float = 0.0) -> list[Run]:
    """The runs of a study that ended at this time or later, in the order of their ends."""
    wanted = _runs_of(study_id).where(RUNS.c.state.in_([state.value for state in ENDED]), RUNS.c.ended_s >= since_s)
    return _found(ledger, wanted.order_by(RUNS.c.ended_s, RUNS.c.scenario_index))


def cancel_study(ledger: Ledger, study_id: str, tenant: str | None = None) -> Study:
    """
    Runs that wait end at once; of those under way their workers hear. A cancelled study may be cancelled again.

    Raises UnknownRun, or RunOver where every run had ended without being cancelled.
    """
    with writing(ledger.engine) as connection:
        found = _study(connection, study_id, tenant)
        if found.state is State.SUCCEEDED:
            message = f"study {study_id} has ended"
            raise RunOver(message)
        own = RUNS.c.study_id == study_id
        _end_queued(connection, own)
        under_way = update(RUNS).where(own, RUNS.c.state == State.RUNNING.value)
        connection.execute(under_way.values(wish=Wish.CANCEL.value))
        return _study(connection, study_id, tenant)


# ---------------------------------------------------------------- inside a transaction


def _added(connection: Connection, plan: Plan, runs: Sequence[Submission]) -> Study:
    study_id = uuid.uuid4().hex
    row = {
        **{name: getattr(plan, name) for name in ("tenant", "asked_sha256", "case_sha256", "title", "axes")},
        "study_id": study_id,
        "request_id": plan.request_id or None,
        "labels": text_of(plan.labels),
        "created_s": float(connection.execute(select(Now())).scalar_one()),
    }
    connection.execute(insert(STUDIES), [row])
    added(connection, [replace(run, study_id=study_id, scenario_index=k) for k, run in enumerate(runs)])
    return _study_of(row, [(State.QUEUED.value, len(runs), None)])


def _end_queued(connection: Connection, own: Any) -> None:
    """In two statements: a study may have thousands of runs that wait."""
    waiting = update(RUNS).where(own, RUNS.c.state == State.QUEUED.value)
    values = {**row_of_ending(CANCELLED), "ended_s": Now(), "event_count": RUNS.c.event_count + 1}
    ended = connection.execute(waiting.values(**values).returning(RUNS.c.run_id, RUNS.c.event_count, RUNS.c.ended_s))
    events = [{"run_id": run_id, "event_index": count, "time_s": ended_s, **_TOLD} for run_id, count, ended_s in ended]
    if events:
        connection.execute(insert(EVENTS), events)


_TOLD = {"attempt_index": 0, "kind": "state", "told": State.CANCELLED.value}


def _named(connection: Connection, plan: Plan) -> Study | None:
    """The study of this name, if there is one."""
    if not plan.request_id:
        return None
    wanted = select(STUDIES.c.study_id, STUDIES.c.asked_sha256)
    named = wanted.where(STUDIES.c.tenant == plan.tenant, STUDIES.c.request_id == plan.request_id)
    row = connection.execute(named).first()
    if row is None:
        return None
    if row[1] != plan.asked_sha256:
        raise AlreadyAsked(plan.request_id, row[1], plan.asked_sha256)
    return _study(connection, row[0], None)


def _study(connection: Connection, study_id: str, tenant: str | None) -> Study:
    wanted = select(STUDIES).where(STUDIES.c.study_id == study_id)
    wanted = wanted if tenant is None else wanted.where(STUDIES.c.tenant == tenant)
    row = None if "\x00" in study_id else connection.execute(wanted).mappings().first()
    if row is None:
        message = f"there is no study {study_id[:64]!r}"
        raise UnknownRun(message)
    counted = select(RUNS.c.state, func.count(), func.max(RUNS.c.ended_s)).where(RUNS.c.study_id == study_id)
    return _study_of(row, connection.execute(counted.group_by(RUNS.c.state)).all())


def _study_of(row: Mapping[Any, Any], counted: Sequence[Any]) -> Study:
    """The study in a row, with the number of its runs in each state and the last end among them."""
    counts = {State(state): count for state, count, _ in counted}
    ends = [ended_s for _, _, ended_s in counted if ended_s is not None]
    plain = ("study_id", "tenant", "asked_sha256", "case_sha256", "title", "axes", "created_s")
    return Study(
        **{name: row[name] for name in plain},
        request_id=row["request_id"] or "",
        labels=json.loads(row["labels"]),
        ended_s=max(ends, default=None) if not set(OPEN) & set(counts) else None,
        counts=counts,
    )


def _runs_of(study_id: str) -> Select[Any]:
    return select(RUNS).where(RUNS.c.study_id == study_id)


def _found(ledger: Ledger, wanted: Select[Any]) -> list[Run]:
    with reading(ledger.engine) as connection:
        return [run_of(row) for row in connection.execute(wanted).mappings()]
