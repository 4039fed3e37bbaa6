"""A connection: how it is opened, what its errors mean, and when a call that failed is made again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from grpc_status import rpc_status  # type: ignore[import-untyped]

from dispatch.errors import (
    AlreadyAsked,
    ArtefactLost,
    Cancelled,
    CaseError,
    Flaw,
    RunOpen,
    RunOver,
    ServiceError,
    SolverFailed,
    StoreFull,
    StoreLost,
    UnknownGrid,
    UnknownRun,
)

CALL_S = 60.0  # for everything but a solve and a watch
PATIENCE_S = 60.0  # longer than a service takes to start again
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0

_KINDS = {
    "UNKNOWN_GRID": UnknownGrid,
    "CANCELLED": Cancelled,
    "SOLVER_FAILED": SolverFailed,
    "SOLVER_DIED": SolverFailed,
    "UNKNOWN_RUN": UnknownRun,
    "RUN_OVER": RunOver,
    "RUN_OPEN": RunOpen,
    "STORE_LOST": StoreLost,
    "STORE_FULL": StoreFull,
    "ARTEFACT_LOST": ArtefactLost,
}
# Without a word of the service these are the connection's own: refused, reset, or shed before the service saw it.
_BROKEN = {"UNAVAILABLE", "CANCELLED", "INTERNAL"}


@dataclass(frozen=True)
class Failure:
    """What an error of gRPC means."""

    error: Exception  # of ours
    again: bool  # the same call may do better later
    after_s: float | None = None  # when, where the service says so
    complete: bool = True  # every flaw of a case is told


SILENT = Failure(ServiceError("UNAVAILABLE", "", "the service ended the watch before the run had ended"), again=True)


def failure_of(error: Any) -> Failure:
    """What an error of gRPC means."""
    info, request, retry = ErrorInfo(), BadRequest(), RetryInfo()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        for known in (info, request, retry):
            detail.Unpack(known)
    code = error.code().name
    after_s = retry.retry_delay.ToTimedelta().total_seconds() if retry.HasField("retry_delay") else None
    if info.reason == "CASE_REFUSED":
        flaws = tuple(Flaw(v.reason, v.field, v.description) for v in request.field_violations)
        return Failure(CaseError(flaws), again=False, complete=info.metadata["flaw_count"] == str(len(flaws)))
    again = code == "UNAVAILABLE" or (code == "RESOURCE_EXHAUSTED" and after_s is not None)
    return Failure(_ours(code, info, error.details()), again or (code in _BROKEN and not info.reason), after_s)


def _ours(code: str, info: ErrorInfo, message: str) -> Exception:
    if info.reason == "ALREADY_ASKED":
        told = info.metadata
        error = AlreadyAsked(*(told.get(name, "") for name in ("request_id", "kept_sha256", "asked_sha256")))
        error.args = (message,)
        return error
    if info.reason in _KINDS:
        return _KINDS[info.reason](message)
    return ServiceError(code, info.reason, message)


class Patience:
    """How long a call is made again; the pauses grow, and no two callers keep step."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self.renew()

    def renew(self) -> None:
        """The service answers: from here on it may be silent as long again."""
        self._end_s = time.monotonic() + self._patience_s
        self.pause_count = 0

    def pause_s(self, error: grpc.RpcError | None) -> float:
        """Seconds until the next try; raises what the error means where there is to be none. None: it fell silent."""
        failure = SILENT if error is None else failure_of(error)
        doubled_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self.pause_count)
        pause_s = (failure.after_s or doubled_s / 2) + random.uniform(0.0, doubled_s / 2)  # noqa: S311 (no secret)
        if not failure.again or time.monotonic() + pause_s > self._end_s:
            raise failure.error from error
        self.pause_count += 1
        return pause_s


def is_complete(refused: CaseError) -> bool:
    """Every flaw was told with the refusal."""
    return not isinstance(refused.__cause__, grpc.RpcError) or failure_of(refused.__cause__).complete


def whole(refused: CaseError, flaws: tuple[Flaw, ...]) -> CaseError:
    """A refusal with these flaws of the case, and with those that were told at once."""
    return CaseError((*flaws, *(flaw for flaw in refused.flaws if flaw not in flaws)))
