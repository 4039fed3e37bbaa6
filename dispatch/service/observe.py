"""
What an operator sees: a line of JSON a call on stderr, an audit log, and metrics under gRPC's conventional names.

A handler tells its run with `structlog.contextvars.bind_contextvars(run=...)`: every later line of the call has it.
Metrics of runs are those of the runs that ended here; the queue is that of the whole database.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any

import grpc
import structlog
from google.protobuf import descriptor_pool
from prometheus_client import Counter, Gauge, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from dispatch import tracing
from dispatch.errors import StoreFull, StoreLost
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Run
from dispatch.wire.rpc import SERVICE

LABELS = ("grpc_type", "grpc_service", "grpc_method")
QUICK_S = (0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600)
SOLVE_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
QUEUE_EVERY_S = 2.0
GAPS = (0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1)

STARTED = Counter("grpc_server_started_total", "Calls that were begun.", LABELS)
HANDLED = Counter("grpc_server_handled_total", "Calls that have ended, by their code.", (*LABELS, "grpc_code"))
HANDLING = Histogram("grpc_server_handling_seconds", "How long calls took.", LABELS, buckets=QUICK_S)

QUEUE_DEPTH = Gauge("dispatch_queue_depth_runs", "Runs that wait.")
OLDEST_QUEUED = Gauge("dispatch_oldest_queued_seconds", "How long the run that waits longest has waited.")
SOLVE_SECONDS = Histogram("dispatch_solve_seconds", "From the start of a run to its end.", ("state",), buckets=SOLVE_S)
GAP_SHARE = Histogram("dispatch_gap_share", "Gap of the objective of runs that ended with a schedule.", buckets=GAPS)
LEASE_LOSSES = Counter("dispatch_lease_losses_total", "Runs taken from a worker that was no longer heard of.")
HANDLED_RUNS = Counter("dispatch_runs_ended_total", "Runs that ended here, by their state.", ("state",))

OURS = ("UNKNOWN", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNIMPLEMENTED", "DEADLINE_EXCEEDED")  # errors of a server
CODES = {code.value[0]: code.name for code in grpc.StatusCode}

CALL = structlog.get_logger("call")


class Observed(grpc.aio.ServerInterceptor):
    """Counts, times and logs every call of our service; the outermost interceptor, so that refusals are seen too."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler that is asked for, watched."""
        clear_contextvars()
        named = _named(handler_call_details.invocation_metadata)
        bind_contextvars(call=secrets.token_hex(8), **tracing.trace_of(named))
        handler = await continuation(handler_call_details)
        _, service, method = handler_call_details.method.split("/", 2)
        if handler is None or service != SERVICE:
            return handler
        kind = "stream_stream" if handler.request_streaming else _kind(handler)
        watched = _watched(getattr(handler, kind), method, named)
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        return make(watched, handler.request_deserializer, handler.response_serializer)


def _watched(
    behaviour: Callable[[Any, Any], Awaitable[Any]], method: str, named: str
) -> Callable[[Any, Any], Awaitable[Any]]:
    labels = (_grpc_type(method), SERVICE, method)

    async def watched(request: Any, context: Any) -> Any:
        begun = time.perf_counter()
        STARTED.labels(*labels).inc()
        with tracing.call(SERVICE, method, named) as span:
            bind_contextvars(**tracing.trace_of(tracing.traceparent()))
            try:
                return await behaviour(request, context)
            finally:
                seconds, code = time.perf_counter() - begun, _code(context)
                HANDLED.labels(*labels, code).inc()
                HANDLING.labels(*labels).observe(seconds)
                CALL.info("call", method=method, code=code, seconds=round(seconds, 6), peer=context.peer())
                span.note(rpc__response__status_code=code)
                if code in OURS:
                    span.failed(code)

    return watched


def told(run: Run, ending: Ending) -> None:
    """A run has ended here."""
    HANDLED_RUNS.labels(ending.state.value).inc()
    if run.started_s is not None:
        SOLVE_SECONDS.labels(ending.state.value).observe(max(0.0, time.time() - run.started_s))
    if ending.gap_share is not None:
        GAP_SHARE.observe(ending.gap_share)
    LEASE_LOSSES.inc(run.lost_count)


async def queue_told(ledger: Ledger) -> None:
    """How much waits, every few seconds, until cancelled."""
    while True:
        with suppress(StoreLost, StoreFull):
            queue = await asyncio.to_thread(ledger.queue)
            QUEUE_DEPTH.set(queue.queued_count)
            OLDEST_QUEUED.set(queue.oldest_queued_s)
        await asyncio.sleep(QUEUE_EVERY_S)


def _named(metadata: Any) -> str:
    """The trace that the caller names, if it names one."""
    told = (value for key, value in metadata or () if key == "traceparent" and isinstance(value, str))
    return next(filter(None, map(tracing.written, told)), "")


@cache
def _grpc_type(method: str) -> str:
    told = descriptor_pool.Default().FindServiceByName(SERVICE).methods_by_name[method]
    return "server_stream" if told.server_streaming else "unary"


def _kind(handler: Any) -> str:
    return "unary_stream" if handler.response_streaming else "unary_unary"


def _code(context: Any) -> str:
    """How a call ends: with the code that it was given, or because nobody waits any more."""
    ended = sys.exception()
    if ended is None or context.code():
        code = context.code() or 0  # a number until one is set
        return code.name if isinstance(code, grpc.StatusCode) else CODES[code]
    if not isinstance(ended, asyncio.CancelledError):
        return "UNKNOWN"
    remaining_s = context.time_remaining()
    return "DEADLINE_EXCEEDED" if remaining_s is not None and remaining_s <= 0 else "CANCELLED"
