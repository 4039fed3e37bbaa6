"""A client whose calls wait for their answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


class Connection:
    """A connection, and requests as messages."""

    def __init__(self, target: str, access: Access | None = None, *, patience_s: float = PATIENCE_S) -> None:
        access = access or Access()
        self._channel, self._metadata = access.opened(target), access.metadata
        self._stub: Any = rpc.DispatchServiceStub(self._channel)
        self._patience_s = patience_s

    def call(self, method: str, request: Any) -> Any:
        """The answer to any one request, as a message; asked again while the service cannot be reached."""
        patience = Patience(self._patience_s)
        while True:
            try:
                return getattr(self._stub, method)(request, timeout=CALL_S, metadata=self._metadata)
            except grpc.RpcError as error:
                time.sleep(patience.pause_s(error))

    def stream(self, method: str, request: Any, deadline_s: float | None = None) -> Iterator[Any]:
        """What a method that goes on telling tells, as messages, once; letting the iterator go ends the call."""
        call = getattr(self._stub, method)(request, timeout=deadline_s, metadata=self._metadata)
        try:
            yield from call
        finally:
            call.cancel()

    def close(self) -> None:
        """Let the connection go."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Client(Connection):
    """
    One connection to a service.

    What can be made again without harm is, for `patience_s`, while the service cannot be reached or says when to come
    back; a case that is refused never. Errors are those of `dispatch.errors`.
    """

    # ------------------------------------------------------------ one call, one answer

    def solve(
        self,
        case: Case,
        limits: Limits | None = None,
        *,
        include_schedule: bool = True,
        deadline_s: float | None = None,
    ) -> Iterator[Progress | Outcome]:
        """Progress as it comes, then the outcome. Letting the iterator go cancels the solve."""
        request = solve_request(case, limits, include_schedule=include_schedule)
        with self._every_flaw(case):
            try:
                for answer in self.stream("SolveCase", request, deadline_s):
                    told = answer.WhichOneof("message")
                    if told != "run_id":
                        yield outcome_from(answer.outcome) if told == "outcome" else progress_from(answer.progress)
            except grpc.RpcError as error:
                raise failure_of(error).error from error

    def validate(self, case: Case) -> tuple[Flaw, ...]:
        """Every flaw of a case; none, and it is accepted."""
        answer = self.call("ValidateCase", rpc.ValidateCaseRequest(case=case_to(case)))
        return tuple(Flaw(flaw.code, flaw.field, flaw.message) for flaw in answer.flaws)

    def grids(self) -> dict[str, tuple[int, ...]]:
        """The grids that can be asked about, and the editions of each."""
        answer = self.call("ListGrids", rpc.ListGridsRequest())
        return {summary.grid: tuple(summary.edition) for summary in answer.grids}

    # ------------------------------------------------------------ runs

    def submit(
        self,
        case: Case,
        limits: Limits | None = None,
        *,
        request_id: str | None = None,
        urgency: Urgency = Urgency.DAY_AHEAD,
        labels: Mapping[str, str] | None = None,
    ) -> RunView:
        """A run, kept. Not named, it gets a UUID4, so that a retry is no second run. CaseError, AlreadyAsked."""
        with self._every_flaw(case):
            return run_from(self.call("SubmitCase", submit_request(case, limits, request_id, urgency, labels)))

    def get(self, run_id: str, *, full: bool = False) -> RunView:
        """A run, with its outcome where it has one; full: with what was asked, and tables of prices. UnknownRun."""
        return run_from(self.call("GetRun", run_request(run_id, full=full)))

    def runs(self, **wanted: Unpack[Wanted]) -> Iterator[RunView]:
        """Runs without their outcomes, the newest first, page by page as they are taken."""
        request = list_request(wanted)
        while True:
            page = self.call("ListRuns", request)
            yield from map(run_from, page.runs)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def watch(self, run_id: str, after_event_index: int = 0) -> Iterator[Watched]:
        """
        Every event after the one named and the place in the queue as they come, then the run as it ended.

        A connection that breaks is made again, and goes on after the last event. Let go, the run goes on.
        """
        patience, known = Patience(self._patience_s), after_event_index
        while True:
            try:
                for message in self.stream("WatchRun", rpc.WatchRunRequest(run_id=run_id, after_event_index=known)):
                    patience.renew()
                    told = watched_from(message)
                    known = told.event_index if isinstance(told, RunEvent) else known
                    yield told
                    if isinstance(told, RunView):
                        return
                pause_s = patience.pause_s(None)
            except grpc.RpcError as error:
                pause_s = patience.pause_s(error)
            time.sleep(pause_s)

    def cancel(self, run_id: str, *, keep_incumbent: bool = False) -> RunView:
        """The run as it stands then; its best schedule becomes its outcome, if kept. UnknownRun, RunOver."""
        return run_from(self.call("CancelRun", rpc.CancelRunRequest(run_id=run_id, keep_incumbent=keep_incumbent)))

    def delete(self, run_id: str) -> None:
        """Forget a run that has ended. UnknownRun, RunOpen."""
        self.call("DeleteRun", rpc.DeleteRunRequest(run_id=run_id))

    def schedule(self, run_id: str, **part: Unpack[Part]) -> Schedule:
        """The schedule of a run, or part: what was not asked for has no columns. RunOpen, RunOver."""
        patience = Patience(self._patience_s)
        while True:
            merged = rpc.Schedule()
            try:
                for message in self.stream("GetSchedule", schedule_request(run_id, part), CALL_S):
                    merged.MergeFrom(message.part)
            except grpc.RpcError as error:
                time.sleep(patience.pause_s(error))
            else:
                return schedule_from(merged)

    def replay(self, files: Mapping[str, bytes], name: str = "") -> Iterator[Progress | Comparison]:
        """
        Progress as a bundle's case is solved again, then how the answers differ; letting the iterator go cancels.

        `files` are the manifest and all that it lists, by name, plain or gzipped (`dispatch.replay.sent.packed`).
        Raises CaseError with every file that is not as it was written.
        """
        try:
            for answer in self.stream("ReplaySnapshot", replay_request(files, name)):
                told = answer.WhichOneof("message")
                if told != "run_id":
                    yield replay_from(answer.replay, name) if told == "replay" else progress_from(answer.progress)
        except grpc.RpcError as error:
            raise failure_of(error).error from error

    def outcome(self, run_id: str) -> Outcome:
        """The outcome of a run that has ended, with its schedule and its prices. UnknownRun, RunOpen, RunOver."""
        outcome = outcome_in(self.get(run_id, full=True))
        return replace(outcome, schedule=self.schedule(run_id)) if outcome.status in WITH_SCHEDULE else outcome

    @contextmanager
    def _every_flaw(self, case: Case) -> Iterator[None]:
        """Where not every flaw of a case fitted the call, the service is asked for them."""
        try:
            yield
        except CaseError as refused:
            if is_complete(refused):
                raise
            raise whole(refused, self.validate(case)) from refused
