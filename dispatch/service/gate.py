"""Who is let in: a token, a role, a place among the calls under way, time left. Before the request is read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import structlog
from google.protobuf.descriptor import FieldDescriptor

from dispatch.errors import DispatchError
from dispatch.service.interceptor import refuse
from dispatch.service.status import REFUSALS, DeadlinePast, MethodClosed, TooManyCalls
from dispatch.service.tokens import ANYONE, CALLER, Caller, Role, RoleTooLow, Tokens
from dispatch.settings import Settings
from dispatch.wire.rpc import SERVICE

OPEN_SERVICES = {
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
}
GRIDS = ("ListGrids", "GetGrid", "ValidateCase")
RUNS = ("GetRun", "ListRuns", "WatchRun", "GetSchedule")
STUDIES = ("GetStudy", "WatchStudy", "ListScenarios")
CHANGES = ("SolveCase", "SubmitCase", "CancelRun", "DeleteRun", "SubmitStudy", "CancelStudy", "ReplaySnapshot")
LEAST_ROLE = {method: Role.READER for method in (*GRIDS, *RUNS, *STUDIES)} | dict.fromkeys(CHANGES, Role.SUBMITTER)
SCHEME = "bearer "
ASKED_COUNT = 200  # characters of a field in the audit log

AUDIT = structlog.get_logger("audit")
Behaviour = Callable[[Any, Any], Awaitable[Any]]


class Gate(grpc.aio.ServerInterceptor):
    """Lets a call in as its `CALLER`, or refuses it before its request is read; health and reflection are open."""

    def __init__(self, settings: Settings, tokens: Tokens | None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._calls: Counter[str] = Counter()  # under way, by tenant

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler that is asked for, for whoever may ask; else one that refuses."""
        handler = await continuation(handler_call_details)
        _, service, method = handler_call_details.method.split("/", 2)
        if handler is None or service in OPEN_SERVICES:
            return handler
        try:
            caller = self._let_in(method if service == SERVICE else "", handler_call_details.invocation_metadata)
        except DispatchError as error:
            return self._refusing(error, method)
        read = _Read(handler.request_deserializer)
        return _like(handler, self._admitted(_behaviour(handler), caller, read, method), read)

    def _let_in(self, method: str, metadata: Any) -> Caller:
        """Who asks, where they may."""
        if method not in LEAST_ROLE:
            message = "no role is known that may ask for this method"
            raise MethodClosed(message)
        caller = self._tokens.caller(_bearer(metadata)) if self._tokens else ANYONE
        structlog.contextvars.bind_contextvars(tenant=caller.tenant, caller=caller.name)
        least = LEAST_ROLE[method]
        if caller.role < least:
            message = f"{method} is for the role {least.name.lower()}; {caller.name} is {caller.role.name.lower()}"
            raise RoleTooLow(message)
        return caller

    def _refusing(self, error: DispatchError, method: str) -> Any:
        """A handler of a stream, so that nothing of what is sent is read."""

        async def refused(_: Any, context: Any) -> None:
            if _audited(method):
                AUDIT.warning("refused", method=method, reason=REFUSALS[type(error)].reason, peer=context.peer())
            await refuse(context, error, self._settings.retry_seconds)

        return grpc.stream_stream_rpc_method_handler(refused)

    def _admitted(self, behaviour: Behaviour, caller: Caller, read: _Read, method: str) -> Behaviour:
        async def admitted(request: Any, context: Any) -> Any:
            try:
                with self._counted(caller):
                    _refuse_late(context)
                    CALLER.set(caller)
                    if _audited(method):
                        AUDIT.info("asked", method=method, peer=context.peer(), **read.told(request))
                    return await behaviour(request, context)
            except (TooManyCalls, DeadlinePast) as error:
                await refuse(context, error, self._settings.retry_seconds)

        return admitted

    @contextmanager
    def _counted(self, caller: Caller) -> Iterator[None]:
        """One call more, while it lasts; `TooManyCalls` where that is more than the settings allow."""
        most, most_of_one = self._settings.call_count, self._settings.tenant_call_count
        if self._calls.total() >= most:
            message = f"{most} calls are under way, as many as are allowed at once"
            raise TooManyCalls(message)
        if self._tokens and self._calls[caller.tenant] >= most_of_one:
            message = f"{most_of_one} calls of {caller.tenant} are under way, as many as a tenant may have at once"
            raise TooManyCalls(message)
        self._calls[caller.tenant] += 1
        try:
            yield
        finally:
            self._calls[caller.tenant] -= 1


class _Read:
    """A deserializer that remembers what came, for the audit log."""

    def __init__(self, read: Callable[[bytes], Any]) -> None:
        self._read = read
        self._sent = b""

    def __call__(self, sent: bytes) -> Any:
        self._sent = sent
        return self._read(sent)

    def told(self, request: Any) -> dict[str, Any]:
        """What was asked: its names, and the size and hash of it all."""
        sent, self._sent = self._sent, b""
        fields = request.ListFields() if request is not None else ()
        names = {
            field.name: value[:ASKED_COUNT]
            for field, value in fields
            if field.type == FieldDescriptor.TYPE_STRING and isinstance(value, str)
        }
        return {"asked": names, "bytes": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}


def _audited(method: str) -> bool:
    """Whatever changes something, or that nobody knows."""
    return LEAST_ROLE.get(method, Role.OPERATOR) > Role.READER


def _bearer(metadata: Any) -> str | None:
    for key, value in metadata or ():
        if key == "authorization" and isinstance(value, str) and value.lower().startswith(SCHEME):
            return value[len(SCHEME) :].strip()
    return None


def _refuse_late(context: Any) -> None:
    remaining_s = context.time_remaining()
    if remaining_s is not None and remaining_s <= 0:
        message = "the deadline of this call was past when it was read"
        raise DeadlinePast(message)


def _behaviour(handler: Any) -> Behaviour:
    behaviour: Behaviour = handler.unary_stream if handler.response_streaming else handler.unary_unary
    return behaviour


def _like(handler: Any, behaviour: Behaviour, read: Callable[[bytes], Any]) -> Any:
    """The handler with another behaviour; all methods of ours take one request."""
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(behaviour, read, handler.response_serializer)
    return grpc.unary_unary_rpc_method_handler(behaviour, read, handler.response_serializer)
