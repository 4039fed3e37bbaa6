"""
What workers do with runs: a claim holds one for the time of a lease, beats prolong it, a finish ends it.

Each claim has a new attempt number; beats and endings of an older attempt, or of one that let go, change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select, update

from dispatch.runs.database import reading, writing
from dispatch.runs.rows import run_of
from dispatch.runs.run import Ending, Run, State, Wish
from dispatch.runs.steps import CANCELLED, end, found, rows_of, tell
from dispatch.runs.tables import RUNS, Now
from dispatch.schedule.progress import Progress

MOST_LOST_COUNT = 3  # workers, before a run is given up
WORKER_LOST = Ending(State.FAILED, "WORKER_LOST", f"{MOST_LOST_COUNT} workers were lost with this run")
HANDED_BACK_S = -1.0  # as the end of a lease: not lost, to be taken at once


class Leases:
    """The workers' side of the ledger."""

    engine: Engine

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
        columns = (RUNS.c.run_id, RUNS.c.attempt_count, RUNS.c.owner, RUNS.c.state, RUNS.c.wish)
        with reading(self.engine) as connection:
            rows = rows_of(connection, mine, columns)
            held = {row[0]: Wish(row[4]) for row in rows if tuple(row[1:4]) == mine[row[0]]}
        return {run_id: held.get(run_id, Wish.LOST) for run_id in mine}

    def finish(self, run: Run, ending: Ending) -> bool:
        """End a run; False where this attempt is not its last one any more, and nothing changed."""
        with writing(self.engine) as connection:
            locked = select(RUNS).where(*_held(run)).with_for_update()
            row = connection.execute(locked).mappings().first()
            if row is None:
                return False
            end(connection, run_of(row), ending)
            return True

    def hand_back(self, run: Run, reason: str = "its worker stopped and handed it back") -> None:
        """Let go of a run that is not finished: another worker takes it at once, and none was lost."""
        self._let_go(run, HANDED_BACK_S, reason)

    def give_up(self, run: Run, reason: str) -> None:
        """Let go of a run whose process died: it is taken again at once, and a worker was lost."""
        self._let_go(run, 0.0, reason)

    def _let_go(self, run: Run, lease_until_s: float, note: str) -> None:
        with writing(self.engine) as connection:
            values = {"lease_until_s": lease_until_s, "owner": ""}
            if connection.execute(update(RUNS).where(*_held(run)).values(**values)).rowcount:
                tell(connection, run.run_id, run.attempt_count, [note])


def _due_first(connection: Connection) -> Run | None:
    """Of the runs that wait, and of those whose worker is gone, the one due first, locked."""
    waiting = RUNS.c.state == State.QUEUED.value
    left = and_(RUNS.c.state == State.RUNNING.value, RUNS.c.lease_until_s < Now())
    first: list[Run] = []
    for kind in (waiting, left):  # apart, each is read along its index, however many wait
        wanted = select(RUNS).where(kind).order_by(RUNS.c.due_s, RUNS.c.run_id).limit(1)
        rows = connection.execute(wanted.with_for_update(skip_locked=True)).mappings()
        first += [run_of(row) for row in rows]
    return min(first, key=lambda run: (run.due_s, run.run_id), default=None)


def _taken(connection: Connection, run: Run, owner: str, lease_s: float) -> Run | None:
    """The run under a new attempt; None where it ends here instead."""
    lost = run.state is State.RUNNING and run.lease_until_s != HANDED_BACK_S
    lost_count = run.lost_count + lost
    if run.wish is not Wish.GO_ON or lost_count >= MOST_LOST_COUNT:
        end(connection, run, WORKER_LOST if run.wish is Wish.GO_ON else CANCELLED)
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
    return found(connection, run.run_id, None)


def _held(run: Run) -> list[Any]:
    """The run while this attempt is its last one, nobody let go of it, and it has not ended."""
    return [
        RUNS.c.run_id == run.run_id,
        RUNS.c.attempt_count == run.attempt_count,
        RUNS.c.owner == run.owner,  # not one who let go of it
        RUNS.c.state == State.RUNNING.value,
    ]
