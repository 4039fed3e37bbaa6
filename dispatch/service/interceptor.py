"""The one place where an error becomes a status. Handlers raise; nothing of Python reaches a caller."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from grpc_status import rpc_status  # type: ignore[import-untyped]

from dispatch.errors import DispatchError
from dispatch.service.status import Malformed, status_of
from dispatch.wire.rpc import SERVICE

LOG = logging.getLogger(__name__)

Behaviour = Callable[[Any, Any], Awaitable[Any]]


class Refusals(grpc.aio.ServerInterceptor):
    """Turns what a handler of ours raises, and bytes that are no request, into a status."""

    def __init__(self, retry_seconds: int) -> None:
        self._retry_seconds = retry_seconds

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler that is asked for, guarded."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(f"/{SERVICE}/"):
            return handler
        read, write = _read_or_none(handler.request_deserializer), handler.response_serializer
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(self._guarded(handler.unary_stream), read, write)
        return grpc.unary_unary_rpc_method_handler(self._guarded(handler.unary_unary), read, write)

    def _guarded(self, behaviour: Behaviour) -> Behaviour:
        async def guarded(request: Any, context: Any) -> Any:
            try:
                return await behaviour(_whole(request), context)
            except DispatchError as error:
                await refuse(context, error, self._retry_seconds)
            except Exception as error:
                LOG.exception("a defect")
                await refuse(context, error, self._retry_seconds)

        return guarded


async def refuse(context: Any, error: Exception, retry_seconds: int) -> None:
    """End the call with the status that tells of the error."""
    status = rpc_status.to_status(status_of(error, retry_seconds))
    await context.abort(status.code, status.details, status.trailing_metadata)


def _read_or_none(deserializer: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A deserializer that does not raise: a caller would be told in Python's own words."""

    def read(sent: bytes) -> Any:
        try:
            return deserializer(sent)
        except Exception:  # noqa: BLE001 (whatever protobuf raises, the bytes are no message)
            return None

    return read


def _whole(request: Any) -> Any:
    if request is None:
        message = "the bytes of the request are not the message that this method takes"
        raise Malformed(message)
    return request
