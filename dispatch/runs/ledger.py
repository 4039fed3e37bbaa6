"""
The ledger of runs: what was accepted is here before it is answered, and ends here once.

A worker claims a run for the time of a lease, tells that it is alive by beating, and finishes it. Each claim has a new
attempt number; beats and endings of an older attempt change nothing. All times are of the database's clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.errors import AlreadyAsked, RunOpen, RunOver
from dispatch.runs.database import alone, engine_of, reading, writing
from dispatch.runs.leases import Leases
from dispatch.runs.migrate import migrate
from dispatch.runs.needs import needed, remember
from dispatch.runs.rows import event_of, row_of, run_of, told_of
from dispatch.runs.run import DELAY_S, OPEN, Event, Query, Run, State, Submission, Wish
from dispatch.runs.steps import CANCELLED, end, found, rows_of
from dispatch.runs.tables import EVENTS, LABELS, RUNS, Now

STEP_S = 1.0e-6  # by which runs accepted together are due one after the other


@dataclass(frozen=True)
class Queue:
    """What waits."""

    queued_count: int
    running_count: int
    oldest_queued_s: float  # how long the oldest has waited; 0 where nothing does


class Ledger(Leases):
    """Runs, kept in a database; what workers do with them stands in `Leases`."""

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)

    def prepare(self) -> None:
        """Make the tables, or bring them to this version. Raises WrongDatabase where they are newer."""
        migrate(self.engine)

    def add(self, asked: Submission) -> Run:
        """
        Keep a run; asked again under the same name, the run that there is.

        Raises AlreadyAsked where the name was used for something else.
        """
        try:
            with writing(self.engine) as connection:
                earlier = _named(connection, asked)
                return earlier or added(connection, [asked])[0]
        except IntegrityError:  # of two at the same moment the other was first
            with reading(self.engine) as connection:
                first = _named(connection, asked)
            if first is None:
                raise
            return first

    def get(self, run_id: str, tenant: str | None = None) -> Run:
        """A run; None as tenant sees all. Raises UnknownRun."""
        with reading(self.engine) as connection:
            return found(connection, run_id, tenant)

    def runs(self, query: Query, most_count: int, after: tuple[float, str] | None = None) -> list[Run]:
        """At most so many, the newest first; `after` is (created_s, run_id) of the last one of the page before."""
        wanted = select(RUNS).where(*_chosen(query))
        if after is not None:
            created_s, run_id = after
            beyond = and_(RUNS.c.created_s == created_s, RUNS.c.run_id < run_id)
            wanted = wanted.where(or_(RUNS.c.created_s < created_s, beyond))
        wanted = wanted.order_by(RUNS.c.created_s.desc(), RUNS.c.run_id.desc()).limit(most_count)
        with reading(self.engine) as connection:
            return [run_of(row) for row in connection.execute(wanted).mappings()]

    def events(self, run_id: str, after_index: int = 0, most_count: int = 1000) -> list[Event]:
        """What befell a run after this event, in order."""
        wanted = select(EVENTS).where(EVENTS.c.run_id == run_id, EVENTS.c.event_index > after_index)
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.order_by(EVENTS.c.event_index).limit(most_count)).mappings()
            return [event_of(row) for row in rows]

    def marks(self, run_ids: Iterable[str]) -> dict[str, tuple[State, int]]:
        """State and number of the last event of each of these runs, in one transaction, for whoever watches many."""
        columns = (RUNS.c.run_id, RUNS.c.state, RUNS.c.event_count)
        with reading(self.engine) as connection:
            return {row[0]: (State(row[1]), row[2]) for row in rows_of(connection, run_ids, columns)}

    def queued_before_count(self, run: Run) -> int:
        """How many queued runs go before it."""
        earlier = or_(RUNS.c.due_s < run.due_s, and_(RUNS.c.due_s == run.due_s, RUNS.c.run_id < run.run_id))
        wanted = select(func.count()).select_from(RUNS).where(RUNS.c.state == State.QUEUED.value, earlier)
        with reading(self.engine) as connection:
            return int(connection.execute(wanted).scalar_one())

    def queue_places(self, run_ids: Iterable[str]) -> dict[str, int]:
        """How many queued runs go before each of these; of one that is not queued nothing is told."""
        names, places = set(run_ids), dict[str, int]()
        waiting = select(RUNS.c.run_id).where(RUNS.c.state == State.QUEUED.value)
        with reading(self.engine) as connection:
            for place, (run_id,) in enumerate(connection.execute(waiting.order_by(RUNS.c.due_s, RUNS.c.run_id))):
                if run_id in names:
                    places[run_id] = place
        return places

    def cancel(self, run_id: str, tenant: str | None = None, *, keep: bool = False) -> Run:
        """
        A queued run ends at once; of one under way its worker hears. A cancelled run may be cancelled again.

        Raises UnknownRun, or RunOver where it ended otherwise.
        """
        with writing(self.engine) as connection:
            run = found(connection, run_id, tenant, lock=True)
            if run.state is State.QUEUED:
                end(connection, run, CANCELLED)
            elif run.state is State.RUNNING:
                wish = Wish.KEEP if keep and run.wish is Wish.GO_ON else run.wish if keep else Wish.CANCEL
                connection.execute(update(RUNS).where(RUNS.c.run_id == run_id).values(wish=wish.value))
            elif run.state is not State.CANCELLED:
                message = f"run {run_id} has ended: {run.state.value}"
                raise RunOver(message)
            return found(connection, run_id, tenant)

    def delete(self, run_id: str, tenant: str | None = None) -> set[str]:
        """
        Forget a run that has ended; the names of artefacts that no run needs any more, which `unneeded` drops.

        Raises UnknownRun, or RunOpen.
        """
        with writing(self.engine) as connection:
            alone(connection)  # of two runs that share an artefact, the last one must see that it is
            run = found(connection, run_id, tenant, lock=True)
            if not run.state.ended:
                message = f"run {run_id} has not ended: {run.state.value}; cancel it first"
                raise RunOpen(message)
            for table in (EVENTS, LABELS, RUNS):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            ending = run.ending
            names = {run.asked.payload_sha256} | ({ending.outcome_sha256, ending.schedule_sha256} if ending else set())
            left = {name for name in names if name and not needed(connection, name)}
            remember(connection, left)
            return left

    def queue(self) -> Queue:
        """What waits and what runs, of all tenants."""
        counted = select(RUNS.c.state, func.count()).where(RUNS.c.state.in_([s.value for s in OPEN]))
        oldest = select(Now() - func.min(RUNS.c.created_s)).where(RUNS.c.state == State.QUEUED.value)
        with reading(self.engine) as connection:
            counts = {row[0]: row[1] for row in connection.execute(counted.group_by(RUNS.c.state))}
            waited_s = connection.execute(oldest).scalar_one()
        return Queue(counts.get("QUEUED", 0), counts.get("RUNNING", 0), float(waited_s or 0.0))


# ---------------------------------------------------------------- inside a transaction


def added(connection: Connection, asked: Sequence[Submission]) -> list[Run]:
    """New runs, queued in this order, with their first event and their labels."""
    now_s = float(connection.execute(select(Now())).scalar_one())
    rows = [
        {
            **row_of(one),
            "run_id": uuid.uuid4().hex,
            "created_s": now_s,
            "due_s": now_s + DELAY_S[one.urgency] + k * STEP_S,
            "event_count": 1,
        }
        for k, one in enumerate(asked)
    ]
    connection.execute(insert(RUNS), rows)
    labels = [
        {"run_id": row["run_id"], "key": key, "value": value}
        for row, one in zip(rows, asked, strict=True)
        for key, value in one.labels.items()
    ]
    if labels:
        connection.execute(insert(LABELS), labels)
    first = {"event_index": 1, "time_s": now_s, "attempt_index": 0, **told_of(State.QUEUED)}
    connection.execute(insert(EVENTS), [{"run_id": row["run_id"], **first} for row in rows])
    return [run_of({**row, "started_s": None, "ended_s": None, **_unfound()}) for row in rows]


def _unfound() -> dict[str, None]:
    return dict.fromkeys(("objective_cny", "bound_cny", "gap_share"))


def _named(connection: Connection, asked: Submission) -> Run | None:
    """The run of this name, if there is one."""
    if not asked.request_id:
        return None
    wanted = select(RUNS).where(RUNS.c.tenant == asked.tenant, RUNS.c.request_id == asked.request_id)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        return None
    if row["asked_sha256"] != asked.asked_sha256:
        raise AlreadyAsked(asked.request_id, row["asked_sha256"], asked.asked_sha256)
    return run_of(row)


def _chosen(query: Query) -> list[Any]:
    chosen: list[Any] = []
    for column, value in ((RUNS.c.tenant, query.tenant), (RUNS.c.grid, query.grid or None)):
        chosen += [] if value is None else [column == value]
    chosen += [RUNS.c.study_id == query.study_id] if query.study_id else []
    chosen += [RUNS.c.state.in_([state.value for state in query.states])] if query.states else []
    chosen += [] if query.created_from_s is None else [RUNS.c.created_s >= query.created_from_s]
    chosen += [] if query.created_before_s is None else [RUNS.c.created_s < query.created_before_s]
    for key, value in query.labels.items():
        carries = select(LABELS.c.run_id).where(LABELS.c.key == key, LABELS.c.value == value)
        chosen.append(RUNS.c.run_id.in_(carries))
    return chosen
