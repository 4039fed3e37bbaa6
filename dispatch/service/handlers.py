"""The four methods: translate, run, translate back. Errors pass through to the interceptor."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.case.checks import flaws_of, flaws_without_facts
from dispatch.case.facts import GridFacts
from dispatch.errors import CaseError, Flaw, UnknownGrid
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import members_of
from dispatch.schedule.progress import Progress
from dispatch.service.children import Children
from dispatch.wire import rpc
from dispatch.wire.translate import answer_from, case_from, grid_to, limits_from, progress_to, summary_to

ANSWER_S = 1.0  # kept back from a deadline: a time limit is held within 10 % and a second
OVERRUN_SHARE = 0.1
LEAST_S = 0.1


class Handlers(rpc.DispatchServiceServicer):
    """`dispatch.v1.DispatchService`; the names of methods and arguments are gRPC's."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def SolveCase(self, request: rpc.SolveCaseRequest, context: Any) -> None:  # type: ignore[override]
        """Progress, then exactly one outcome. A call that ends early ends its solve with it."""
        case, facts, limits = await _accepted(request)
        limits = _within(limits, context.time_remaining())

        async def tell(progress: Progress) -> None:
            await context.write(rpc.SolveCaseResponse(progress=progress_to(progress)))

        outcome = await self._children.solve(case, facts, limits, tell)
        answer = answer_from(outcome, include_schedule=request.include_schedule)
        await context.write(rpc.SolveCaseResponse(outcome=answer))

    async def ValidateCase(self, request: rpc.ValidateCaseRequest, context: Any) -> rpc.ValidateCaseResponse:
        """Every flaw, as an answer."""
        try:
            await asyncio.to_thread(_accepted_case, request.case)
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


async def _accepted(request: rpc.SolveCaseRequest) -> tuple[Case, GridFacts, Limits]:
    """What is asked, or `CaseError` with every flaw of the case and of the limits."""
    flaws: tuple[Flaw, ...] = ()
    try:
        limits = limits_from(request.limits)
    except CaseError as error:
        flaws, limits = error.flaws, Limits()
    try:
        case, facts = await asyncio.to_thread(_accepted_case, request.case)
    except CaseError as error:
        raise CaseError(error.flaws + flaws) from error
    if flaws:
        raise CaseError(flaws)
    return case, facts, limits


def _accepted_case(message: rpc.Case) -> tuple[Case, GridFacts]:
    """The case and the facts of its grid, or `CaseError` with every flaw."""
    case = case_from(message, _flaws_in)
    return case, facts_of(case.grid, case.edition)


def _flaws_in(case: Case) -> tuple[Flaw, ...]:
    """Every flaw that can be seen, without the tables where the grid or its edition is not known."""
    try:
        facts = facts_of(case.grid, case.edition)
    except UnknownGrid:
        return flaws_without_facts(case, grids(), editions())
    return flaws_of(case, facts)


def _within(limits: Limits, remaining_s: float | None) -> Limits:
    """The limits, with time enough left of the call's deadline to answer."""
    if remaining_s is None:
        return limits
    time_s = max(LEAST_S, (remaining_s - ANSWER_S) / (1 + OVERRUN_SHARE))
    return replace(limits, time_s=min(limits.time_s, time_s))
