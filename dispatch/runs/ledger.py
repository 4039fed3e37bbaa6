"""
The ledger of runs: what was accepted is here before it is answered, and ends here once.

A worker claims a run for the time of a lease, tells that it is alive by beating, and finishes it. Each claim has a new
attempt number; beats and endings of an older attempt change nothing. All times are of the database's clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.errors import AlreadyAsked, RunOpen, RunOver, UnknownRun
from dispatch.runs.database import alone, engine_of, reading, writing
from dispatch.runs.migrate import migrate
from dispatch.runs.rows import event_of, row_of, row_of_ending, run_of, told_of
from dispatch.runs.run import DELAY_S, OPEN, Ending, Event, Query, Run, State, Submission, Wish
from dispatch.runs.tables import EVENTS, LABELS, RUNS, Now
from dispatch.schedule.progress import Progress

MOST_NAMES_COUNT = 10_000  # in one question
STEP_S = 1.0e-6  # by which runs accepted together are due one after the other
MOST_LOST_COUNT = 3  # workers, before a run is given up
WORKER_LOST = Ending(State.FAILED, "WORKER_LOST", f"{MOST_LOST_COUNT} workers were lost with this run")
CANCELLED = Ending(State.CANCELLED, "CANCELLED", "the caller cancelled it")
HANDED_BACK_S = -1.0  # as the end of a lease: not lost, to be taken at once


@dataclass(frozen=True)
class Queue:
    """What waits."""

    queued_count: int
    running_count: int
    oldest_queued_s: float  # how long the oldest has waited; 0 where nothing does


class Ledger:
    """Runs, kept in a database."""

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)

    def prepare(self) -> None:
        """Make the tables, or bring them to this version. Raises WrongDatabase where they are newer."""
        migrate(self.engine)

    # ------------------------------------------------------------ callers

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
            return _run(connection, run_id, tenant)

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
        columns: tuple[Any, ...] = (RUNS.c.run_id, RUNS.c.state, RUNS.c.event_count)
        with reading(self.engine) as connection:
            return {row[0]: (State(row[1]), row[2]) for row in _rows_of(connection, run_ids, columns)}

    def queued_before_count(self, run: Run) -> int:
        """How many queued runs go before it."""
        earlier = or_(RUNS.c.due_s < run.due_s, and_(RUNS.c.due_s == run.due_s, RUNS.c.run_id < run.run_id))
        wanted = select(func.count()).select_from(RUNS).where(RUNS.c.state == State.QUEUED.value, earlier)
        with reading(self.engine) as connection:
            return int(connection.execute(wanted).scalar_one())

    def cancel(self, run_id: str, tenant: str | None = None, *, keep: bool = False) -> Run:
        """
        A queued run ends at once; of one under way its worker hears. A cancelled run may be cancelled again.

        Raises UnknownRun, or RunOver where it ended otherwise.
        """
        with writing(self.engine) as connection:
            run = _run(connection, run_id, tenant, lock=True)
            if run.state is State.QUEUED:
                _end(connection, run, CANCELLED)
            elif run.state is State.RUNNING:
                wish = Wish.KEEP if keep and run.wish is Wish.GO_ON else run.wish if keep else Wish.CANCEL
                connection.execute(update(RUNS).where(RUNS.c.run_id == run_id).values(wish=wish.value))
            elif run.state is not State.CANCELLED:
                message = f"run {run_id} has ended: {run.state.value}"
                raise RunOver(message)
            return _run(connection, run_id, tenant)

    def delete(self, run_id: str, tenant: str | None = None) -> set[str]:
        """
        Forget a run that has ended; the names of artefacts that no run needs any more.

        Raises UnknownRun, or RunOpen.
        """
        with writing(self.engine) as connection:
            alone(connection)  # of two runs that share an artefact, the last one must see that it is
            run = _run(connection, run_id, tenant, lock=True)
            if not run.state.ended:
                message = f"run {run_id} has not ended: {run.state.value}; cancel it first"
                raise RunOpen(message)
            for table in (EVENTS, LABELS, RUNS):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            ending = run.ending
            names = {run.asked.payload_sha256} | ({ending.outcome_sha256, ending.schedule_sha256} if ending else set())
            return {name for name in names if name and not _needed(connection, name)}

    def queue(self) -> Queue:
        """What waits and what runs, of all tenants."""
        counted = select(RUNS.c.state, func.count()).where(RUNS.c.state.in_([s.value for s in OPEN]))
        oldest = select(Now() - func.min(RUNS.c.created_s)).where(RUNS.c.state == State.QUEUED.value)
        with reading(self.engine) as connection:
            counts = {row[0]: row[1] for row in connection.execute(counted.group_by(RUNS.c.state))}
            waited_s = connection.execute(oldest).scalar_one()
        return Queue(counts.get("QUEUED", 0), counts.get("RUNNING", 0), float(waited_s or 0.0))

    # ------------------------------------------------------------ workers

    def claim(self, owner: str, lease_s: float) -> Run | None:
        """
        The run that is due first, for the time of a lease; None where nothing waits.

        What a worker was lost with is taken again, until three were; what was to be cancelled then ends here.
        """
        while True:
            with writing(self.engine) as connection:
                run = _due_first(connection)
                if run is None:
                    return None
                if (taken := _taken(connection, run, owner, lease_s)) is not None:
                    return taken

    def beat(self, run: Run, lease_s: float, told: Sequence[Progress] = ()) -> Wish:
        """Tell that the worker of this attempt is alive, and what the search told; what the caller wishes by now."""
        with writing(self.engine) as connection:
            changed = {"lease_until_s": Now() + lease_s}
            found = connection.execute(update(RUNS).where(*_held(run)).values(**changed).returning(RUNS.c.wish)).first()
            if found is None:
                return Wish.LOST
            tell(connection, run.run_id, run.attempt_count, told)
            return Wish(found[0])

    def wishes(self, runs: Iterable[Run]) -> dict[str, Wish]:
        """What callers wish of these runs, in one transaction; LOST where the attempt is not the last."""
        mine = {run.run_id: (run.attempt_count, run.owner, State.RUNNING.value) for run in runs}
        columns: tuple[Any, ...] = (RUNS.c.run_id, RUNS.c.attempt_count, RUNS.c.owner, RUNS.c.state, RUNS.c.wish)
        with reading(self.engine) as connection:
            rows = _rows_of(connection, mine, columns)
            held = {row[0]: Wish(row[4]) for row in rows if tuple(row[1:4]) == mine[row[0]]}
        return {run_id: held.get(run_id, Wish.LOST) for run_id in mine}

    def finish(self, run: Run, ending: Ending) -> bool:
        """End a run; False where this attempt is not its last one any more, and nothing changed."""
        with writing(self.engine) as connection:
            locked = select(RUNS).where(*_held(run)).with_for_update()
            row = connection.execute(locked).mappings().first()
            if row is None:
                return False
            _end(connection, run_of(row), ending)
            return True

    def hand_back(self, run: Run) -> None:
        """Let go of a run that is not finished: another worker takes it at once, and none was lost."""
        self._let_go(run, HANDED_BACK_S, "its worker stopped and handed it back")

    def give_up(self, run: Run, reason: str) -> None:
        """Let go of a run whose process died: it is taken again at once, and a worker was lost."""
        self._let_go(run, 0.0, reason)

    def _let_go(self, run: Run, lease_until_s: float, note: str) -> None:
        with writing(self.engine) as connection:
            values = {"lease_until_s": lease_until_s, "owner": ""}
            if connection.execute(update(RUNS).where(*_held(run)).values(**values)).rowcount:
                tell(connection, run.run_id, run.attempt_count, [note])


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


def _run(connection: Connection, run_id: str, tenant: str | None, *, lock: bool = False) -> Run:
    wanted = select(RUNS).where(RUNS.c.run_id == run_id)
    wanted = wanted if tenant is None else wanted.where(RUNS.c.tenant == tenant)
    wanted = wanted.with_for_update() if lock else wanted
    row = None if "\x00" in run_id else connection.execute(wanted).mappings().first()
    if row is None:
        message = f"there is no run {run_id[:64]!r}"
        raise UnknownRun(message)
    return run_of(row)


def _due_first(connection: Connection) -> Run | None:
    """Of the runs that wait, and of those whose worker is gone, the one due first, locked."""
    waiting = RUNS.c.state == State.QUEUED.value
    left = and_(RUNS.c.state == State.RUNNING.value, RUNS.c.lease_until_s < Now())
    found: list[Run] = []
    for kind in (waiting, left):  # apart, each is read along its index, however many wait
        wanted = select(RUNS).where(kind).order_by(RUNS.c.due_s, RUNS.c.run_id).limit(1)
        rows = connection.execute(wanted.with_for_update(skip_locked=True)).mappings()
        found += [run_of(row) for row in rows]
    return min(found, key=lambda run: (run.due_s, run.run_id), default=None)


def _taken(connection: Connection, run: Run, owner: str, lease_s: float) -> Run | None:
    """The run under a new attempt; None where it ends here instead."""
    lost = run.state is State.RUNNING and run.lease_until_s != HANDED_BACK_S
    lost_count = run.lost_count + lost
    if run.wish is not Wish.GO_ON or lost_count >= MOST_LOST_COUNT:
        _end(connection, run, WORKER_LOST if run.wish is Wish.GO_ON else CANCELLED)
        return None
    now = Now()
    values: Mapping[str, Any] = {
        "state": State.RUNNING.value,
        "attempt_count": run.attempt_count + 1,
        "lost_count": lost_count,
        "owner": owner,
        "lease_until_s": now + lease_s,
        "started_s": func.coalesce(RUNS.c.started_s, now),
    }
    connection.execute(update(RUNS).where(RUNS.c.run_id == run.run_id).values(**values))
    told = [f"a worker was lost; taken again by {owner}"] if lost else []
    tell(connection, run.run_id, run.attempt_count + 1, [*told, State.RUNNING])
    return _run(connection, run.run_id, None)


def _end(connection: Connection, run: Run, ending: Ending) -> None:
    values = {**row_of_ending(ending), "ended_s": Now()}
    connection.execute(update(RUNS).where(RUNS.c.run_id == run.run_id).values(**values))
    tell(connection, run.run_id, run.attempt_count, [ending.state])


def _held(run: Run) -> list[Any]:
    """The run while this attempt is its last one, nobody let go of it, and it has not ended."""
    return [
        RUNS.c.run_id == run.run_id,
        RUNS.c.attempt_count == run.attempt_count,
        RUNS.c.owner == run.owner,  # not one who let go of it
        RUNS.c.state == State.RUNNING.value,
    ]


def _rows_of(connection: Connection, run_ids: Iterable[str], columns: Sequence[Column[Any]]) -> Iterator[Row[Any]]:
    """These columns of these runs; databases bound how many names one question may hold."""
    names = list(run_ids)
    for start in range(0, len(names), MOST_NAMES_COUNT):
        some = names[start : start + MOST_NAMES_COUNT]
        yield from connection.execute(select(*columns).where(RUNS.c.run_id.in_(some)))


def _needed(connection: Connection, name: str) -> bool:
    columns = (RUNS.c.payload_sha256, RUNS.c.outcome_sha256, RUNS.c.schedule_sha256)
    wanted = select(RUNS.c.run_id).where(or_(*(column == name for column in columns))).limit(1)
    return connection.execute(wanted).first() is not None


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
