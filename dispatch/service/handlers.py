"""The methods: translate, keep, watch, translate back. Errors pass through to the interceptor."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dispatch.case.case import Limits
from dispatch.errors import Cancelled, CaseError, DispatchError, RunOver, SolverFailed
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import members_of
from dispatch.jobs.children import SolverDied
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Run, State, Urgency
from dispatch.service.asked import accepted, accepted_case
from dispatch.service.runs import QUEUE_EVERY_S, RunMethods
from dispatch.service.studies import StudyMethods
from dispatch.service.watchers import Watchers
from dispatch.wire import rpc
from dispatch.wire.runs import event_to, schedule_message
from dispatch.wire.translate import grid_to, summary_to

ANSWER_S = 1.0  # kept back from a deadline: a time limit is held within 10 % and a second
OVERRUN_SHARE = 0.1
LEAST_S = 0.1


class Draining(DispatchError):
    """The service is about to stop and takes nothing more."""


class Handlers(RunMethods, StudyMethods, rpc.DispatchServiceServicer):  # type: ignore[misc] # streams are coroutines
    """`dispatch.v1.DispatchService`; the names of methods and arguments are gRPC's."""

    def __init__(self, ledger: Ledger, artefacts: Artefacts, wake: Callable[[], None] = lambda: None) -> None:
        self._ledger, self._artefacts, self._wake = ledger, artefacts, wake
        self._watchers = Watchers(ledger)
        self.draining = False

    async def look(self) -> None:
        """Look at what is watched, until cancelled."""
        await self._watchers.look()

    def poke(self) -> None:
        """A run has changed."""
        self._watchers.poke()

    async def SolveCase(self, request: rpc.SolveCaseRequest, context: Any) -> None:  # type: ignore[override]
        """A run that its caller waits for: progress, then one outcome. A call that ends early cancels its run."""
        if self.draining:
            message = "the service is stopping"
            raise Draining(message)
        case, _, limits = await accepted(request)
        limits = _within(limits, context.time_remaining())
        keeping = asyncio.ensure_future(self._submitted(case, limits, Urgency.INTERACTIVE))
        try:
            run = await asyncio.shield(keeping)
            await context.write(rpc.SolveCaseResponse(run_id=run.run_id))
            await self._followed(run, context)
        except asyncio.CancelledError:
            await asyncio.shield(self._unwanted(keeping))
            raise
        outcome = await self._answered(await self._run(run.run_id), include_schedule=request.include_schedule)
        await context.write(rpc.SolveCaseResponse(outcome=outcome))

    async def _unwanted(self, keeping: asyncio.Future[Run]) -> None:
        """Cancel a run that its caller waits for no longer, though it may just be being kept."""
        run = await keeping
        with suppress(RunOver):
            await self._cancelled(run.run_id, keep=True)

    async def _followed(self, run: Run, context: Any) -> None:
        async for events in self._watchers.events(run.run_id, 0, QUEUE_EVERY_S):
            for event in events:
                if event.progress is not None:
                    await context.write(rpc.SolveCaseResponse(progress=event_to(event).progress))

    async def _answered(self, run: Run, *, include_schedule: bool) -> rpc.Outcome:
        """The outcome of a run that has ended; else the error that it is."""
        outcome = await self._outcome(run, include_tables=True)
        if run.ending is None or outcome is None:
            raise _error_of(run)
        if include_schedule and run.ending.schedule_sha256:
            content = await asyncio.to_thread(self._artefacts.get, run.ending.schedule_sha256)
            outcome.schedule.CopyFrom(schedule_message(content))
        return outcome

    async def ValidateCase(self, request: rpc.ValidateCaseRequest, context: Any) -> rpc.ValidateCaseResponse:
        """Every flaw, as an answer."""
        try:
            await asyncio.to_thread(accepted_case, request.case)
        except CaseError as error:
            flaws = [rpc.Flaw(code=f.code, field=f.field, message=f.message) for f in error.flaws]
            return rpc.ValidateCaseResponse(flaws=flaws)
        return rpc.ValidateCaseResponse()

    async def ListGrids(self, request: rpc.ListGridsRequest, context: Any) -> rpc.ListGridsResponse:
        """Every grid."""
        return rpc.ListGridsResponse(grids=[_summary(grid) for grid in grids()])

    async def GetGrid(self, request: rpc.GetGridRequest, context: Any) -> rpc.Grid:
        """One grid in one edition."""
        return grid_to(await asyncio.to_thread(facts_of, request.grid, request.edition or max(editions())))


def _summary(grid: str) -> rpc.GridSummary:
    return summary_to(grid, editions(), members_of(grid, editions()[0]))


def _error_of(run: Run) -> DispatchError:
    """Why a run has no outcome."""
    message = run.ending.message if run.ending else "it has not ended"
    if run.state is State.CANCELLED:
        return Cancelled(message)
    return SolverDied(message) if run.ending and run.ending.reason == "WORKER_LOST" else SolverFailed(message)


def _within(limits: Limits, remaining_s: float | None) -> Limits:
    """The limits, with time enough left of the call's deadline to answer."""
    if remaining_s is None:
        return limits
    time_s = max(LEAST_S, (remaining_s - ANSWER_S) / (1 + OVERRUN_SHARE))
    return replace(limits, time_s=min(limits.time_s, time_s))
