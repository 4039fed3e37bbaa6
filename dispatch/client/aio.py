"""The same client for asyncio: what is awaited here is called there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, Unpack

import grpc

from dispatch.access import Access
from dispatch.case.case import Case, Limits
from dispatch.client.connection import CALL_S, PATIENCE_S, Patience, failure_of, is_complete, whole
from dispatch.client.questions import (
    Part,
    Wanted,
    list_request,
    run_request,
    schedule_request,
    solve_request,
    submit_request,
)
from dispatch.errors import CaseError, Flaw
from dispatch.runs.run import Urgency
from dispatch.schedule.difference import Comparison
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress
from dispatch.schedule.schedule import Schedule
from dispatch.wire import rpc
from dispatch.wire.replays import replay_from, replay_request
from dispatch.wire.run_view import WITH_SCHEDULE, RunEvent, RunView, Watched, outcome_in, run_from, watched_from
from dispatch.wire.translate import case_to, outcome_from, progress_from, schedule_from


class AsyncConnection:
    """A connection, and requests as messages."""

    def __init__(self, target: str, access: Access | None = None, *, patience_s: float = PATIENCE_S) -> None:
        access = access or Access()
        self._channel, self._metadata = access.opened(target, grpc.aio), access.metadata
        self._stub: Any = rpc.DispatchServiceStub(self._channel)
        self._patience_s = patience_s

    async def call(self, method: str, request: Any) -> Any:
        """The answer to any one request, as a message; asked again while the service cannot be reached."""
        patience = Patience(self._patience_s)
        while True:
            try:
                return await getattr(self._stub, method)(request, timeout=CALL_S, metadata=self._metadata)
            except grpc.RpcError as error:
                await asyncio.sleep(patience.pause_s(error))

    async def stream(self, method: str, request: Any, deadline_s: float | None = None) -> AsyncIterator[Any]:
        """What a method that goes on telling tells, as messages, once; letting the iterator go ends the call."""
        call = getattr(self._stub, method)(request, timeout=deadline_s, metadata=self._metadata)
        try:
            async for message in call:
                yield message
        finally:
            call.cancel()

    async def close(self) -> None:
        """Let the connection go."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class AsyncClient(AsyncConnection):
    """
    One connection to a service.

    What can be made again without harm is, for `patience_s`, while the service cannot be reached or says when to come
    back; a case that is refused never. Errors are those of `dispatch.errors`.
    """

    # ------------------------------------------------------------ one call, one answer

    async def solve(
        self,
        case: Case,
        limits: Limits | None = None,
        *,
        include_schedule: bool = True,
        deadline_s: float | None = None,
    ) -> AsyncIterator[Progress | Outcome]:
        """Progress as it comes, then the outcome. Letting the iterator go cancels the solve."""
        request = solve_request(case, limits, include_schedule=include_schedule)
        async with self._every_flaw(case):
            try:
                async for answer in self.stream("SolveCase", request, deadline_s):
                    told = answer.WhichOneof("message")
                    if told != "run_id":
                        yield outcome_from(answer.outcome) if told == "outcome" else progress_from(answer.progress)
            except grpc.RpcError as error:
                raise failure_of(error).error from error

    async def validate(self, case: Case) -> tuple[Flaw, ...]:
        """Every flaw of a case; none, and it is accepted."""
        answer = await self.call("ValidateCase", rpc.ValidateCaseRequest(case=case_to(case)))
        return tuple(Flaw(flaw.code, flaw.field, flaw.message) for flaw in answer.flaws)

    async def grids(self) -> dict[str, tuple[int, ...]]:
        """The grids that can be asked about, and the editions of each."""
        answer = await self.call("ListGrids", rpc.ListGridsRequest())
        return {summary.grid: tuple(summary.edition) for summary in answer.grids}

    # ------------------------------------------------------------ runs

    async def submit(
        self,
        case: Case,
        limits: Limits | None = None,
        *,
        request_id: str | None = None,
        urgency: Urgency = Urgency.DAY_AHEAD,
        labels: Mapping[str, str] | None = None,
    ) -> RunView:
        """A run, kept. Not named, it gets a UUID4, so that a retry is no second run. CaseError, AlreadyAsked."""
        async with self._every_flaw(case):
            return run_from(await self.call("SubmitCase", submit_request(case, limits, request_id, urgency, labels)))

    async def get(self, run_id: str, *, full: bool = False) -> RunView:
        """A run, with its outcome where it has one; full: with what was asked, and tables of prices. UnknownRun."""
        return run_from(await self.call("GetRun", run_request(run_id, full=full)))

    async def runs(self, **wanted: Unpack[Wanted]) -> AsyncIterator[RunView]:
        """Runs without their outcomes, the newest first, page by page as they are taken."""
        request = list_request(wanted)
        while True:
            page = await self.call("ListRuns", request)
            for message in page.runs:
                yield run_from(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def watch(self, run_id: str, after_event_index: int = 0) -> AsyncIterator[Watched]:
        """
        Every event after the one named and the place in the queue as they come, then the run as it ended.

        A connection that breaks is made again, and goes on after the last event. Let go, the run goes on.
        """
        patience, known = Patience(self._patience_s), after_event_index
        while True:
            try:
                async for message in self.stream(
                    "WatchRun", rpc.WatchRunRequest(run_id=run_id, after_event_index=known)
                ):
                    patience.renew()
                    told = watched_from(message)
                    known = told.event_index if isinstance(told, RunEvent) else known
                    yield told
                    if isinstance(told, RunView):
                        return
                pause_s = patience.pause_s(None)
            except grpc.RpcError as error:
                pause_s = patience.pause_s(error)
            await asyncio.sleep(pause_s)

    async def cancel(self, run_id: str, *, keep_incumbent: bool = False) -> RunView:
        """The run as it stands then; its best schedule becomes its outcome, if kept. UnknownRun, RunOver."""
        return run_from(
            await self.call("CancelRun", rpc.CancelRunRequest(run_id=run_id, keep_incumbent=keep_incumbent))
        )

    async def delete(self, run_id: str) -> None:
        """Forget a run that has ended. UnknownRun, RunOpen."""
        await self.call("DeleteRun", rpc.DeleteRunRequest(run_id=run_id))

    async def schedule(self, run_id: str, **part: Unpack[Part]) -> Schedule:
        """The schedule of a run, or part: what was not asked for has no columns. RunOpen, RunOver."""
        patience = Patience(self._patience_s)
        while True:
            merged = rpc.Schedule()
            try:
                async for message in self.stream("GetSchedule", schedule_request(run_id, part), CALL_S):
                    merged.MergeFrom(message.part)
            except grpc.RpcError as error:
                await asyncio.sleep(patience.pause_s(error))
            else:
                return schedule_from(merged)

    async def replay(self, files: Mapping[str, bytes], name: str = "") -> AsyncIterator[Progress | Comparison]:
        """
        Progress as a bundle's case is solved again, then how the answers differ; letting the iterator go cancels.

        `files` are the manifest and all that it lists, by name, plain or gzipped (`dispatch.replay.sent.packed`).
        Raises CaseError with every file that is not as it was written.
        """
        try:
            async for answer in self.stream("ReplaySnapshot", replay_request(files, name)):
                told = answer.WhichOneof("message")
                if told != "run_id":
                    yield replay_from(answer.replay, name) if told == "replay" else progress_from(answer.progress)
        except grpc.RpcError as error:
            raise failure_of(error).error from error

    async def outcome(self, run_id: str) -> Outcome:
        """The outcome of a run that has ended, with its schedule and its prices. UnknownRun, RunOpen, RunOver."""
        outcome = outcome_in(await self.get(run_id, full=True))
        return replace(outcome, schedule=await self.schedule(run_id)) if outcome.status in WITH_SCHEDULE else outcome

    @asynccontextmanager
    async def _every_flaw(self, case: Case) -> AsyncIterator[None]:
        """Where not every flaw of a case fitted the call, the service is asked for them."""
        try:
            yield
        except CaseError as refused:
            if is_complete(refused):
                raise
            raise whole(refused, await self.validate(case)) from refused
