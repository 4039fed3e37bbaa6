"""The methods: translate, keep, watch, translate back. Errors pass through to the interceptor."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from dispatch.errors import CaseError
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import members_of
from dispatch.jobs.aside import Aside
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Run, Urgency
from dispatch.service.asked import accepted, accepted_case
from dispatch.service.replays import ReplayMethods
from dispatch.service.studies import StudyMethods
from dispatch.service.waiting import error_of, within
from dispatch.service.watchers import Watchers
from dispatch.wire import rpc
from dispatch.wire.runs import schedule_message
from dispatch.wire.translate import grid_to, summary_to


class Handlers(ReplayMethods, StudyMethods, rpc.DispatchServiceServicer):  # type: ignore[misc] # streams are coroutines
    """`dispatch.v1.DispatchService`; the names of methods and arguments are gRPC's."""

    def __init__(
        self, ledger: Ledger, artefacts: Artefacts, aside: Aside, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._ledger, self._artefacts, self._aside, self._wake = ledger, artefacts, aside, wake
        self._watchers = Watchers(ledger)

    async def look(self) -> None:
        """Look at what is watched, until cancelled."""
        await self._watchers.look()

    def poke(self) -> None:
        """A run has changed."""
        self._watchers.poke()

    async def SolveCase(self, request: rpc.SolveCaseRequest, context: Any) -> None:  # type: ignore[override]
        """A run that its caller waits for: progress, then one outcome. A call that ends early cancels its run."""
        self.refuse_if_draining()
        case, _, limits = await accepted(request)
        submitting = self._submitted(case, within(limits, context.time_remaining()), Urgency.INTERACTIVE)
        run = await self._waited_for(submitting, rpc.SolveCaseResponse, context)
        outcome = await self._answered(run, include_schedule=request.include_schedule)
        await context.write(rpc.SolveCaseResponse(outcome=outcome))

    async def _answered(self, run: Run, *, include_schedule: bool) -> rpc.Outcome:
        """The outcome of a run that has ended; else the error that it is."""
        outcome = await self._outcome(run, include_tables=True)
        if run.ending is None or outcome is None:
            raise error_of(run)
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
