"""The methods of runs: what is accepted is kept before it is answered."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw, RunOpen, RunOver
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Query, Run, State, Submission, Urgency
from dispatch.schedule.hashes import case_sha256
from dispatch.service.asked import accepted
from dispatch.service.callers import seen, tenant
from dispatch.service.watchers import Watchers
from dispatch.wire import rpc
from dispatch.wire.runs import (
    asked_bytes,
    asked_sha256,
    event_to,
    outcome_message,
    parts_of,
    run_to,
    schedule_message,
    states_of,
    urgency_of,
)

QUEUE_EVERY_S = 1.0  # a waiting caller hears of its place in the queue
MOST_LABELS_COUNT = 16
MOST_TEXT_COUNT = 63
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{0,64}")
PAGE_COUNT, MOST_PAGE_COUNT = 50, 1000


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
        )
        run = await asyncio.to_thread(self._ledger.add, asked)
        self._wake()
        return run

    async def GetRun(self, request: rpc.GetRunRequest, context: Any) -> rpc.Run:
        """A run, with its outcome where it has one."""
        return await self._told(await self._run(request.run_id), whole=True)

    async def ListRuns(self, request: rpc.ListRunsRequest, context: Any) -> rpc.ListRunsResponse:
        """A page of runs."""
        flaws: list[Flaw] = []
        count = page_count(request.page_size, flaws)
        after = page_after(request, flaws)
        query = Query(
            tenant=seen(),
            states=states_of(request.states, flaws),
            grid=request.grid,
            labels=dict(request.labels),
            created_from_s=_seconds(request, "created_from"),
            created_before_s=_seconds(request, "created_before"),
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
        before_count: int | None = None
        async for events in self._watchers.events(run.run_id, request.after_event_index, QUEUE_EVERY_S):
            for event in events:
                await context.write(rpc.WatchRunResponse(event=event_to(event)))
            if run.state is State.QUEUED:
                run = await self._run(run.run_id)
            if run.state is State.QUEUED:
                count = await asyncio.to_thread(self._ledger.queued_before_count, run)
                if count != before_count:
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
        for name in names:
            await asyncio.to_thread(self._artefacts.drop, name)
        return rpc.Empty()

    async def GetSchedule(self, request: rpc.GetScheduleRequest, context: Any) -> None:
        """The schedule in parts."""
        run = await self._run(request.run_id)
        if run.ending is None or not run.ending.schedule_sha256:
            message = f"run {run.run_id} has no schedule: it is {run.state.value}"
            raise RunOpen(message) if run.ending is None else RunOver(message)
        schedule = schedule_message(await asyncio.to_thread(self._artefacts.get, run.ending.schedule_sha256))
        steps = steps_between(schedule, _seconds(request, "start"), _seconds(request, "end"))
        for part in parts_of(schedule, set(request.kinds), set(request.components), steps):
            await context.write(rpc.GetScheduleResponse(part=part))

    async def _run(self, run_id: str) -> Run:
        return await asyncio.to_thread(self._ledger.get, run_id, seen())

    async def _cancelled(self, run_id: str, *, keep: bool) -> None:
        await asyncio.to_thread(lambda: self._ledger.cancel(run_id, seen(), keep=keep))
        self._watchers.poke()

    async def _told(self, run: Run, *, whole: bool = False) -> rpc.Run:
        before_count, outcome = None, None
        if run.state is State.QUEUED:
            before_count = await asyncio.to_thread(self._ledger.queued_before_count, run)
        if whole:
            outcome = await self._outcome(run, include_tables=False)
        return run_to(run, before_count, outcome)

    async def _outcome(self, run: Run, *, include_tables: bool) -> rpc.Outcome | None:
        if run.ending is None or not run.ending.outcome_sha256:
            return None
        content = await asyncio.to_thread(self._artefacts.get, run.ending.outcome_sha256)
        return outcome_message(content, include_tables=include_tables)


# ---------------------------------------------------------------- what a request may say


def request_flaws(request_id: str) -> list[Flaw]:
    """Of a name that the caller gave to a request."""
    if REQUEST_ID.fullmatch(request_id):
        return []
    return [Flaw("BAD_NAME", "request_id", "must be at most 64 of a-z, A-Z, 0-9, '.', '_', ':', '-'; a UUID does")]


def label_flaws(labels: Mapping[str, str]) -> list[Flaw]:
    """Of what a caller wrote on a run."""
    flaws = []
    if len(labels) > MOST_LABELS_COUNT:
        flaws.append(Flaw("TOO_MANY", "labels", f"are {len(labels)}; at most {MOST_LABELS_COUNT} are kept"))
    for key, value in sorted(labels.items()):
        if not key or len(key) > MOST_TEXT_COUNT or len(value) > MOST_TEXT_COUNT:
            place, most = f"labels[{key[:MOST_TEXT_COUNT]!r}]", f"keys of 1 to {MOST_TEXT_COUNT} characters"
            flaws.append(Flaw("TOO_LONG", place, f"is not kept: {most}, values of at most as many"))
    return flaws


def page_count(asked: int, flaws: list[Flaw]) -> int:
    """How many on a page."""
    if asked < 0:
        flaws.append(Flaw("NEGATIVE", "page_size", f"is {asked}; 0 is the default, 50"))
    return min(asked, MOST_PAGE_COUNT) if asked > 0 else PAGE_COUNT


def page_token(request: Any, after: list[Any]) -> str:
    """Opaque; good for the same question only."""
    return base64.urlsafe_b64encode(json.dumps([_question(request), after]).encode()).decode()


def page_after(request: Any, flaws: list[Flaw]) -> Any:
    """Where the page begins; None: at the first."""
    if not request.page_token:
        return None
    with suppress(ValueError, TypeError):
        question, after = json.loads(base64.urlsafe_b64decode(request.page_token.encode()))
        if question == _question(request) and isinstance(after, list):
            return tuple(after)
    flaws.append(Flaw("BAD_TOKEN", "page_token", "is of another question, or none that this service gave"))
    return None


def _question(request: Any) -> str:
    """What decides the list: all but the page."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.page_token, asked.page_size = "", 0
    text = asked.SerializeToString(deterministic=True)
    return hashlib.sha256(f"{seen()}".encode() + text).hexdigest()[:16]


def _seconds(request: Any, name: str) -> float | None:
    return getattr(request, name).ToMicroseconds() / 1e6 if request.HasField(name) else None


def steps_between(schedule: Any, start_s: float | None, end_s: float | None) -> slice:
    """The steps that begin in this time; CaseError where there are none."""
    first_s, step_s = schedule.start.ToMicroseconds() / 1e6, schedule.step_h * 3600
    begins = [first_s + k * step_s for k in range(schedule.step_count)]
    within = [k for k, at in enumerate(begins) if (start_s is None or at >= start_s) and (end_s is None or at < end_s)]
    if not within:
        raise CaseError((Flaw("NO_STEP", "start", "no step of the schedule begins between start and end"),))
    return slice(within[0], within[-1] + 1)
