"""Where a claimed run is solved: here, or on the machines of a cluster."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from dispatch.case.case import Case, Limits
from dispatch.case.checks import checked
from dispatch.case.facts import GridFacts
from dispatch.errors import ArtefactLost, StoreFull, StoreLost
from dispatch.grid.catalogue import facts_of
from dispatch.jobs.children import Children, Tell
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.run import Ending, Run, State
from dispatch.schedule.outcome import Outcome, Status
from dispatch.settings import Settings
from dispatch.study.axes import changed
from dispatch.wire.runs import asked_of, outcome_bytes, schedule_bytes, totals_of

AGAIN_S = 2.0  # after the database or the artefacts were not there
FILE_S = 20.0  # for a file to appear: a folder of another machine may be slow to show it, or be mounted late
HERE, DASK = "local", "dask"

LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """A run under an attempt, read and checked."""

    run: Run
    case: Case
    facts: GridFacts
    limits: Limits
    artefacts: Artefacts  # where its answer is kept


class ExecutorLost(Exception):
    """The cluster was lost with the run, by no fault of the run's."""


class Executor(Protocol):
    """Has a run solved, and its answer kept."""

    async def room_count(self) -> int:
        """Runs that it can have under way at once, now."""
        ...

    async def ending(self, job: Job, tell: Tell, stop: asyncio.Event) -> Ending:
        """
        How the run ends; once `stop` is set, with the best schedule so far. Cancelled, it ends what it has begun.

        Raises SolverDied, SolverFailed, ExecutorLost.
        """
        ...

    async def close(self) -> None:
        """Nothing more will be asked."""
        ...


class Local:
    """A process of this machine for each solve."""

    def __init__(self, settings: Settings) -> None:
        self._children, self._solve_count = Children(settings), settings.solve_count

    async def room_count(self) -> int:
        """What the settings say."""
        return self._solve_count

    async def ending(self, job: Job, tell: Tell, stop: asyncio.Event) -> Ending:
        """How the run ends."""
        outcome = await self._children.solve(job.case, job.facts, job.limits, tell, stop)
        return await insisted(lambda: kept(job.artefacts, outcome))

    async def close(self) -> None:
        """Nothing is left behind: each process has ended with its solve."""


def executor_of(settings: Settings) -> Executor:
    """The one that the settings name; before any event loop. ValueError where they contradict themselves."""
    if settings.executor not in (HERE, DASK):
        message = f"the executor is {HERE} or {DASK}, not {settings.executor!r}"
        raise ValueError(message)
    if settings.executor == HERE:
        if settings.scheduler:
            message = f"a scheduler ({settings.scheduler}) is for --executor {DASK}"
            raise ValueError(message)
        return Local(settings)
    from dispatch.jobs.cluster import Cluster  # what it loads is not installed everywhere

    return Cluster(settings)


def asked_case(artefacts: Artefacts, payload_sha256: str, changes: str) -> tuple[Case, GridFacts, Limits]:
    """What a run asks for, checked. Raises CaseError, StoreLost, ArtefactLost."""
    case, limits = asked_of(artefacts.get(payload_sha256))
    if changes:
        case = changed(case, [(path, value) for path, value in json.loads(changes)])
    facts = facts_of(case.grid, case.edition)
    return checked(case, facts, limits), facts, limits


def kept(artefacts: Artefacts, outcome: Outcome) -> Ending:
    """The ending that this outcome is, its artefacts kept. Raises StoreLost, StoreFull."""
    schedule, total = schedule_bytes(outcome), outcome.metrics.total if outcome.metrics else None
    failed = outcome.status is Status.FAILED
    return Ending(
        state=State.FAILED if failed else State.SUCCEEDED,
        reason="SOLVE_FAILED" if failed else "",
        message=outcome.reason,
        outcome_status=outcome.status,
        objective_cny=outcome.proof.objective_cny,
        bound_cny=outcome.proof.bound_cny,
        gap_share=outcome.proof.gap_share,
        outcome_sha256=artefacts.put(outcome_bytes(outcome)),
        schedule_sha256="" if schedule is None else artefacts.put(schedule),
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
