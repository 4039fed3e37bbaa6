"""A claimed run on its way to an ending: its case read, solved, its outcome kept."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from dispatch.case.case import Case, Limits
from dispatch.case.checks import checked
from dispatch.case.facts import GridFacts
from dispatch.errors import ArtefactLost, CaseError, SolverFailed, StoreFull, StoreLost
from dispatch.grid.catalogue import facts_of
from dispatch.jobs.children import SolverDied, Tell
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.run import Ending, Run, State, Wish
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.study.axes import changed
from dispatch.tracing import Attempt
from dispatch.wire.runs import asked_of, outcome_bytes, schedule_bytes, totals_of

AGAIN_S = 2.0  # after the database or the artefacts were not there
FILE_S = 20.0  # for a file to appear: a folder of another machine may be slow to show it, or be mounted late
DIED = "SOLVER_DIED"  # the reason of an ending that is none: the run is let go of, and taken again

LOG = logging.getLogger(__name__)
T = TypeVar("T")


class Executor(Protocol):
    """Where a case is solved: in a process here, or on another machine."""

    async def solve(
        self, case: Case, facts: GridFacts, limits: Limits, tell: Tell, stop: asyncio.Event | None = None
    ) -> Outcome:
        """The outcome; cancelled, it ends whatever it has begun. Raises SolverDied."""
        ...


@dataclass
class Held:
    """A run under way here."""

    run: Run
    told: list[Progress] = field(default_factory=list)  # not yet in the ledger
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wish: Wish = Wish.GO_ON
    beaten_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        run, first = self.run, self.run.attempt_count == 1
        told = {"dispatch__run_id": run.run_id, "dispatch__grid": run.asked.grid}
        attempt: dict[str, str | float] = {**told, "dispatch__attempt_count": run.attempt_count}
        self.attempt = Attempt(run.asked.traceparent, run.created_s, run.started_s if first else None, **attempt)


class Solving:
    """Turns a run into its ending."""

    def __init__(self, artefacts: Artefacts, executor: Executor, file_s: float = FILE_S) -> None:
        self._artefacts, self._executor, self._file_s = artefacts, executor, file_s

    async def ending(self, held: Held) -> Ending:
        """How the run ends by itself."""

        async def tell(progress: Progress) -> None:
            held.told.append(progress)
            held.attempt.tell(progress.stage, progress.elapsed_seconds)

        try:
            case, facts, limits = await insisted(lambda: self._asked(held.run), self._file_s)
            outcome = await self._executor.solve(case, facts, limits, tell, held.stop)
        except CaseError as error:
            return Ending(State.FAILED, "CASE_REFUSED", str(error))
        except ArtefactLost as error:
            return Ending(State.FAILED, "CASE_LOST", f"the case that was kept cannot be read: {error}")
        except SolverDied as error:
            return Ending(State.FAILED, DIED, str(error))
        except SolverFailed as error:
            return Ending(State.FAILED, "SOLVER_FAILED", str(error))
        return await insisted(lambda: self._kept(outcome, held.wish))

    def _asked(self, run: Run) -> tuple[Case, GridFacts, Limits]:
        case, limits = asked_of(self._artefacts.get(run.asked.payload_sha256))
        if run.asked.changes:
            case = changed(case, [(path, value) for path, value in json.loads(run.asked.changes)])
        facts = facts_of(case.grid, case.edition)
        return checked(case, facts, limits), facts, limits

    def _kept(self, outcome: Outcome, wish: Wish) -> Ending:
        """The ending that this outcome is, its artefacts kept."""
        schedule, total = schedule_bytes(outcome), outcome.metrics.total if outcome.metrics else None
        state, reason = State.SUCCEEDED, ""
        if outcome.status is Status.FAILED:
            state, reason = State.FAILED, "SOLVE_FAILED"
        elif wish is Wish.KEEP:
            state, reason = State.CANCELLED, "CANCELLED"
        return Ending(
            state=state,
            reason=reason,
            message=outcome.reason,
            outcome_status=outcome.status,
            objective_cny=outcome.proof.objective_cny,
            bound_cny=outcome.proof.bound_cny,
            gap_share=outcome.proof.gap_share,
            outcome_sha256=self._artefacts.put(outcome_bytes(outcome)),
            schedule_sha256="" if schedule is None else self._artefacts.put(schedule),
            totals={} if total is None else totals_of(total),
        )


async def insisted(asked: Callable[[], T], file_s: float = 0.0) -> T:
    """What is answered once the database and the artefacts are there; a file may be missing for so long."""
    end_s = time.monotonic() + file_s
    while True:
        try:
            return await asyncio.to_thread(asked)
        except (StoreLost, StoreFull, ArtefactLost) as error:
            if isinstance(error, ArtefactLost) and time.monotonic() > end_s:
                raise
            LOG.warning("it is tried again: %s", error)
            await asyncio.sleep(AGAIN_S)
