"""
Errors as google.rpc.Status: a code, a stable reason, and a violation for every flaw.

A status travels in the trailers of a call, which clients limit to 8 KB by default. Where a case has more
flaws than fit, the first are sent with `flaw_count` in the metadata of ErrorInfo, and ValidateCase lists all.
"""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from dispatch.errors import (
    AlreadyAsked,
    ArtefactLost,
    Cancelled,
    CaseError,
    DispatchError,
    RunOpen,
    RunOver,
    SolverFailed,
    StoreFull,
    StoreLost,
    UnknownGrid,
    UnknownRun,
    WrongDatabase,
)
from dispatch.jobs.children import SolverDied
from dispatch.service.tokens import RoleTooLow, TokenExpired, TokenMissing, TokenUnknown
from dispatch.service.waiting import Draining

DOMAIN = "dispatch"
VIOLATION_BYTES_COUNT = 4000  # of all violations; base64 and the rest of the trailers come on top
MESSAGE_COUNT = 300  # characters of a message


class Malformed(DispatchError):
    """The bytes of a request are no message."""


class MethodClosed(DispatchError):
    """Nobody has said which role may ask for this method."""


class TooManyCalls(DispatchError):
    """As many calls as the settings allow are under way."""


class DeadlinePast(DispatchError):
    """The caller has stopped waiting before the call was begun."""


@dataclass(frozen=True)
class Refusal:
    """How one class of errors is told."""

    code: Code.ValueType
    reason: str  # stable, UPPER_SNAKE


REFUSALS: dict[type[DispatchError], Refusal] = {
    CaseError: Refusal(Code.INVALID_ARGUMENT, "CASE_REFUSED"),
    Malformed: Refusal(Code.INVALID_ARGUMENT, "MALFORMED_REQUEST"),
    TokenMissing: Refusal(Code.UNAUTHENTICATED, "TOKEN_MISSING"),
    TokenUnknown: Refusal(Code.UNAUTHENTICATED, "TOKEN_UNKNOWN"),
    TokenExpired: Refusal(Code.UNAUTHENTICATED, "TOKEN_EXPIRED"),
    RoleTooLow: Refusal(Code.PERMISSION_DENIED, "ROLE_TOO_LOW"),
    MethodClosed: Refusal(Code.PERMISSION_DENIED, "METHOD_CLOSED"),
    TooManyCalls: Refusal(Code.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS"),
    DeadlinePast: Refusal(Code.DEADLINE_EXCEEDED, "DEADLINE_PAST"),
    UnknownGrid: Refusal(Code.NOT_FOUND, "UNKNOWN_GRID"),
    Cancelled: Refusal(Code.CANCELLED, "CANCELLED"),
    UnknownRun: Refusal(Code.NOT_FOUND, "UNKNOWN_RUN"),
    AlreadyAsked: Refusal(Code.ALREADY_EXISTS, "ALREADY_ASKED"),
    RunOver: Refusal(Code.FAILED_PRECONDITION, "RUN_OVER"),
    RunOpen: Refusal(Code.FAILED_PRECONDITION, "RUN_OPEN"),
    StoreLost: Refusal(Code.UNAVAILABLE, "STORE_LOST"),
    ArtefactLost: Refusal(Code.DATA_LOSS, "ARTEFACT_LOST"),
    StoreFull: Refusal(Code.RESOURCE_EXHAUSTED, "STORE_FULL"),
    WrongDatabase: Refusal(Code.FAILED_PRECONDITION, "WRONG_DATABASE"),
    Draining: Refusal(Code.UNAVAILABLE, "DRAINING"),
    SolverFailed: Refusal(Code.INTERNAL, "SOLVER_FAILED"),
    SolverDied: Refusal(Code.INTERNAL, "SOLVER_DIED"),
}
COME_BACK = (Draining, StoreLost, StoreFull, TooManyCalls)  # told with the time after which it is worth asking again
DEFECT = Refusal(Code.INTERNAL, "DEFECT")


def status_of(error: Exception, retry_seconds: int) -> Status:
    """The status that tells of an error; of one that is no `DispatchError`, only that it is ours."""
    if isinstance(error, CaseError):
        return _refused_case(error)
    refusal = REFUSALS.get(type(error), DEFECT) if isinstance(error, DispatchError) else DEFECT
    message = "a defect of ours, which the log of the service names" if refusal is DEFECT else str(error)
    details: list[Message] = [_info(refusal, **_told(error))]
    if isinstance(error, COME_BACK):
        details.append(RetryInfo(retry_delay={"seconds": retry_seconds}))
    return _status(refusal, message, details)


def _told(error: Exception) -> dict[str, str]:
    """What a program may want to know of an error, beside its reason."""
    if not isinstance(error, AlreadyAsked):
        return {}
    return {name: getattr(error, name) for name in ("request_id", "kept_sha256", "asked_sha256")}


def _refused_case(error: CaseError) -> Status:
    refusal = REFUSALS[CaseError]
    request, size = BadRequest(), 0
    for flaw in error.flaws:
        violation = BadRequest.FieldViolation(
            field=flaw.field, description=flaw.message[:MESSAGE_COUNT], reason=flaw.code
        )
        size += violation.ByteSize()
        if size > VIOLATION_BYTES_COUNT:
            break
        request.field_violations.append(violation)
    found, told = len(error.flaws), len(request.field_violations)
    info = _info(refusal, flaw_count=str(found), told_count=str(told))
    rest = "" if told == found else f" (the first {told} are told here; ValidateCase lists all)"
    message = f"the request has {found} flaw{'s' * (found != 1)}{rest}; the first: {next(iter(error.flaws), '')}"
    return _status(refusal, message, [request, info])


def _info(refusal: Refusal, **metadata: str) -> ErrorInfo:
    return ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=metadata)


def _status(refusal: Refusal, message: str, details: list[Message]) -> Status:
    packed = []
    for detail in details:
        packed.append(AnyMessage())
        packed[-1].Pack(detail)
    return Status(code=refusal.code, message=message[:MESSAGE_COUNT], details=packed)
