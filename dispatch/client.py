"""What a Python user asks the service with. Domain objects in, domain objects out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status  # type: ignore[import-untyped]

from dispatch.case.case import Case, Limits
from dispatch.channel import Access
from dispatch.errors import Cancelled, CaseError, Flaw, SolverFailed, UnknownGrid
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress
from dispatch.wire import rpc
from dispatch.wire.translate import case_to, limits_to, outcome_from, progress_from

CALL_S = 60.0  # for everything but a solve

_KINDS = {
    "UNKNOWN_GRID": UnknownGrid,
    "CANCELLED": Cancelled,
    "SOLVER_FAILED": SolverFailed,
    "SOLVER_DIED": SolverFailed,
}


class ServiceError(RuntimeError):
    """The service did not answer: not there, busy, out of time. `code` is gRPC's, `reason` the service's."""

    def __init__(self, code: str, reason: str, message: str) -> None:
        super().__init__(f"{reason or code}: {message}")
        self.code = code
        self.reason = reason


class Client:
    """One connection to a service; `Access` names its authority, a certificate of ours, and a token."""

    def __init__(self, target: str, access: Access | None = None) -> None:
        self._channel = (access or Access()).opened(target)
        self._stub: Any = rpc.DispatchServiceStub(self._channel)

    def solve(
        self,
        case: Case,
        limits: Limits | None = None,
        *,
        include_schedule: bool = True,
        deadline_s: float | None = None,
    ) -> Iterator[Progress | Outcome]:
        """Progress as it comes, then the outcome. Letting the iterator go cancels the solve."""
        request = rpc.SolveCaseRequest(
            case=case_to(case), limits=limits_to(limits or Limits()), include_schedule=include_schedule
        )
        with self._errors(case):
            call = self._stub.SolveCase(request, timeout=deadline_s)
            try:
                for answer in call:
                    told = answer.WhichOneof("message")
                    if told != "run_id":
                        yield outcome_from(answer.outcome) if told == "outcome" else progress_from(answer.progress)
            finally:
                call.cancel()

    def validate(self, case: Case) -> tuple[Flaw, ...]:
        """Every flaw of a case; none, and it is accepted."""
        with self._errors():
            answer = self._stub.ValidateCase(rpc.ValidateCaseRequest(case=case_to(case)), timeout=CALL_S)
        return tuple(Flaw(flaw.code, flaw.field, flaw.message) for flaw in answer.flaws)

    def grids(self) -> dict[str, tuple[int, ...]]:
        """The grids that can be asked about, and the editions of each."""
        with self._errors():
            answer = self._stub.ListGrids(rpc.ListGridsRequest(), timeout=CALL_S)
        return {summary.grid: tuple(summary.edition) for summary in answer.grids}

    def call(self, method: str, request: Any, deadline_s: float = CALL_S) -> Any:
        """The answer to any one request, as a message."""
        with self._errors():
            return getattr(self._stub, method)(request, timeout=deadline_s)

    def watch(self, method: str, request: Any) -> Iterator[Any]:
        """The answers of a method that goes on telling, as messages."""
        with self._errors():
            call = getattr(self._stub, method)(request)
            try:
                yield from call
            finally:
                call.cancel()

    def close(self) -> None:
        """Let the connection go."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _errors(self, case: Case | None = None) -> Iterator[None]:
        """The service's errors as our own; where not every flaw of a case was told, it is asked for them."""
        try:
            yield
        except grpc.RpcError as error:
            ours, complete = _told(error)
            if isinstance(ours, CaseError) and case is not None and not complete:
                ours = CaseError(self.validate(case))
            raise ours from error


def _told(error: Any) -> tuple[Exception, bool]:
    """What an error of gRPC means, and whether every flaw is told."""
    status = rpc_status.from_call(error)
    info, request = ErrorInfo(), BadRequest()
    for detail in status.details if status else ():
        detail.Unpack(info)
        detail.Unpack(request)
    if info.reason == "CASE_REFUSED":
        flaws = tuple(Flaw(v.reason, v.field, v.description) for v in request.field_violations)
        return CaseError(flaws), info.metadata["flaw_count"] == str(len(flaws))
    if info.reason in _KINDS:
        return _KINDS[info.reason](error.details()), True
    return ServiceError(error.code().name, info.reason, error.details()), True
