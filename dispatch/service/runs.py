"""The methods of runs: what is accepted is kept before it is answered."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw, RunOpen, RunOver
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Query, Run, State, Submission, Urgency
from dispatch.runs.unneeded import sweep
from dispatch.schedule.hashes import case_sha256
from dispatch.service.asked import accepted
from dispatch.service.callers import seen, tenant
from dispatch.service.requests import (
    count_flaws,
    label_flaws,
    page_after,
    page_count,
    page_token,
    request_flaws,
    seconds_in,
    text_flaws,
)
from dispatch.service.watchers import Watchers
from dispatch.tracing import traceparent
from dispatch.wire import rpc
from dispatch.wire.runs import (
    asked_bytes,
    asked_sha256,
    event_to,
    is_full,
    outcome_message,
    parts_of,
    put_asked,
    run_to,
    schedule_message,
    states_of,
    urgency_of,
)

MOST_STATES_COUNT = 100
MOST_CHOSEN_COUNT = 10_000  # kinds or components of a schedule
QUEUE_EVERY_S = 1.0  # a waiting caller hears of its place in the queue


class RunMethods:
    """SubmitCase and its like."""

    _ledger: Ledger
    _artefacts: Artefacts
    _watchers: Watchers
    _wake: Callable[[], None]

    async def SubmitCase(self, request: rpc.SubmitCaseRequest, context: Any) -> rpc.Run:
        """Keep a run, or find the one of this name."""
        flaws: list[Flaw] = []
        urgency = urgency_of(request.urgency, flaws)
        flaws += [*request_flaws(request.request_id), *label_flaws(request.labels)]
        flaws += text_flaws("case.name", request.case.name)
        case, _, limits = await accepted(request, flaws)
        run = await self._submitted(case, limits, urgency, request.request_id, dict(request.labels))
        return await self._told(run)

    async def _submitted(
        self, case: Case, limits: Limits, urgency: Urgency, request_id: str = "", labels: Mapping[str, str] = {}
    ) -> Run:
        payload = await asyncio.to_thread(self._artefacts.put, asked_bytes(case, limits))
        asked = Submission(
            tenant=tenant(),
            asked_sha256=asked_sha256(case, limits),
            case_sha256=case_sha256(case),
            payload_sha256=payload,
            grid=case.grid,
            case_name=case.name,
            request_id=request_id,
            urgency=urgency,
            labels=labels,
            traceparent=traceparent(),
        )
        run = await asyncio.to_thread(self._ledger.add, asked)
        self._wake()
        return run

    async def GetRun(self, request: rpc.GetRunRequest, context: Any) -> rpc.Run:
        """A run, with its outcome where it has one; in the full view with what was asked."""
        flaws: list[Flaw] = []
        full = is_full(request.view, "view", flaws)
        if flaws:
            raise CaseError(tuple(flaws))
        run = await self._run(request.run_id)
        told = await self._told(run, whole=True, tables=full)
        if full:
            content = await asyncio.to_thread(self._artefacts.get, run.asked.payload_sha256)
            await asyncio.to_thread(put_asked, told, content, run.asked.changes)
        return told

    async def ListRuns(self, request: rpc.ListRunsRequest, context: Any) -> rpc.ListRunsResponse:
        """A page of runs."""
        flaws: list[Flaw] = []
        count = page_count(request.page_size, flaws)
        after = page_after(request, (float, str), flaws)
        flaws += [*label_flaws(request.labels), *(many := count_flaws("states", request.states, MOST_STATES_COUNT))]
        for name in ("grid", "study_id"):
            flaws += text_flaws(name, getattr(request, name))
        query = Query(
            tenant=seen(),
            states=states_of([] if many else request.states, flaws),
            grid=request.grid,
            labels=dict(request.labels),
            created_from_s=seconds_in(request, "created_from", flaws),
            created_before_s=seconds_in(request, "created_before", flaws),
            study_id=request.study_id,
        )
        if flaws:
            raise CaseError(tuple(flaws))
        runs = await asyncio.to_thread(self._ledger.runs, query, count + 1, after)
        page = [run_to(run) for run in runs[:count]]
        last = runs[count - 1] if len(runs) > count else None
        token = "" if last is None else page_token(request, [last.created_s, last.run_id])
        return rpc.ListRunsResponse(runs=page, next_page_token=token)

    async def WatchRun(self, request: rpc.WatchRunRequest, context: Any) -> None:
        """Every event after the one named, then the run."""
        if request.after_event_index < 0:
            raise CaseError((Flaw("NEGATIVE", "after_event_index", "must be 0 or more"),))
        run = await self._run(request.run_id)
        before_count, begun = None, run.state is not State.QUEUED
        async for events in self._watchers.events(run.run_id, request.after_event_index, QUEUE_EVERY_S):
            for event in events:
                await context.write(rpc.WatchRunResponse(event=event_to(event)))
                begun = begun or event.state is State.RUNNING
            count = None if begun else self._watchers.before_count(run.run_id)
            if count is not None and count != before_count:
                before_count = count
                await context.write(rpc.WatchRunResponse(queued_before_count=count))
        run = await self._run(request.run_id)
        await context.write(rpc.WatchRunResponse(run=await self._told(run, whole=True)))

    async def CancelRun(self, request: rpc.CancelRunRequest, context: Any) -> rpc.Run:
        """The run as it stands then; one under way ends within moments."""
        await self._cancelled(request.run_id, keep=request.keep_incumbent)
        return await self._told(await self._run(request.run_id), whole=True)

    async def DeleteRun(self, request: rpc.DeleteRunRequest, context: Any) -> rpc.Empty:
        """Forget a run, and what only it needed."""
        names = await asyncio.to_thread(self._ledger.delete, request.run_id, seen())
        await asyncio.to_thread(sweep, self._ledger, self._artefacts, names)
        return rpc.Empty()

    async def GetSchedule(self, request: rpc.GetScheduleRequest, context: Any) -> None:
        """The schedule in parts."""
        flaws: list[Flaw] = []
        start_s, end_s = seconds_in(request, "start", flaws), seconds_in(request, "end", flaws)
        for name in ("kinds", "components"):
            flaws += count_flaws(name, getattr(request, name), MOST_CHOSEN_COUNT)
        if flaws:
            raise CaseError(tuple(flaws))
        run = await self._run(request.run_id)
        if run.ending is None or not run.ending.schedule_sha256:
            message = f"run {run.run_id} has no schedule: it is {run.state.value}"
            raise RunOpen(message) if run.ending is None else RunOver(message)
        schedule = schedule_message(await asyncio.to_thread(self._artefacts.get, run.ending.schedule_sha256))
        steps = steps_between(schedule, start_s, end_s)
        for part in parts_of(schedule, set(request.kinds), set(request.components), steps):
            await context.write(rpc.GetScheduleResponse(part=part))

    async def _run(self, run_id: str) -> Run:
        return await asyncio.to_thread(self._ledger.get, run_id, seen())

    async def _cancelled(self, run_id: str, *, keep: bool) -> None:
        await asyncio.to_thread(lambda: self._ledger.cancel(run_id, seen(), keep=keep))
        self._watchers.poke()

    async def _told(self, run: Run, *, whole: bool = False, tables: bool = False) -> rpc.Run:
        before_count, outcome = None, None
        if run.state is State.QUEUED:
            before_count = await asyncio.to_thread(self._ledger.queued_before_count, run)
        if whole:
            outcome = await self._outcome(run, include_tables=tables)
        return run_to(run, before_count, outcome)

    async def _outcome(self, run: Run, *, include_tables: bool) -> rpc.Outcome | None:
        if run.ending is None or not run.ending.outcome_sha256:
            return None
        content = await asyncio.to_thread(self._artefacts.get, run.ending.outcome_sha256)
        return outcome_message(content, include_tables=include_tables)


def steps_between(schedule: Any, start_s: float | None, end_s: float | None) -> slice:
    """The steps that begin in this time; CaseError where there are none."""
    first_s, step_s = schedule.start.ToMicroseconds() / 1e6, schedule.step_h * 3600
    begins = [first_s + k * step_s for k in range(schedule.step_count)]
    within = [k for k, at in enumerate(begins) if (start_s is None or at >= start_s) and (end_s is None or at < end_s)]
    if not within:
        raise CaseError((Flaw("NO_STEP", "start", "no step of the schedule begins between start and end"),))
    return slice(within[0], within[-1] + 1)
